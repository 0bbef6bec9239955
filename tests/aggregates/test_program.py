"""A 12-week program (accounting.md 21.1): allocation, draws, a no-show, expiry, to the cent."""

import pytest

from aggregates.subscription import events as e
from tests.support.clinic import Glow, day

PRICES = {"initial": 25000, "follow_up": 15000, "scan": 6000, "lab": 40000, "injection": 3500}
UNITS = {"initial": 1, "follow_up": 5, "scan": 3, "lab": 1, "injection": 6}
ALLOCATED = {
    "initial": 23377,
    "follow_up": 70130,
    "scan": 16831,
    "lab": 37403,
    "injection": 19636,
    "messaging": 12623,
}
CONSENT = {
    "consent": "c-1",
    "document": {"id": "terms", "version": "3", "sha256": "5a" * 32},
    "method": "wet",
    "signer": "5a" * 32,
    "signed_at": "2026-01-05T10:00:00-05:00",
    "shown_before_payment": True,
    "clauses": ("refund", "cancellation", "expiry"),
}
VISITS = (
    ("01-05", "v1", ("initial", "scan", "lab"), (23377, 5610, 37403)),
    ("01-12", "v2", ("follow_up", "injection"), (14026, 3273)),
    ("01-26", "v3", ("follow_up", "injection"), (14026, 3272)),
    ("02-09", "v4", ("follow_up", "scan", "injection"), (14026, 5611, 3273)),
)


def sold(**policies: object) -> Glow:
    glow = Glow({"escheat": "exempt"} | policies)
    for name, price in PRICES.items():
        glow.service(name, price)
    lines = [
        {"kind": "units", "line": name, "services": [name], "quantity": units}
        for name, units in UNITS.items()
    ]
    access = {
        "kind": "access",
        "line": "messaging",
        "access": ["messaging"],
        "ssp": 13500,
        "expires_after": {"months": 3},
    }
    glow.publish("program", 180000, [*lines, access], term={"weeks": 12})
    payment = {"payment": "pay-1", "amount": 180000, "tender": "card", "fee": 5250}
    answer = glow.sell("01-05", "program", payment=payment, consent=CONSENT)
    assert answer["expires"] == "2026-03-29"
    assert answer["owed"] == 0
    return glow


def used() -> Glow:
    glow = sold()
    for on, visit, services, amounts in VISITS:
        rows = glow.visit(on, visit, *services)
        assert [row["prepaid"] for row in rows] == list(amounts)
        assert all(row["covered"] == "1" and row["patient_owes"] == 0 for row in rows)
    assert glow.visit("02-16", "v5", "follow_up", status="no_show")[0]["prepaid"] == 14026
    rows = glow.visit("03-09", "v6", "follow_up", "injection")
    assert [row["prepaid"] for row in rows] == [14026, 3273]
    return glow


def test_the_price_is_allocated_by_list_price_and_the_payment_funds_exactly_that() -> None:
    glow = sold()
    assert {lot.line: lot.allocated for lot in glow.contract().lots.values()} == ALLOCATED
    assert {lot.line: lot.funded for lot in glow.contract().lots.values()} == ALLOCATED
    assert glow.journal() == [
        ("01-05", "6", {"1020": 180000} | {f"2100 {k}": -v for k, v in ALLOCATED.items()}),
        ("01-05", "47", {"6100": 5250, "1020": -5250}),
    ]
    messaging = glow.lot("messaging")
    assert (messaging.ends, messaging.lapses) == (day("04-05"), day("04-04"))
    assert glow.lot("scan").ends == day("03-30")


def test_what_is_left_after_the_last_day_becomes_breakage() -> None:
    glow = used()
    assert glow.tick("03-29") == {"expired": []}
    assert glow.tick("03-30") == {"expired": ["scan.1", "injection.1"]}
    assert glow.journal()[-2:] == [
        ("03-29", "20", {"2100 scan": 5610, "4030": -5610}),
        ("03-29", "20", {"2100 injection": 6545, "4030": -6545}),
    ]
    assert glow.tick("03-31") == {"expired": []}
    assert glow.accounts() == {
        "1020": 174750,
        "2100": -12623,
        "4000": -141196,
        "4030": -12155,
        "4040": -14026,
        "6100": 5250,
    }
    assert [event.missing for event in glow.events(e.ForfeitureHeld)] == []


def test_a_no_show_is_earned_as_such() -> None:
    [missed] = [event for event in used().events(e.UnitsDrawn) if event.status == "no_show"]
    assert (missed.revenue, missed.amount, missed.payable) == ("no_show", 14026, 0)


@pytest.mark.parametrize(
    ("through", "earned"),
    [("01-04", 0), ("01-31", 3787), ("02-28", 7714), ("03-31", 12062), ("04-30", 12623)],
)
def test_messaging_is_earned_by_day(through: str, earned: int) -> None:
    messaging = sold().lot("messaging")
    assert messaging.accrued(day(through)) == earned
    assert messaging.deferred(day(through)) == 12623 - earned


def test_deferred_at_the_end_of_february() -> None:
    glow = used()
    glow.history = [item for item in glow.history if item.effective_on <= day("02-28")]
    contract = glow.contract()
    assert contract.deferred(day("02-28")) == 34363
    deferred = {lot.line: lot.deferred(day("02-28")) for lot in contract.lots.values()}
    assert deferred == {
        "initial": 0,
        "follow_up": 14026,
        "scan": 5610,
        "lab": 0,
        "injection": 9818,
        "messaging": 4909,
    }


def test_an_immaterial_line_of_access_gets_nothing() -> None:
    glow = Glow()
    glow.service("session", 20000)
    units = {"kind": "units", "line": "session", "services": ["session"], "quantity": 10}
    access = {"kind": "access", "line": "messaging", "access": ["messaging"], "ssp": 9000}
    glow.publish("ten", 150000, [units, access], term={"months": 3})
    rows = glow.sell("01-05", "ten")["lines"]
    assert [row["allocated"] for row in rows] == [150000, 0]
    assert [line.immaterial for line in glow.events(e.PackageSold)[0].lines] == [False, True]


def test_only_a_line_of_access_takes_all_of_the_price_as_a_membership() -> None:
    glow = Glow()
    access = {"kind": "access", "line": "lounge", "access": ["lounge"]}
    glow.publish("lounge", 9000, [access], term={"months": 1})
    assert glow.sell("01-05", "lounge")["lines"] == [
        {"line": "lounge", "ssp": 0, "allocated": 9000}
    ]
    assert glow.events(e.PackageSold)[0].lines[0].liability == "memberships"


def test_a_mixed_menu_is_earned_by_what_was_chosen_and_ends_at_the_price() -> None:
    """Accounting.md 5.3: choose 4 of a 30- and a 90-minute massage."""
    glow = Glow()
    glow.service("short", 5000)
    glow.service("long", 15000)
    menu = {"kind": "units", "line": "menu", "services": ["short", "long"], "quantity": 4}
    glow.publish("menu", 32000, [menu], term={"months": 3})
    glow.sell("01-05", "menu")
    glow.pay("01-05", 32000)
    assert glow.lot("menu").sold.ssp == 40000
    # 5000 ÷ (5000 + 3 × 10000) of 32000, then 20000 ÷ (20000 + 2 × 10000), 25000 ÷ 35000, all.
    drawn = [
        glow.visit(f"01-0{6 + n}", f"v{n}", service)[0]["prepaid"]
        for n, service in enumerate(("short", "long", "short", "short"))
    ]
    assert drawn == [4571, 11429, 6857, 9143]
    assert sum(drawn) == 32000


def test_a_menu_of_like_prices_is_earned_evenly() -> None:
    glow = Glow()
    glow.service("short", 10000)
    glow.service("long", 12500)
    menu = {"kind": "units", "line": "menu", "services": ["short", "long"], "quantity": 4}
    glow.publish("menu", 32000, [menu], term={"months": 3})
    glow.sell("01-05", "menu")
    glow.pay("01-05", 32000)
    rows = glow.visit("01-06", "v1", "short", "long")
    assert [row["prepaid"] for row in rows] == [8000, 8000]
