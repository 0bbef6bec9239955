"""The part of the clinic's life that time brings: a membership, a plan, what falls due of them."""

from typing import Any

from tests.commands.practice import MASSAGE, OPENED, SOLD, sale
from tests.commands.step import Step

JANUARY_12 = "2026-01-12T10:00:00-05:00"
LINE = {"kind": "units", "line": "m", "services": ["massage"], "quantity": "1"}


def offer(name: str, billing: dict[str, Any]) -> dict[str, Any]:
    fields = {"offer": name, "name": name, "price": MASSAGE, "lines": [LINE]}
    return fields | {"billing": billing, "term": {"months": 6}}


def sold() -> dict[str, Any]:
    lines = [{"line": "m", "ssp": MASSAGE, "allocated": MASSAGE}]
    dates = {"starts": "2026-01-05", "expires": "2026-07-04"}
    return {"price": MASSAGE, "tax": 0, "owed": MASSAGE, "lines": lines} | dates


def offer_steps() -> list[Step]:
    monthly = {"kind": "recurring", "every": "month", "grants": "each_cycle", "auto_renew": False}
    parts = [{"due": due, "amount": MASSAGE // 2} for due in ("+1w", "+2w")]
    plan = {"kind": "plan", "cancellable": False, "instalments": parts}
    return [
        Step(
            "publish_offer",
            OPENED,
            offer(name, billing),
            [f"OfferPublished offer/{name}"],
            {"offer": name, "version": 1},
        )
        for name, billing in (("club", monthly), ("plan", plan))
    ]


def sale_steps() -> list[Step]:
    return [
        Step(
            "sell_package",
            SOLD,
            sale(f"{name}-1", offer=name),
            [f"PackageSold subscription/{name}-1", "SubscriptionAdded patient/p-1"],
            sold(),
        )
        for name in ("club", "plan")
    ]


def due_steps() -> list[Step]:
    failure = {"attempt": "a-1", "amount": MASSAGE, "code": "card_declined"}
    cycle = {"cycle": 2, "starts": "2026-02-05", "ends": "2026-03-05", "amount": MASSAGE}
    return [
        Step(
            "record_payment_failure",
            JANUARY_12,
            failure | {"subscription": "club-1"},
            ["PaymentFailed subscription/club-1"],
            {"attempt": "a-1", "cycle": 1},
        ),
        Step(
            "signal",
            JANUARY_12,
            {"subscription": "club-1"},
            ["PaymentDue subscription/club-1"] * 3,
            {"signals": ["PaymentDue"] * 3},
        ),
        Step(
            "renew",
            JANUARY_12,
            {"subscription": "club-1"},
            ["CycleDue subscription/club-1"],
            {"cycles": [cycle]},
        ),
        Step(
            "bill",
            JANUARY_12,
            {"subscription": "plan-1"},
            ["InstalmentDue subscription/plan-1"],
            {"instalments": [1]},
        ),
    ]


STORY = (offer_steps, sale_steps, due_steps)
