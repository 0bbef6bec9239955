"""The part of the clinic's life in which a state's law holds: value is held, and then the state's.

The row is an example of how a law is written down, not law.
"""

from typing import Any

from tests.commands.practice import MASSAGE, OPENED, consent, payment, sale
from tests.commands.step import Step

FEBRUARY_3 = "2026-02-03T10:00:00-05:00"
MARCH_5 = "2026-03-05T10:00:00-05:00"
#: The state gets 60 percent of what the day's massage cost.
HELD = MASSAGE * 60 // 100
ROW = {
    "state": "AL",
    "kind": "service_entitlement",
    "subject": True,
    "dormancy_months": 1,
    "trigger": "sale",
    "percent": 60,
    "effective_from": "2020-01-01",
}
CREDIT = ROW | {"kind": "credit_balance", "percent": 100}


def _policy(value: Any) -> Step:
    policy = {"policy": "escheat", "value": value, "effective": "2026-01-01"}
    told = {"policy": "escheat", "value": value}
    return Step(
        "set_policy",
        OPENED,
        policy | {"reason": "counsel's table", "approver": "bob"},
        ["PolicySet clinic"],
        told,
    )


def sale_steps() -> list[Step]:
    line = {"kind": "units", "line": "m", "services": ["massage"], "quantity": "1"}
    offer = {"offer": "day", "name": "One day", "price": MASSAGE, "lines": [line]}
    paid = {"payment": payment("pay-day", MASSAGE), "consent": consent("c-day")}
    sold = {"price": MASSAGE, "tax": 0, "starts": "2026-01-02", "expires": "2026-01-02"}
    return [
        _policy([ROW]),
        Step(
            "register_patient",
            OPENED,
            {"patient": "p-9", "state": "AL"},
            ["PatientRegistered patient/p-9"],
            {"patient": "p-9"},
        ),
        Step(
            "publish_offer",
            OPENED,
            offer | {"term": {"days": 1}},
            ["OfferPublished offer/day"],
            {"offer": "day", "version": 1},
        ),
        Step(
            "sell_package",
            OPENED,
            sale("day-1", offer="day", patient="p-9") | paid,
            [
                "PackageSold subscription/day-1",
                "SubscriptionAdded patient/p-9",
                "ConsentRecorded subscription/day-1",
                "PaymentReceived subscription/day-1",
                "PaymentRegistered payment/pay-day",
            ],
            sold | {"owed": 0, "lines": [{"line": "m", "ssp": MASSAGE, "allocated": MASSAGE}]},
        ),
        _policy("exempt"),
    ]


def dormant_steps() -> list[Step]:
    of_it = {"subscription": "day-1"}
    lapsed = ["LotExpired subscription/day-1"]
    dormant = ["DormancyReached subscription/day-1"]
    return [
        Step("expire", FEBRUARY_3, of_it, lapsed, {"expired": ["m.1"]}),
        Step("dormancy", FEBRUARY_3, of_it, dormant, {"dormant": ["m.1"]}),
        Step(
            "claim_unclaimed",
            FEBRUARY_3,
            {"patient": "p-9"},
            ["UnclaimedReturned subscription/day-1"],
            {"patient": "p-9", "amount": HELD},
        ),
        Step("dormancy", MARCH_5, of_it, dormant, {"dormant": ["m.1"]}),
        Step(
            "remit_unclaimed",
            MARCH_5,
            {"remittance": "al-1", "amount": HELD, "subscriptions": ["day-1"]},
            ["UnclaimedRemitted subscription/day-1"],
            {"remittance": "al-1", "owners": 1},
        ),
        _policy([CREDIT]),
        Step(
            "register_patient",
            MARCH_5,
            {"patient": "p-7", "state": "AL"},
            ["PatientRegistered patient/p-7"],
            {"patient": "p-7"},
        ),
        Step(
            "credit_dormancy",
            MARCH_5,
            {"patient": "p-7"},
            ["StoreCreditDormant patient/p-7"],
            {"patient": "p-7", "parts": 1},
        ),
        _policy("exempt"),
    ]


STORY = (sale_steps, dormant_steps)
