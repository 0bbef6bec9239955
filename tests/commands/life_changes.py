"""The part of the clinic's life in which contracts change on their way: pauses, plans, ends."""

from typing import Any

from tests.commands.practice import MASSAGE, OPENED, SOLD, sale
from tests.commands.step import Step

JANUARY_12 = "2026-01-12T10:00:00-05:00"
JANUARY_14 = "2026-01-14T10:00:00-05:00"
VIP, TWO = {"subscription": "vip-1"}, {"subscription": "two-1"}
LINE = {"kind": "units", "line": "m", "services": ["massage"], "quantity": "2"}
PRICE = 2 * MASSAGE


def offer_steps() -> list[Step]:
    monthly = {"kind": "recurring", "every": "month", "grants": "each_cycle"}
    offers: list[tuple[str, dict[str, Any]]] = [("vip", {"billing": monthly}), ("two", {})]
    return [
        Step(
            "publish_offer",
            OPENED,
            {"offer": name, "name": name, "price": PRICE, "lines": [LINE]} | more,
            [f"OfferPublished offer/{name}"],
            {"offer": name, "version": 1},
        )
        for name, more in offers
    ]


def sale_steps() -> list[Step]:
    sold = {"price": PRICE, "tax": 0, "owed": PRICE, "starts": "2026-01-05", "expires": None}
    lines = [{"line": "m", "ssp": PRICE, "allocated": PRICE}]
    return [
        Step(
            "sell_package",
            SOLD,
            sale(f"{name}-1", offer=name, patient="p-8"),
            [f"PackageSold subscription/{name}-1", "SubscriptionAdded patient/p-8"],
            sold | {"lines": lines},
        )
        for name in ("vip", "two")
    ]


def pausing_steps() -> list[Step]:
    days = {"from": "2026-01-13", "until": "2026-01-20"}
    return [
        Step(
            "pause",
            JANUARY_12,
            VIP | days | {"mode": "benefits_usable"},
            ["Paused subscription/vip-1"],
            days | {"mode": "benefits_usable"},
        ),
        Step(
            "apply_changes",
            JANUARY_14,
            VIP,
            ["PauseBegan subscription/vip-1"],
            {"applied": 1},
        ),
        Step(
            "resume",
            JANUARY_14,
            VIP,
            ["Resumed subscription/vip-1"],
            {"from": "2026-01-13", "until": "2026-01-14"},
        ),
        Step(
            "change_plan",
            JANUARY_14,
            VIP | {"offer": "club", "effective": "next_cycle", "proration": "none"},
            ["PlanChangeScheduled subscription/vip-1"],
            {"due": 0, "working": []},
        ),
    ]


def ending_steps() -> list[Step]:
    more = [{"line": "m", "quantity": "1"}]
    agreed = {"modification": "mod-1", "effective": "2026-01-12", "price": MASSAGE, "lines": more}
    asked = {"effective": "2026-01-13", "channel": "phone", "reason": "moved away"}
    line = {"line": "m", "grant": "m.2", "quantity": "1", "allocated": MASSAGE}
    return [
        Step(
            "modify_contract",
            JANUARY_12,
            TWO | agreed | {"reason": "wants more"},
            ["ContractModified subscription/two-1"],
            {"method": "separate", "owed": PRICE + MASSAGE, "credited": 0, "lines": [line]},
        ),
        Step(
            "cancel",
            JANUARY_12,
            TWO | asked,
            ["CancellationRequested subscription/two-1"],
            {"ends": "2026-01-13", "penalty": 0},
        ),
        Step(
            "end_contract",
            JANUARY_14,
            TWO,
            ["ContractEnded subscription/two-1"],
            {"ended": True},
        ),
    ]


STORY = (offer_steps, sale_steps, pausing_steps, ending_steps)
