"""Time that stands still goes on standing still when a part of its money is lost (6.4, 8.5)."""

from datetime import date

import pytest

from aggregates import writing_off
from aggregates.subscription import events as e
from aggregates.subscription.correction_orders import WriteOff
from ledger.calendar import ONE_DAY
from tests.books.test_time_lots import accrued
from tests.properties.lives.checks import Journal
from tests.support.alterations import Altered
from tests.support.clinic import DIGEST, day

LOUNGE = {"kind": "access", "line": "lounge", "access": ["lounge"], "ssp": 9000}
LOT = "lounge.1"


@pytest.fixture
def lounge() -> Altered:
    """90.00 over the 90 days of [05-01, 07-30), one dollar a day, paid with a card."""
    made = Altered({"escheat": "exempt"})
    made.offers()
    made.publish("lounge", 9000, [LOUNGE], term={"days": 90})
    made.sell("05-01", "lounge")
    made.pay("05-01", 9000, charge="ch-1")
    return made


def row_by_row(made: Altered, on: str) -> int:
    """What the journal's rows say that time has earned by the end of a day."""
    journal = Journal()
    for recorded in made.history:
        journal.hear(recorded)
    return journal.earned(("s-1", LOT), day(on))


def loses_a_third(made: Altered, on: str) -> None:
    """Of what is left at that day, a third."""
    made.dispute(on, 9000)
    left = 9000 - made.accrued(LOT, on)
    made.close_dispute(on, "lost", amount=left // 3)


def test_an_open_pause_goes_on_and_the_rest_runs_when_it_ends(lounge: Altered) -> None:
    lounge.pause("05-31", "05-31")
    loses_a_third(lounge, "06-10")
    [settled] = lounge.events(e.DisputeSettled)
    [lot] = settled.lots
    assert (lot.value, lot.rest, lot.recognised) == (2000, 4000, 3000)
    assert [lounge.accrued(LOT, on) for on in ("05-30", "06-10", "07-31")] == [3000] * 3
    assert lounge.expires(LOT) is None
    lounge.resume("06-30")
    assert lounge.expires(LOT) == "08-28"
    days = ("06-29", "07-29", "08-28", "08-29")
    assert [lounge.accrued(LOT, on) for on in days] == [3000, 5000, 7000, 7000]
    assert [row_by_row(lounge, on) for on in days] == [3000, 5000, 7000, 7000]
    assert accrued(lounge, 5, 6, 7, 8) == [
        ("c-2026-05-14-s-1-lounge.1", "2110", "4010", 3000),
        ("c-2026-06-14-s-1-lounge.1", "2110", "4010", 67),
        ("c-2026-07-14-s-1-lounge.1", "2110", "4010", 2066),
        ("c-2026-08-14-s-1-lounge.1", "2110", "4010", 1867),
    ]


@pytest.mark.parametrize(("lost", "first"), [("06-10", "05-31"), ("05-30", "05-31")])
def test_a_pause_that_runs_or_is_arranged_keeps_its_days(
    lounge: Altered, lost: str, first: str
) -> None:
    """30 days of 90 are over, 30 stand still, and 60 are left for two thirds of their value."""
    lounge.pause("05-30", first, "06-30")
    loses_a_third(lounge, lost)
    days = ("06-29", "07-29", "08-28", "08-29")
    assert [lounge.accrued(LOT, on) for on in days] == [3000, 5000, 7000, 7000]
    assert [row_by_row(lounge, on) for on in days] == [3000, 5000, 7000, 7000]
    assert sum(amount for *_, amount in accrued(lounge, 5, 6, 7)) == lounge.accrued(LOT, "07-31")


def test_where_benefits_stay_usable_the_rest_runs_on_in_an_open_pause(lounge: Altered) -> None:
    """31 days for 31.00; paused after 10, a third of 16.00 lost on the 15th, back on the 21st."""
    made = Altered({"escheat": "exempt"})
    made.offers()
    billing = {"kind": "recurring", "every": "month", "grants": "each_cycle"}
    made.publish("club", 3100, [LOUNGE], billing=billing)
    made.sell("05-01", "club")
    made.pay("05-01", 3100, charge="ch-1")
    made.pause("05-11", "05-11", mode="benefits_usable")
    made.dispute("05-15", 3100)
    made.close_dispute("05-15", "lost", amount=400)
    assert [made.accrued(LOT, on) for on in ("05-15", "05-16", "05-20")] == [1500, 1575, 1875]
    made.resume("05-21")
    assert made.expires(LOT) == "06-10"
    days = ("05-20", "06-10")
    assert [made.accrued(LOT, on) for on in days] == [1875, 2700]
    assert [row_by_row(made, on) for on in days] == [1875, 2700]


def test_money_lost_before_the_first_day_leaves_the_rest_its_days(lounge: Altered) -> None:
    lounge.sell("05-01", "lounge", subscription="s-2", starts=date(2026, 6, 1))
    lounge.pay("05-01", 9000, subscription="s-2", charge="ch-2", payment="pay-2")
    lounge.dispute("05-02", 9000, charge="ch-2", dispute="d-2")
    lounge.close_dispute("05-10", "lost", amount=4500, dispute="d-2")
    lot = lounge.contract("s-2").lots[LOT]
    assert lot.ends is not None
    starts = date(2026, 6, 1)
    assert lot.accrued(starts - ONE_DAY) == 0
    assert lot.accrued(starts) == 50
    assert lot.accrued(lot.ends - ONE_DAY) == 4500


def test_a_write_off_in_an_open_pause_lets_the_rest_stand_still() -> None:
    made = Altered({"escheat": "exempt"})
    made.offers()
    billing = {
        "kind": "plan",
        "instalments": [{"due": "+0d", "amount": 3000}, {"due": "+30d", "amount": 6000}],
        "cancellable": False,
    }
    made.publish("lounge", 9000, [LOUNGE], term={"days": 90}, billing=billing)
    made.sell("05-01", "lounge")
    made.pay("05-01", 3000)
    made.passes("05-31")
    made.pause("05-31", "05-31")
    lost = {"amount": 1500, "reason": DIGEST, "approver": "bob"}
    made.change("06-10", WriteOff, writing_off.write_off, **lost)
    assert [made.accrued(LOT, on) for on in ("05-31", "07-31")] == [3000, 3000]
    made.resume("06-30")
    days = ("06-30", "08-28")
    assert [made.accrued(LOT, on) for on in days] == [3075, 7500]
    assert [row_by_row(made, on) for on in days] == [3075, 7500]


def test_after_a_late_win_the_days_that_are_left_earn_what_came_back(lounge: Altered) -> None:
    lounge.dispute("06-10", 9000)
    lounge.close_dispute("06-10", "lost")
    assert lounge.contract().ended == "disputed"
    lounge.close_dispute("06-20", "won")
    assert lounge.contract().ended is None
    days = ("06-10", "06-19", "06-20", "07-29", "07-30")
    assert [lounge.accrued(LOT, on) for on in days] == [4100, 4100, 4222, 9000, 9000]
    assert [row_by_row(lounge, on) for on in days] == [4100, 4100, 4222, 9000, 9000]
    assert accrued(lounge, 5, 6, 7) == [
        ("c-2026-05-14-s-1-lounge.1", "2110", "4010", 3100),
        ("c-2026-06-14-s-1-lounge.1", "2110", "4010", 2348),
        ("c-2026-07-14-s-1-lounge.1", "2110", "4010", 3552),
    ]


def test_of_time_that_is_over_a_late_win_is_earned_on_its_day(lounge: Altered) -> None:
    lounge.dispute("06-10", 9000)
    lounge.close_dispute("06-10", "lost")
    lounge.close_dispute("08-10", "won")
    days = ("06-30", "08-09", "08-10", "08-31")
    assert [row_by_row(lounge, on) for on in days] == [4100, 4100, 9000, 9000]
    assert accrued(lounge, 7, 8)[-1] == ("c-2026-08-14-s-1-lounge.1", "2110", "4010", 4900)


def test_a_part_that_comes_back_runs_with_what_had_stayed(lounge: Altered) -> None:
    loses_a_third(lounge, "05-30")
    assert lounge.accrued(LOT, "07-29") == 7000
    lounge.close_dispute("06-29", "won")
    assert [lounge.accrued(LOT, on) for on in ("06-29", "07-29")] == [5000, 9000]
    days = ("05-30", "06-29", "07-29")
    assert [row_by_row(lounge, on) for on in days] == [3000, 5000, 9000]
