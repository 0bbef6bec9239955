"""Contract modifications: separate, prospective, catch-up (accounting.md 9)."""

from typing import Any

import pytest

from aggregates.subscription import change_events as c
from ledger.codes import Code
from tests.support.alterations import Altered
from tests.support.clinic import counts, day

FACIAL: dict[str, Any] = {"kind": "units", "line": "facial", "services": ["facial"]}


def clinic(**policies: Any) -> Altered:
    glow = Altered({"escheat": "exempt"} | policies)
    glow.service("session", 10000)
    glow.service("facial", 5000)
    return glow


def sessions(units: int, price: int, used: int, *, paid: int | None = None, **more: Any) -> Altered:
    """Sessions at 100.00 each, bought and paid on 5 January, some of them used."""
    glow = clinic(**more.pop("policies", {}))
    line = {"kind": "units", "line": "session", "services": ["session"], "quantity": units}
    glow.publish("pack", price, [line, *more.pop("lines", [])], **more)
    glow.sell("01-05", "pack")
    received = price if paid is None else paid
    if received:
        glow.pay("01-05", received)
    if used:
        glow.visit("01-06", "v1", f"session:{used}")
    return glow


def test_example_5b_blends_what_is_left_with_what_is_added() -> None:
    """60 delivered at 100, 60 left, 30 added at 80: 8,400 over 90 units, 93.33 each."""
    glow = sessions(120, 1200000, 60)
    answer = glow.modify("02-01", 240000, {"line": "session", "quantity": "30"})
    assert answer == {
        "method": "prospective",
        "owed": 240000,
        "credited": 0,
        "lines": [{"line": "session", "grant": "session.2", "quantity": "90", "allocated": 840000}],
    }
    glow.pay("02-01", 240000)
    drawn = [glow.visit("02-02", f"w{n}", "session")[0]["prepaid"] for n in range(3)]
    assert drawn == [9333, 9334, 9333]
    glow.visit("02-03", "rest", "session:87")
    assert glow.accounts() == {"1020": 1440000, "4000": -1440000}


def test_example_7_spreads_a_lower_price_and_more_years_evenly() -> None:
    """Three years at 100 each, two delivered; year 3 cut to 80, three more for 200: 70 a year."""
    glow = sessions(3, 30000, 2)
    glow.modify("02-01", -2000 + 20000, {"line": "session", "quantity": "3"})
    [line] = glow.events(c.ContractModified)[0].lines
    assert (line.quantity, line.allocated) == (4, 28000)
    glow.pay("02-01", glow.contract().owed)
    assert glow.visit("02-02", "v2", "session")[0]["prepaid"] == 7000


def test_what_is_added_at_its_own_price_is_a_contract_apart() -> None:
    glow = sessions(10, 80000, 4)
    answer = glow.modify("02-01", 20000, {"line": "session", "quantity": "2"})
    assert (answer["method"], answer["owed"]) == ("separate", 20000)
    lots = glow.contract().lots
    assert [(lot.grant, lot.amount) for lot in lots.values()] == [
        ("session.1", 80000),
        ("session.2", 20000),
    ]
    assert counts(lots["session.1"].remaining, lots["session.2"].remaining) == ["6", "2"]
    glow.pay("02-01", 20000)
    assert glow.visit("02-02", "v2", "session:7")[0]["prepaid"] == 58000


def test_a_new_line_at_its_own_price_is_a_contract_apart_too() -> None:
    glow = sessions(10, 80000, 4, term={"months": 3})
    assert glow.modify("02-01", 10000, FACIAL | {"quantity": "2"})["method"] == "separate"
    facial = glow.lot("facial")
    assert (facial.grant, facial.liability, facial.amount) == ("facial.1", "packages", 10000)
    assert (facial.starts, facial.expires) == (day("02-01"), day("04-04"))


def test_the_caller_may_say_the_method() -> None:
    glow = sessions(10, 80000, 4)
    more = {"line": "session", "quantity": "2"}
    assert glow.modify("02-01", 10000, more, method="separate")["method"] == "separate"
    glow = sessions(10, 80000, 4)
    assert glow.modify("02-01", 20000, more, method="prospective")["method"] == "prospective"


def test_a_swap_re_allocates_what_is_left_by_the_prices_of_the_day() -> None:
    """6 sessions left of 480.00; 3 become facials, whose price has changed since."""
    glow = sessions(10, 80000, 4)
    glow.service("facial", 10000)
    lines: list[dict[str, Any]] = [
        {"line": "session", "quantity": "-3"},
        FACIAL | {"quantity": "3"},
    ]
    answer = glow.modify("02-01", 0, *lines)
    assert [(line["grant"], line["allocated"]) for line in answer["lines"]] == [
        ("session.2", 24000),
        ("facial.1", 24000),
    ]
    assert glow.journal()[-1] == ("02-01", "43", {"2100 session": 24000, "2100 facial": -24000})
    assert answer["owed"] == 0
    assert counts(glow.lot().granted) == ["4"]


def test_a_line_may_be_swapped_away_as_a_whole() -> None:
    glow = sessions(10, 80000, 4)
    lines: list[dict[str, Any]] = [
        {"line": "session", "quantity": "-6"},
        FACIAL | {"quantity": "6"},
    ]
    answer = glow.modify("02-01", 0, *lines)
    assert [(line["line"], line["allocated"]) for line in answer["lines"]] == [("facial", 48000)]
    assert glow.visit("02-02", "v2", "session")[0]["covered"] == "0"
    assert glow.visit("02-02", "v3", "facial:6")[0]["prepaid"] == 48000


def test_a_price_of_a_service_that_rose_weighs_more() -> None:
    lines = [FACIAL | {"quantity": "10"}]
    glow = sessions(10, 120000, 0, lines=lines)
    glow.service("session", 20000)
    glow.modify("02-01", -30000, {"line": "session", "quantity": "-5"})
    lots = glow.contract().lots
    assert [lots[name].amount for name in ("session.2", "facial.2")] == [60000, 30000]
    assert lots["facial.2"].sold.services[0].list_price == 5000


def test_removal_at_a_lower_price_leaves_store_credit() -> None:
    glow = sessions(10, 80000, 4)
    answer = glow.modify("02-01", -20000, {"line": "session", "quantity": "-3"})
    assert (answer["owed"], answer["credited"], glow.credit()) == (0, 20000, 20000)
    assert glow.visit("02-02", "v2", "session:3")[0]["prepaid"] == 28000
    assert glow.accounts() == {"1020": 80000, "2180": -20000, "4000": -60000}
    assert [row[1] for row in glow.journal()][-3:] == ["43", "45", "9"]


def test_a_lower_price_is_first_what_is_not_paid() -> None:
    glow = sessions(10, 80000, 4, paid=50000)
    answer = glow.modify("02-01", -20000, {"line": "session", "quantity": "-3"})
    assert (answer["owed"], answer["credited"]) == (10000, 0)
    glow.pay("02-01", 10000)
    assert glow.visit("02-02", "v2", "session:3")[0]["prepaid"] == 28000
    assert glow.accounts() == {"1020": 60000, "4000": -60000}


def test_what_was_used_ahead_of_payment_is_carried_along() -> None:
    """9.7: the contract asset stays."""
    glow = sessions(10, 80000, 4, paid=0, policies={"draw_before_payment": True})
    glow.modify("02-01", 8000, {"line": "session", "quantity": "2"}, method="prospective")
    assert glow.contract().deferred(day("02-01")) == -32000
    glow.pay("02-01", 88000)
    glow.visit("02-02", "v2", "session:8")
    assert glow.accounts() == {"1020": 88000, "4000": -88000}


def test_a_line_of_time_shares_in_what_is_left() -> None:
    lounge = {"kind": "access", "line": "lounge", "access": ["lounge"], "ssp": 100000}
    glow = sessions(10, 100000, 0, lines=[lounge], term={"days": 100})
    assert [lot.amount for lot in glow.contract().lots.values()] == [50000, 50000]
    glow.modify("02-24", 20000, {"line": "session", "quantity": "5"})
    [modified] = glow.events(c.ContractModified)
    assert [(lot.grant, lot.value, lot.recognised) for lot in modified.lots] == [
        ("session.1", 50000, 0),
        ("lounge.1", 25000, 25000),
    ]
    assert [(line.grant, line.ssp, line.allocated) for line in modified.lines] == [
        ("session.2", 150000, 71250),
        ("lounge.2", 50000, 23750),
    ]
    glow.pay("02-24", 20000)
    assert glow.accrued("lounge.2", "02-24") == 23750 // 50
    assert glow.accrued("lounge.2", "04-14") == 23750


def test_a_line_of_time_may_end() -> None:
    lounge = {"kind": "access", "line": "lounge", "access": ["lounge"], "ssp": 100000}
    glow = sessions(10, 100000, 0, lines=[lounge], term={"days": 100})
    glow.modify("02-24", 0, {"line": "lounge", "quantity": "-1"})
    assert glow.lot().remaining == 0
    assert glow.contract().lots["session.2"].amount == 75000
    assert glow.accrued("lounge.1", "04-14") == 25000


def test_what_is_extra_is_owed_at_once_where_nothing_can_be_cancelled() -> None:
    glow = sessions(10, 80000, 4, billing={"kind": "once", "cancellable": False})
    glow.modify("02-01", 20000, {"line": "session", "quantity": "2"})
    assert glow.contract().receivable == 20000
    assert glow.journal()[-1] == ("02-01", "4", {"1100": 20000, "2100 session": -20000})


CATCH_UPS = [
    # units, price, used, price added, units added, revenue caught up
    (10, 80000, 4, 0, "2", -5333),
    (10, 80000, 4, 30000, "1", 8000),
    (10, 80000, 4, -20000, "-2", -2000),
    (700, 1000000, 420, 350000, "120", 91463),
    (10, 80000, 0, 10000, "1", 0),
]


@pytest.mark.parametrize(("units", "price", "used", "extra", "more", "revenue"), CATCH_UPS)
def test_progress_of_a_single_obligation_is_caught_up(
    units: int, price: int, used: int, extra: int, more: str, revenue: int
) -> None:
    """P_new × TP_new − R (example 8: 60 % of 1,000 becomes 420/820 of 1,350)."""
    glow = sessions(units, price, used)
    before = glow.accounts().get("4000", 0)
    entry = {"line": "session", "quantity": more}
    answer = glow.modify("02-01", extra, entry, method="catch_up")
    assert before - glow.accounts().get("4000", 0) == revenue
    assert answer["credited"] == max(-extra, 0)
    glow.pay("02-02", glow.contract().owed) if extra > 0 else None
    glow.visit("02-03", "rest", f"session:{glow.lot().remaining}")
    assert glow.accounts()["4000"] == -(price + extra)
    assert "2100" not in glow.accounts()


def one_of_two(*, both: bool = False) -> Altered:
    """A session and a facial of equal price for 1,200.00; the session is delivered."""
    glow = sessions(1, 120000, 1, lines=[FACIAL | {"quantity": 1, "ssp": 10000}])
    if both:
        glow.visit("01-07", "v2", "facial")
    return glow


WHOLE_PRICES = [
    # both delivered, price added, revenue at once, of the facial later
    (False, 4000, 2000, 62000),
    (False, -4000, -2000, 58000),
    (True, 4000, 4000, 0),
]


@pytest.mark.parametrize(("both", "extra", "revenue", "later"), WHOLE_PRICES)
def test_a_change_of_the_whole_price_is_also_of_what_is_delivered(
    both: bool, extra: int, revenue: int, later: int
) -> None:
    """3.3, 9.3: amounts for satisfied units go to revenue now (606-10-32-43)."""
    glow = one_of_two(both=both)
    before = glow.accounts()["4000"]
    glow.modify("02-01", extra, method="catch_up")
    assert before - glow.accounts()["4000"] == revenue
    glow.pay("02-01", extra) if extra > 0 else None
    if later:
        assert glow.visit("02-02", "v3", "facial")[0]["prepaid"] == later
    assert glow.accounts()["4000"] == -(120000 + extra)
    assert "2100" not in glow.accounts()


def test_example_6_gives_the_promises_before_the_modification_their_part() -> None:
    """9.6: of 40.00 more, 20.00 are of the session that is delivered, and 10.00 of each other."""
    glow = one_of_two()
    glow.service("scan", 10000)
    scan = {"kind": "units", "line": "scan", "services": ["scan"], "quantity": "1"}
    glow.modify("01-20", 30000, scan, method="prospective")
    glow.modify("02-01", 2000, {"line": "session"}, method="catch_up", modification="m-2")
    assert glow.accounts()["4000"] == -62000
    others = ({"line": "facial"}, {"line": "scan"})
    glow.modify("02-01", 2000, *others, method="catch_up", modification="m-3")
    glow.pay("02-01", 34000)
    drawn = [glow.visit("02-02", f"v-{one}", one)[0]["prepaid"] for one in ("facial", "scan")]
    assert drawn == [46000, 46000]
    assert glow.accounts() == {"1020": 154000, "4000": -154000}


def test_a_catch_up_of_a_menu_goes_by_what_was_chosen() -> None:
    """5.3: 100.00 of 400.00 expected are a quarter, not a third, of the price."""
    glow = clinic()
    glow.service("peel", 20000)
    menu = {"kind": "units", "line": "menu", "services": ["session", "peel"], "quantity": 3}
    glow.publish("menu", 36000, [menu])
    glow.sell("01-05", "menu")
    glow.pay("01-05", 36000)
    glow.visit("01-06", "v1", "session")
    glow.modify("02-01", -3600, method="catch_up")
    assert glow.accounts()["4000"] == -8100


def test_the_row_of_a_catch_up() -> None:
    glow = sessions(10, 80000, 4)
    glow.modify("02-01", 0, {"line": "session", "quantity": "2"}, method="catch_up")
    assert glow.journal()[-1] == ("02-01", "44", {"2100 session": -5333, "4000": 5333})


def test_a_membership_is_modified_within_its_cycle() -> None:
    glow = Altered()
    glow.offers()
    glow.joins("04-15", paid=12000)
    glow.modify("04-30", 3000, {"line": "massage", "quantity": "1"})
    assert list(glow.contract().lots)[2:] == ["sauna.2", "massage.2"]
    assert glow.contract().owed == 3000
    glow.pay("04-30", 3000)
    glow.passes("05-15")
    assert glow.contract().owed == 12000
    glow.pay("05-15", 12000)
    assert counts(glow.contract().lots["massage.3"].granted) == ["1"]


def test_the_accountant_says_the_method_where_that_is_the_policy() -> None:
    lounge = {"kind": "access", "line": "lounge", "access": ["lounge"], "ssp": 100000}
    policies = {"modification": "assess"}
    entry = {"line": "session", "quantity": "5"}
    glow = sessions(10, 100000, 0, lines=[lounge], term={"days": 100}, policies=policies)
    refusal = glow.modify("02-24", 20000, entry)
    assert (refusal.code, refusal.field) == (Code.APPROVAL_REQUIRED, "data.method")
    assert glow.modify("02-24", 20000, entry, method="prospective")["method"] == "prospective"
    assert sessions(10, 80000, 0, policies=policies).modify("02-24", 1, entry)["owed"] == 1


def _nothing(glow: Altered) -> None:
    """The contract as it was sold."""


def _used(glow: Altered) -> None:
    glow.modify("01-10", 20000, {"line": "session", "quantity": "2"})


def _ended(glow: Altered) -> None:
    glow.cancel("01-10")


def _paused(glow: Altered) -> None:
    glow.pause("01-10", "01-15")


MORE = {"line": "session", "quantity": "1"}
REFUSALS: list[tuple[Any, int, dict[str, Any], dict[str, Any], Code, str]] = [
    (_nothing, 0, MORE, {"effective": "2026-02-02"}, Code.INVALID, "data.effective"),
    (_nothing, 0, {"line": "laser", "quantity": "1"}, {}, Code.INVALID, "data.lines[0]"),
    (_nothing, 0, FACIAL | {"line": "session", "quantity": "1"}, {}, Code.INVALID, "data.lines[0]"),
    (_nothing, 0, MORE | {"quantity": "-6"}, {}, Code.INVALID, "data.lines"),
    (_nothing, -1, MORE, {"method": "separate"}, Code.INVALID, "data.method"),
    (_nothing, 1, FACIAL | {"quantity": "1"}, {"method": "catch_up"}, Code.INVALID, "data.method"),
    (_nothing, 1, {"line": "session"}, {}, Code.INVALID, "data.lines[0]"),
    (_used, 0, MORE, {}, Code.DUPLICATE, "data.modification"),
    (_nothing, -48001, MORE, {}, Code.AMOUNT_MISMATCH, "data.price"),
    (_nothing, -80001, MORE, {"method": "catch_up"}, Code.AMOUNT_MISMATCH, "data.price"),
    (_nothing, 0, MORE, {"on": "2026-04-05"}, Code.EXPIRED, "data.lines"),
    (_ended, 0, MORE, {}, Code.CANCELLED, "data.subscription"),
    (_paused, 0, MORE, {}, Code.PAUSED, "data.effective"),
    (_nothing, 0, MORE | {"quantity": "-7"}, {}, Code.NOT_ENOUGH_UNITS, "data.lines[0].quantity"),
]


@pytest.mark.parametrize(("before", "price", "line", "more", "code", "field"), REFUSALS)
def test_what_cannot_be_modified(
    before: Any, price: int, line: dict[str, Any], more: dict[str, Any], code: Code, field: str
) -> None:
    glow = sessions(10, 80000, 4, term={"months": 3})
    before(glow)
    named = dict(more)
    on = named.pop("on", "2026-02-01")
    if "effective" in named:
        named["effective"] = day(named["effective"])
    refusal = glow.modify(on, price, line, **named)
    assert (refusal.code, refusal.field) == (code, field)
