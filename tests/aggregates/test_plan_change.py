"""Another plan for a membership (accounting.md 9.4, 21.3; interfaces.md 7.11)."""

from typing import Any

import pytest

from aggregates.prorating import Rate, gap
from aggregates.subscription import change_events as c
from aggregates.subscription import events as e
from ledger.codes import Code
from tests.support.alterations import Altered
from tests.support.clinic import counts, day
from tests.support.holds import hold

LEFT = "not recognised yet of the old plan"


@pytest.fixture
def club() -> Altered:
    club = Altered()
    club.offers()
    return club.gold()


def test_the_story_of_an_upgrade_in_mid_cycle(club: Altered) -> None:
    """accounting.md 21.3, from the fourth cycle on."""
    club.joins("01-15", paid=12000)
    club.consent("01-15")
    club.visit("01-20", "v1", "massage")
    club.passes("02-15")
    club.pay("02-15", 12000)
    club.passes("04-15")
    club.pay("04-15", 12000)
    before = len(club.journal())
    answer = club.change_plan("04-30", "gold")
    assert answer == {
        "due": 4000,
        "working": [
            {"step": LEFT, "amount": 8572},
            {"step": "(20000 - 12000) * 15 / 30 days", "amount": 4000},
            {"step": "allocated to sauna", "amount": 6770},
            {"step": "allocated to massage", "amount": 5802},
        ],
    }
    assert club.contract().owed == 4000
    club.pay("04-30", 4000)
    club.visit("05-05", "v2", "massage")
    answer = club.cancel("05-10", "period_end")
    assert answer == {"ends": "2026-05-14", "penalty": 0}
    club.passes("05-20")
    assert club.journal()[before:] == [
        ("04-30", "43", {"2110 sauna": 3429 - 4616, "2110 massage": 5143 - 3956}),
        ("04-30", "6", {"1020": 4000, "2110 sauna": -2154, "2110 massage": -1846}),
        ("05-05", "9", {"2110 massage": 5802, "4000": -5802}),
    ]
    old, new = "sauna.4", "sauna.5"
    assert [club.accrued(old, on) for on in ("04-29", "04-30", "05-31")] == [3428, 3428, 3428]
    assert [club.accrued(new, on) for on in ("04-29", "04-30", "05-14")] == [0, 451, 6770]
    assert club.contract().deferred(day("05-31")) == 0
    assert (club.contract().ended, club.contract().ended_on) == ("cancelled", day("05-14"))
    assert club.contract().owed == 0


def test_the_change_moves_the_funding_line_by_line(club: Altered) -> None:
    club.joins("04-15", paid=12000)
    club.change_plan("04-30", "gold")
    [changed] = club.events(c.PlanChanged)
    assert [(s.grant, s.amount, s.sale.offer) for s in changed.shares] == [
        ("sauna.1", 3429, "silver"),
        ("massage.1", 5143, "silver"),
    ]
    assert [(s.grant, s.amount, s.paid) for s in changed.carried] == [
        ("sauna.2", 4616, 4616),
        ("massage.2", 3956, 3956),
    ]
    assert changed.sale.offer == "gold"
    lots = club.contract().lots
    assert counts(lots["massage.1"].granted, lots["massage.2"].granted) == ["0", "1"]
    assert (lots["sauna.2"].starts, club.expires("sauna.2")) == (day("04-30"), "05-14")
    assert lots["massage.2"].sold.ssp == 6000


def test_the_next_cycle_follows_the_new_plan_in_lots_of_its_own(club: Altered) -> None:
    club.joins("04-15", paid=12000)
    club.change_plan("04-30", "gold")
    club.pay("04-30", 4000)
    club.passes("05-15")
    assert club.contract().owed == 20000
    club.pay("05-15", 20000)
    lots = club.contract().lots
    assert list(lots) == ["sauna.1", "massage.1", "sauna.2", "massage.2", "sauna.3", "massage.3"]
    assert counts(lots["massage.3"].granted) == ["2"]
    assert club.events(e.PaymentReceived)[-1].sale.offer == "gold"


PRORATED = [
    # new price and days, old price and days, days left, what they differ by (product.md 26-29)
    ((15000, 31), (0, 31), 20, 9677),
    ((1500, 7), (2000, 30), 14, 2067),
    ((17499, 31), (5999, 31), 16, 5935),
    ((20000, 30), (12000, 30), 15, 4000),
    ((12000, 30), (20000, 30), 15, -4000),
    ((8900, 31), (5900, 31), 30, 2903),
]


@pytest.mark.parametrize(("new", "old", "left", "due"), PRORATED)
def test_days_are_prorated_by_exact_ratios_rounded_once(
    new: tuple[int, int], old: tuple[int, int], left: int, due: int
) -> None:
    assert gap(Rate(*new), Rate(*old), left) == due


@pytest.mark.parametrize(
    ("joined", "on", "left", "days"),
    [
        ("2026-03-01", "2026-03-16", 16, 31),
        ("2026-02-15", "2026-03-08", 7, 28),
        ("2026-10-15", "2026-11-01", 14, 31),
        ("2028-02-01", "2028-02-29", 1, 29),
        ("2026-01-31", "2026-02-15", 13, 28),
        ("2026-01-01", "2026-01-01", 31, 31),
        ("2026-01-01", "2026-01-31", 1, 31),
    ],
)
def test_days_are_counted_over_daylight_saving_leap_days_and_month_ends(
    club: Altered, joined: str, on: str, left: int, days: int
) -> None:
    """product.md rule 29 with the date kept: 115.00 × 16 ÷ 31 = 59.35."""
    club.offers("small", 5999)
    club.offers("large", 17499)
    club.joins(joined, offer="small", paid=5999)
    answer = club.change_plan(on, "large")
    assert answer["due"] == round(11500 * left / days)
    assert answer["working"][1]["step"] == f"(17499 - 5999) * {left} / {days} days"


def test_a_downgrade_leaves_store_credit(club: Altered) -> None:
    club.joins("04-15", offer="gold", paid=20000)
    answer = club.change_plan("04-30", "silver")
    assert answer["due"] == -4000
    assert club.credit() == 4000
    assert (club.contract().owed, club.contract().deferred(day("04-29"))) == (
        0,
        20000 - 5384 - 4000,
    )
    _, row_43, row_45 = [row for row in club.journal() if row[1] in ("6", "43", "45")]
    assert sum(row_43[2].values()) == 0
    assert row_45[2]["2180"] == -4000
    club.passes("05-15")
    assert club.contract().owed == 12000


def test_a_credit_is_never_more_than_is_left(club: Altered) -> None:
    club.offers("tiny", 100)
    club.joins("04-15", offer="gold", paid=20000)
    club.visit("04-16", "v1", "massage:2")
    answer = club.change_plan("04-16", "tiny")
    left = answer["working"][0]["amount"]
    assert answer["working"][2] == {"step": "no more than is left of the old plan", "amount": -left}
    assert (answer["due"], club.credit()) == (-left, left)


def test_without_proration_the_value_is_carried_alone(club: Altered) -> None:
    club.joins("04-15", paid=12000)
    answer = club.change_plan("04-30", "gold", proration="none")
    assert answer["due"] == 0
    lots = club.contract().lots
    assert [lots[name].allocated for name in ("sauna.2", "massage.2")] == [4616, 3956]


def test_a_part_of_a_unit_is_rounded_up_to_a_whole_one(club: Altered) -> None:
    club.joins("04-15", paid=12000)
    club.change_plan("05-10", "gold")
    massage = club.contract().lots["massage.2"]
    assert counts(massage.granted) == ["1"]
    assert massage.sold.ssp == 12000 * 5 / 30


def test_from_the_next_cycle_on_nothing_is_prorated(club: Altered) -> None:
    club.joins("01-31", paid=12000)
    assert club.change_plan("02-10", "gold", "next_cycle") == {"due": 0, "working": []}
    assert club.contract().owed == 0
    club.passes("02-28")
    assert club.contract().owed == 20000
    club.pay("02-28", 20000)
    assert club.cycles()[1] == ("02-28", "03-30", "granted")
    assert club.contract().plan is not None
    assert club.contract().sale.offer == "gold"


def test_a_change_on_the_first_day_of_the_next_cycle_is_one_from_there_on(club: Altered) -> None:
    club.joins("01-15", paid=12000)
    assert club.change_plan("01-20", "gold", "2026-02-15")["working"] == []


def test_a_change_waits_for_its_day(club: Altered) -> None:
    club.joins("04-15", paid=12000)
    answer = club.change_plan("04-20", "gold", "2026-04-30")
    assert answer["due"] == 4000
    assert (club.contract().owed, club.events(c.PlanChanged)) == (0, [])
    club.passes("05-01")
    assert club.contract().owed == 4000
    assert [item[0] for item in club.told(c.PlanChanged)] == ["04-30"]


def test_a_change_may_be_recorded_late(club: Altered) -> None:
    club.joins("04-15", paid=12000)
    assert club.change_plan("05-05", "gold", "2026-04-30")["due"] == 4000
    assert [item[0] for item in club.told(c.PlanChanged)] == ["04-30"]


def test_another_interval_begins_a_cycle_on_the_day(club: Altered) -> None:
    """interfaces.md 7.11: unused days are carried, the new cycle is anchored to the day."""
    club.offers("year", 120000, billing={"every": "year"})
    club.joins("04-15", paid=12000)
    answer = club.change_plan("04-30", "year")
    assert answer["due"] == 120000 - 6000
    assert club.cycles() == [("04-15", "04-29", "granted"), ("04-30", "04-29", "granted")]
    lots = club.contract().lots
    assert sum(lots[name].allocated for name in ("sauna.2", "massage.2")) == 8572 + 114000
    club.pay("04-30", 114000)
    club.passes("2027-04-30")
    assert club.contract().owed == 120000
    assert club.cycles()[2][0] == "04-30"


def test_a_price_change_with_notice_is_a_newer_version_from_the_next_cycle(club: Altered) -> None:
    """product.md pain 22: sold contracts keep their version until they are changed."""
    club.joins("01-15", paid=12000)
    club.offers("silver", 13000)
    club.passes("02-15")
    assert club.contract().owed == 12000
    club.pay("02-15", 12000)
    club.log("02-16", "m-1", "price_change")
    club.change_plan("02-16", "silver", "next_cycle", version=2)
    club.passes("03-15")
    assert club.contract().owed == 13000
    [notice] = club.contract().notices
    assert (notice.kind, notice.sent_on) == ("price_change", day("02-16"))


def test_a_committed_cycle_owes_the_difference_at_once(club: Altered) -> None:
    club.offers("bound", 12000, billing={"commitment_cycles": 3})
    club.joins("04-15", offer="bound", paid=12000)
    club.change_plan("04-30", "gold")
    assert (club.contract().receivable, club.contract().owed) == (4000, 4000)
    assert club.journal()[-1][1] == "4"


def test_what_a_booking_holds_is_held_of_the_new_lot(club: Altered) -> None:
    club.joins("04-15", paid=12000)
    hold(club, "04-20", "b-1", "05-05", "massage")
    club.change_plan("04-30", "gold")
    lots = club.contract().lots
    assert counts(lots["massage.1"].reserved, lots["massage.2"].reserved) == ["0", "1"]
    assert club.visit("05-04", "v1", "massage")[0]["covered"] == "0"
    assert club.visit("05-05", "v2", "massage", booking="b-1")[0]["covered"] == "1"


def _paused(club: Altered) -> None:
    club.pause("04-20", "04-25", "05-05")


def _ended(club: Altered) -> None:
    club.cancel("04-20")


def _nothing(club: Altered) -> None:
    """The membership as it was joined."""


REFUSALS: list[tuple[Any, dict[str, Any], Code, str]] = [
    (_nothing, {"offer": "pack"}, Code.INVALID, "data.offer"),
    (_nothing, {"effective": "2026-07-01"}, Code.INVALID, "data.effective"),
    (_nothing, {"effective": "2026-03-01"}, Code.INVALID, "data.effective"),
    (_ended, {}, Code.CANCELLED, "data.subscription"),
    (_paused, {}, Code.PAUSED, "data.effective"),
]


@pytest.mark.parametrize(("before", "fields", "code", "field"), REFUSALS)
def test_what_cannot_be_changed(
    club: Altered, before: Any, fields: dict[str, Any], code: Code, field: str
) -> None:
    units = {"kind": "units", "line": "massage", "services": ["massage"], "quantity": "5"}
    club.publish("pack", 30000, [units])
    club.joins("04-15", paid=12000)
    before(club)
    named = {"offer": "gold"} | fields
    refusal = club.change_plan("04-30", named.pop("offer"), **named)
    assert (refusal.code, refusal.field) == (code, field)


def test_a_pause_is_no_hindrance_to_a_change_from_the_next_cycle_on(club: Altered) -> None:
    club.offers("year", 90000, billing={"every": "year"})
    club.joins("04-15", paid=12000)
    club.pause("04-20", "04-25")
    club.change_plan("04-26", "year", "next_cycle")
    club.resume("05-05")
    club.passes("05-25")
    assert (club.contract().owed, club.cycles()[1]) == (90000, ("05-25", "05-24", "due"))


def test_an_unpaid_cycle_is_not_prorated(club: Altered) -> None:
    club.joins("04-15")
    assert club.change_plan("04-30", "gold").code is Code.UNPAID


def test_a_package_has_no_plan(club: Altered) -> None:
    units = {"kind": "units", "line": "massage", "services": ["massage"], "quantity": "5"}
    club.publish("pack", 30000, [units])
    club.sell("04-15", "pack")
    assert club.change_plan("04-30", "gold").code is Code.INVALID
