"""The part of the clinic's life that is corrected, shared, given away or never paid."""

from typing import Any

from tests.commands.practice import MASSAGE, OPENED, SOLD, payment, sale, visit
from tests.commands.step import Step

JANUARY_12 = "2026-01-12T10:00:00-05:00"
APPROVED = {"reason": "as agreed with the patient", "approver": "bob"}
ONCE: dict[str, Any] = {"kind": "once"}


def offer(name: str, quantity: str, **terms: Any) -> Step:
    line = {"kind": "units", "line": "m", "services": ["massage"], "quantity": quantity}
    fields = {"offer": name, "name": name, "price": int(quantity) * MASSAGE, "lines": [line]}
    return Step(
        "publish_offer",
        OPENED,
        fields | terms,
        [f"OfferPublished offer/{name}"],
        {"offer": name, "version": 1},
    )


def sold(key: str, name: str, quantity: int, expires: str, *events: str, **more: Any) -> Step:
    price = quantity * MASSAGE
    paid = "payment" in more
    lines = [{"line": "m", "ssp": price, "allocated": price}]
    return Step(
        "sell_package",
        SOLD,
        sale(key, offer=name, patient="p-7") | more,
        [f"PackageSold subscription/{key}", *events],
        {"price": price, "tax": 0, "owed": 0 if paid else price}
        | {"starts": "2026-01-05", "expires": expires, "lines": lines},
    )


def offer_steps() -> list[Step]:
    given = {"transferable": True, "shareable": True}
    return [
        offer("spa", "2", term={"months": 1}, **given),
        offer("week", "1", term={"weeks": 1}),
        offer("bill", "1", term={"months": 1}, billing=ONCE | {"cancellable": False}),
    ]


def paid(key: str) -> list[str]:
    return [
        "SubscriptionAdded patient/p-7",
        f"PaymentReceived subscription/{key}",
        f"PaymentRegistered payment/pay-{key}",
    ]


def sale_steps() -> list[Step]:
    month, week = "2026-02-04", "2026-01-11"
    cash = {key: payment(f"pay-{key}") for key in ("spa-1", "week-1", "week-2", "doubt-1")}
    amounts = {"spa-1": 2 * MASSAGE}
    paying = {key: {**part, "amount": amounts.get(key, MASSAGE)} for key, part in cash.items()}
    return [
        sold("spa-1", "spa", 2, month, *paid("spa-1"), payment=paying["spa-1"]),
        sold("week-1", "week", 1, week, *paid("week-1"), payment=paying["week-1"]),
        sold("week-2", "week", 1, week, *paid("week-2"), payment=paying["week-2"]),
        sold(
            "doubt-1",
            "week",
            1,
            week,
            *paid("doubt-1"),
            payment=paying["doubt-1"],
            contract_met=False,
        ),
        sold(
            "bill-1",
            "bill",
            1,
            month,
            "InstalmentDue subscription/bill-1",
            "SubscriptionAdded patient/p-7",
        ),
    ]


def carrying_steps() -> list[Step]:
    return [
        Step(
            "carry_over_use",
            SOLD,
            {"subscription": "s-1", "visit": "before-1", "lines": [{"remaining": "3"}]},
            ["VisitRecorded visit/before-1", "UnitsDrawn subscription/s-1"],
            {"visit": "before-1", "amount": 18000},
        ),
        Step(
            "reverse_consumption",
            JANUARY_12,
            {"visit": "before-1", "reason": "counted twice"},
            ["ConsumptionReversed visit/before-1", "DrawReversed subscription/s-1"],
            {"visit": "before-1", "lines": ["1"]},
        ),
    ]


def sharing_steps() -> list[Step]:
    return [
        Step(
            "share",
            JANUARY_12,
            {"subscription": "spa-1", "patient": "p-8"},
            ["MemberAdded subscription/spa-1", "SubscriptionShared patient/p-8"],
            {"members": ["p-8"]},
        ),
        Step(
            "transfer_units",
            JANUARY_12,
            {
                "subscription": "spa-1",
                "line": "m",
                "quantity": "1",
                "to_patient": "p-8",
                "to_subscription": "spa-2",
                "reason": "a present",
            },
            [
                "UnitsTransferred subscription/spa-1",
                "PackageSold subscription/spa-2",
                "SubscriptionAdded patient/p-8",
                "UnitsReceived subscription/spa-2",
            ],
            {"to_subscription": "spa-2", "lots": ["m.1"], "deferred": MASSAGE},
        ),
    ]


def giving_steps() -> list[Step]:
    return [
        Step(
            "grant_goodwill",
            JANUARY_12,
            {"subscription": "spa-1", "patient": "p-7", "service": "massage", "quantity": "1"}
            | APPROVED,
            ["GoodwillGranted subscription/spa-1"],
            {
                "subscription": "spa-1",
                "line": "goodwill",
                "grant": "goodwill.1",
                "expires": "2026-02-04",
            },
        ),
    ]


def row(subscription: str) -> dict[str, Any]:
    draw = {"subscription": subscription, "line": "m", "grant": "m.1"}
    return {
        "line": "1",
        "service": "massage",
        "quantity": "1",
        "covered": "1",
        "prepaid": MASSAGE,
        "list_price": MASSAGE,
        "discount": 0,
        "credit": 0,
        "patient_owes": 0,
        "draws": [draw | {"quantity": "1", "amount": MASSAGE}],
    }


def effect(subscription: str, sign: int) -> dict[str, Any]:
    part = {"subscription": subscription, "line": "m", "quantity": str(sign)}
    return part | {"amount": sign * MASSAGE}


def moving_steps() -> list[Step]:
    return [
        Step(
            "record_visit",
            JANUARY_12,
            visit("v-7", patient="p-7", prefer=["spa-1"]),
            ["VisitRecorded visit/v-7", "UnitsDrawn subscription/spa-1"],
            {"coverage": [row("spa-1")]},
        ),
        Step(
            "move_consumption",
            JANUARY_12,
            {"visit": "v-7", "line": "1", "to_subscription": "spa-2", "reason": "her own"},
            [
                "ConsumptionMoved visit/v-7",
                "DrawReversed subscription/spa-1",
                "UnitsDrawn subscription/spa-2",
            ],
            {
                "visit": "v-7",
                "coverage": [row("spa-2")],
                "effects": [effect("spa-1", -1), effect("spa-2", 1)],
            },
        ),
    ]


def lapsing_steps() -> list[Step]:
    lapsed = ["LotExpired subscription/{}", "ForfeitureHeld subscription/{}"]
    credited = "StoreCreditAdded patient/p-7"
    return [
        Step(
            "reinstate",
            JANUARY_12,
            {"subscription": "week-1", "until": "2026-02-28"} | APPROVED,
            [
                *[name.format("week-1") for name in lapsed],
                credited,
                "LotReinstated subscription/week-1",
                "StoreCreditApplied patient/p-7",
            ],
            {
                "until": "2026-02-28",
                "lots": [{"grant": "m.1", "quantity": "1", "method": "reverse"}],
            },
        ),
        Step(
            "expire",
            JANUARY_12,
            {"subscription": "week-2"},
            [*[name.format("week-2") for name in lapsed], credited],
            {"expired": ["m.1"]},
        ),
        Step(
            "use_store_credit",
            JANUARY_12,
            {"patient": "p-7", "use": "u-1", "amount": MASSAGE - 100, "for": "payout"}
            | {"reason": "moved away"},
            ["StoreCreditUsed patient/p-7", "CreditUseRegistered credit_use/u-1"],
            {"use": "u-1", "store_credit": 100},
        ),
    ]


def judging_steps() -> list[Step]:
    return [
        Step(
            "assess_contract",
            JANUARY_12,
            {"subscription": "doubt-1", "met": True} | APPROVED,
            ["ContractAssessed subscription/doubt-1"],
            {"met": True, "deposit": MASSAGE},
        ),
        Step(
            "write_off",
            JANUARY_12,
            {"subscription": "bill-1", "amount": MASSAGE} | APPROVED,
            ["WrittenOff subscription/bill-1"],
            {"delivered": 0, "undelivered": MASSAGE},
        ),
    ]


STORY = (
    offer_steps,
    sale_steps,
    sharing_steps,
    giving_steps,
    moving_steps,
    lapsing_steps,
    judging_steps,
)
