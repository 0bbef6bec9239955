"""Units, fractions, unlimited lines and their caps, menus, validity from the first use."""

from typing import Any

import pytest

from aggregates.subscription import using_events as u
from tests.support.clinic import Glow, counts, day, sessions

SAUNA = {"kind": "unlimited", "line": "sauna", "services": ["sauna"]}


def sold(glow: Glow, on: str, offer: str, price: int, **more: Any) -> Glow:
    glow.sell(on, offer, **more)
    glow.pay(on, price, **{key: more[key] for key in ("subscription",) if key in more})
    return glow


def saunas(price: int = 9000, **more: Any) -> Glow:
    """Unlimited sauna for three months, paid in full on 5 January."""
    glow = Glow()
    glow.service("sauna", 3000)
    terms = {"term": {"months": 3}} | {
        key: more.pop(key) for key in ("shareable", "no_show_consumes") if key in more
    }
    glow.publish("pass", price, [SAUNA | more], **terms)
    return sold(glow, "01-05", "pass", price)


def test_a_bank_of_units_is_overrun() -> None:
    """Product.md, rule 9: 44 of 50 are left at the last visit; 6 are billed."""
    glow = sessions(100000, 100, each=1200)
    sold(glow, "01-05", "six", 100000)
    glow.visit("01-06", "v1", "session:56")
    [row] = glow.visit("01-07", "v2", "session:50")
    assert (row["quantity"], row["covered"], row["reason"]) == ("50", "44", "not_enough_units")
    assert (row["prepaid"], row["patient_owes"]) == (44000, 7200)


def test_quarters_of_a_unit() -> None:
    """Product.md, rule 8; 10 units for 100.01: what was recorded never moves."""
    glow = sessions(10001, 10, each=1200)
    sold(glow, "01-05", "six", 10001)
    rows = [
        glow.visit("01-06", f"v{n}", f"session:{part}")[0]
        for n, part in enumerate(("0.25", "0.5", "0.75", "8.375", "0.25"))
    ]
    assert [row["prepaid"] for row in rows] == [250, 500, 750, 8376, 125]
    assert [row["covered"] for row in rows] == ["0.25", "0.5", "0.75", "8.375", "0.125"]
    assert rows[-1]["patient_owes"] == 150
    assert glow.contract().deferred(day("01-06")) == 0


def test_a_quarter_that_is_not_paid_for_is_not_drawn() -> None:
    glow = sessions(10000, 10, each=1200)
    glow.sell("01-05", "six")
    glow.pay("01-05", 1249)
    [row] = glow.visit("01-06", "v1", "session:1.25")
    assert (row["covered"], row["prepaid"], row["reason"]) == ("1", 1000, "unpaid")


def test_one_line_draws_from_several_contracts() -> None:
    glow = sessions(20000, 2, each=12000)
    for key, on in (("s-1", "01-05"), ("s-2", "01-06")):
        sold(glow, on, "six", 20000, subscription=key)
    [row] = glow.visit("01-07", "v1", "session:3")
    assert [(draw["subscription"], draw["quantity"]) for draw in row["draws"]] == [
        ("s-1", "2"),
        ("s-2", "1"),
    ]
    assert (row["covered"], row["prepaid"]) == ("3", 30000)


def test_unequal_choices_are_worth_what_was_chosen() -> None:
    """Accounting.md 5.3: three of facial 100.00 and laser 300.00 for 450.00; the mean is 200.00."""
    glow = Glow()
    glow.service("facial", 10000)
    glow.service("laser", 30000)
    line = {"kind": "units", "line": "menu", "services": ["facial", "laser"], "quantity": 3}
    glow.publish("menu", 45000, [line])
    sold(glow, "01-05", "menu", 45000)
    rows = [glow.visit("01-06", f"v{n}", name)[0] for n, name in enumerate(("laser", "facial"))]
    # 300 of 300 + 2 x 200; then 400 of 400 + 200.
    assert [row["prepaid"] for row in rows] == [19286, 10714]
    assert glow.visit("01-07", "w", "laser")[0]["prepaid"] == 15000


def test_unlimited_use_is_counted_and_worth_nothing() -> None:
    glow = saunas()
    before = glow.journal()
    [row] = glow.visit("01-06", "v1", "sauna:3")
    assert (row["covered"], row["prepaid"], row["patient_owes"]) == ("3", 0, 0)
    assert row["draws"] == [
        {"subscription": "s-1", "line": "sauna", "grant": "sauna.1", "quantity": "3", "amount": 0}
    ]
    assert glow.journal() == before
    assert counts(glow.lot("sauna").used, glow.lot("sauna").remaining) == ["3", "0"]
    glow.reverse("01-07", "v1")
    assert counts(glow.lot("sauna").used) == ["0"]
    assert glow.contract().deferred(day("01-05")) == 8900


def test_unlimited_goes_before_units_of_the_same_service() -> None:
    glow = saunas()
    line = {"kind": "units", "line": "u", "services": ["sauna"], "quantity": 1, "priority": 1}
    glow.publish("one", 3000, [line], term={"days": 5})
    sold(glow, "01-05", "one", 3000, subscription="s-2")
    assert glow.visit("01-06", "v1", "sauna")[0]["draws"][0]["subscription"] == "s-1"


@pytest.mark.parametrize(
    ("per", "days", "covered"),
    [
        ("day", ("01-06", "01-06", "01-07"), ("2", "0", "2")),
        # 12 January is a Monday.
        ("week", ("01-05", "01-11", "01-12"), ("2", "0", "2")),
        ("month", ("01-05", "01-31", "02-01"), ("2", "0", "2")),
        # A late visit counts in its own days.
        ("week", ("01-14", "01-07", "01-12"), ("2", "2", "0")),
    ],
)
def test_a_cap_counts_calendar_days(
    per: str, days: tuple[str, ...], covered: tuple[str, ...]
) -> None:
    glow = saunas(cap={"per": per, "quantity": "2"})
    rows = [glow.visit(on, f"v{n}", "sauna:2")[0] for n, on in enumerate(days)]
    assert tuple(row["covered"] for row in rows) == covered
    assert {row.get("reason") for row in rows if row["covered"] == "0"} == {"limit_exceeded"}


def test_a_reversal_gives_the_cap_back_and_a_part_is_covered() -> None:
    glow = saunas(cap={"per": "week", "quantity": "2"})
    glow.visit("01-05", "v1", "sauna")
    [row] = glow.visit("01-06", "v2", "sauna:3")
    assert (row["covered"], row["reason"], row["patient_owes"]) == ("1", "limit_exceeded", 6000)
    glow.reverse("01-20", "v1")
    assert glow.visit("01-11", "v3", "sauna")[0]["covered"] == "1"


def test_time_of_which_nothing_is_paid_covers_nothing() -> None:
    glow = Glow()
    glow.service("sauna", 3000)
    glow.publish("pass", 9000, [SAUNA], term={"months": 3})
    glow.sell("01-05", "pass")
    assert glow.visit("01-06", "v1", "sauna")[0]["reason"] == "unpaid"
    glow.pay("01-07", 1)
    assert glow.visit("01-07", "v2", "sauna")[0]["covered"] == "1"


def first_use() -> Glow:
    """Two sessions and three months of sauna, all from the first use; a grace of five days."""
    glow = Glow()
    glow.service("session", 6000)
    glow.service("sauna", 3000)
    lines = [
        {"kind": "units", "line": "session", "services": ["session"], "quantity": 2},
        SAUNA | {"ssp": 6000, "expires_after": {"days": 10}},
        {"kind": "access", "line": "chat", "access": ["chat"], "ssp": 6000},
    ]
    more = {"validity": "first_use", "term": {"months": 1}, "grace_days": 5}
    glow.publish("start", 18000, lines, **more)
    assert glow.sell("01-05", "start")["expires"] is None
    glow.pay("01-05", 18000)
    return glow


def test_the_first_draw_starts_the_validity() -> None:
    glow = first_use()
    assert glow.contract().deferred(day("03-31")) == 18000
    assert glow.visit("03-15", "v1", "session")[0]["prepaid"] == 4500
    [started] = glow.events(u.ValidityStarted)
    assert (started.starts, started.expires) == (day("03-15"), day("04-14"))
    assert [(lot.grant, lot.ends, lot.lapses, lot.amount) for lot in started.lots] == [
        ("session.1", day("04-15"), day("04-19"), 0),
        ("sauna.1", day("03-25"), day("03-24"), 4500),
        ("chat.1", day("04-15"), day("04-14"), 4500),
    ]
    assert glow.contract().last_day == day("04-14")
    # One session, all of the sauna, and 10 of 31 days of the chat.
    assert glow.contract().deferred(day("03-24")) == 18000 - 4500 - 4500 - 1452
    assert glow.visit("04-19", "v2", "session")[0]["covered"] == "1"
    assert glow.visit("03-25", "v3", "sauna")[0]["reason"] == "expired"
    assert len(glow.events(u.ValidityStarted)) == 1


def test_unlimited_use_starts_it_too_and_an_earlier_visit_may_still_come() -> None:
    glow = first_use()
    glow.visit("03-15", "v1", "sauna")
    assert glow.visit("03-12", "v2", "session")[0]["covered"] == "1"
    assert glow.visit("01-04", "v3", "session")[0]["reason"] == "not_started"
    assert glow.contract().started_on == day("03-15")


@pytest.mark.parametrize(
    ("policy", "first"),
    [("expiry", "s-3"), ("fifo", "s-1"), ("paid_first", "s-3"), ("bonus_first", "s-3")],
)
def test_the_policy_decides_the_middle_of_the_order(policy: str, first: str) -> None:
    glow = sessions(10000, 1, clinic=Glow({"lot_order": policy}), each=12000)
    for key, on in (("s-1", "01-05"), ("s-2", "01-06")):
        sold(glow, on, "six", 10000, subscription=key)
    sessions(10000, 1, clinic=glow, each=12000, offer="soon", term={"months": 1})
    sold(glow, "01-07", "soon", 10000, subscription="s-3")
    assert glow.visit("01-08", "v", "session")[0]["draws"][0]["subscription"] == first


@pytest.mark.parametrize(
    ("policy", "first"), [("expiry", "u"), ("paid_first", "u"), ("bonus_first", "free")]
)
def test_paid_before_bonus_unless_the_policy_says_otherwise(policy: str, first: str) -> None:
    glow = Glow({"lot_order": policy})
    glow.service("session", 10000)
    lines = [
        {"kind": "units", "line": name, "services": ["session"], "quantity": 1, "bonus": bonus}
        for name, bonus in (("free", True), ("u", False))
    ]
    glow.publish("both", 10000, lines)
    sold(glow, "01-05", "both", 10000)
    assert glow.visit("01-08", "v", "session")[0]["draws"][0]["line"] == first


def test_the_soonest_expiry_goes_first_and_none_last() -> None:
    """Product.md, rule 35."""
    glow = sessions(10000, 1, each=12000, term=None)
    sold(glow, "01-05", "six", 10000)
    sessions(10000, 1, clinic=glow, each=12000, offer="late", term={"months": 6})
    sold(glow, "01-06", "late", 10000, subscription="s-2")
    [row] = glow.visit("01-08", "v", "session:2")
    assert [draw["subscription"] for draw in row["draws"]] == ["s-2", "s-1"]
