"""Pauses: what stands still, which days move, what is spread anew (accounting.md 6.4)."""

from typing import Any

import pytest

from aggregates.owing import NOT_YET, owing
from aggregates.subscription import change_events as c
from ledger.codes import Code
from tests.support.alterations import Altered
from tests.support.clinic import day


@pytest.fixture
def club() -> Altered:
    club = Altered()
    club.offers()
    units = {"kind": "units", "line": "massage", "services": ["massage"], "quantity": "5"}
    lounge = {"kind": "access", "line": "lounge", "access": ["lounge"], "ssp": 9000}
    club.publish("pack", 39000, [units, lounge], term={"days": 90})
    return club


def pack(club: Altered) -> Altered:
    """5 massages for 300.00 and the lounge for 90.00 over [05-01, 07-30), paid."""
    club.sell("05-01", "pack")
    club.pay("05-01", 39000)
    return club


def test_the_next_due_date_moves_by_the_frozen_days(club: Altered) -> None:
    """product.md rule 31: due 20 June, frozen 5 to 15 June: due 30 June, expiry 10 days later."""
    club.joins("05-20", paid=12000)
    answer = club.pause("06-04", "06-05", "06-15")
    assert answer == {"from": "2026-06-05", "until": "2026-06-15", "mode": "stop_clock"}
    assert club.cycles() == [("05-20", "06-29", "granted")]
    assert (club.expires("sauna.1"), club.expires("massage.1")) == ("06-29", "06-29")
    club.passes("06-29")
    assert club.contract().owed == 0
    club.passes("06-30")
    assert club.cycles()[1] == ("06-30", "07-29", "due")
    club.pay("06-30", 12000)
    club.passes("07-30")
    assert club.cycles()[2][0] == "07-30"


def test_frozen_days_leave_numerator_and_denominator(club: Altered) -> None:
    pack(club)
    club.pause("05-30", "06-05", "06-15")
    before = 9000 * 35 // 90
    assert [club.accrued("lounge.1", on) for on in ("06-04", "06-10", "06-14")] == [before] * 3
    assert club.accrued("lounge.1", "06-15") == 9000 * 36 // 90
    assert [club.accrued("lounge.1", on) for on in ("08-07", "08-08")] == [8900, 9000]
    assert (club.expires("lounge.1"), club.contract().last_day) == ("08-08", day("08-08"))


def test_nothing_is_drawn_while_the_clock_stands_still(club: Altered) -> None:
    pack(club)
    club.pause("06-01", "06-05", "06-15")
    assert club.visit("06-04", "v1", "massage")[0]["covered"] == "1"
    for on, visit in (("06-05", "v2"), ("06-14", "v3")):
        [row] = club.visit(on, visit, "massage")
        assert (row["covered"], row["reason"]) == ("0", "paused")
    assert club.visit("06-15", "v4", "massage")[0]["covered"] == "1"
    assert club.visit("08-08", "v5", "massage")[0]["covered"] == "1"


def test_an_open_pause_has_no_last_day_until_it_ends(club: Altered) -> None:
    pack(club)
    club.pause("06-05", "06-05")
    assert (club.expires("lounge.1"), club.contract().last_day) == (None, None)
    club.passes("12-01")
    assert club.accrued("lounge.1", "11-30") == 3500
    assert club.resume("12-02") == {"from": "2026-06-05", "until": "2026-12-02"}
    assert (club.expires("lounge.1"), club.expires("massage.1")) == ("01-25", "01-25")
    assert club.contract().last_day == day("2027-01-25")
    assert club.accrued("lounge.1", "12-02") == 3600


def test_an_open_pause_holds_back_the_next_cycle(club: Altered) -> None:
    """product.md pain 15: coming back moves the next payment."""
    club.joins("05-20", paid=12000)
    club.pause("06-05", "06-05")
    club.passes("09-01")
    assert club.contract().owed == 0
    club.resume("09-03")
    assert club.cycles() == [("05-20", "09-17", "granted")]
    club.passes("09-18")
    assert club.cycles()[1][0] == "09-18"


RETURNS = [
    # resumed on, last day of the massages, next due date
    ("06-10", "06-24", "06-25"),
    ("06-05", "06-19", "06-20"),
    ("06-14", "06-28", "06-29"),
]


@pytest.mark.parametrize(("on", "expires", "due"), RETURNS)
def test_one_who_comes_back_early_gets_back_what_is_left(
    club: Altered, on: str, expires: str, due: str
) -> None:
    club.joins("05-20", paid=12000)
    club.pause("06-01", "06-05", "06-15")
    club.resume(on)
    assert club.expires("massage.1") == expires
    club.passes(due)
    assert club.cycles()[1][0] == due
    assert club.accrued("sauna.1", due) == 6857


def test_a_pause_that_never_began_has_never_been(club: Altered) -> None:
    club.joins("05-20", paid=12000)
    before = club.contract()
    club.pause("06-01", "06-05", "06-15")
    club.resume("06-03")
    after = club.contract()
    assert (after.pauses, after.lots, after.cycles) == ((), before.lots, before.cycles)
    assert club.resume("06-04").code is Code.INVALID


def test_a_pause_that_is_over_is_not_resumed(club: Altered) -> None:
    club.joins("05-20", paid=12000)
    club.pause("06-01", "06-05", "06-15")
    assert club.resume("06-15").code is Code.INVALID


def test_a_pause_recorded_late_freezes_the_days_it_names(club: Altered) -> None:
    pack(club)
    club.pause("07-01", "06-05", "06-15")
    assert club.accrued("lounge.1", "06-30") == 9000 * 51 // 90
    assert club.expires("massage.1") == "08-08"


def test_what_was_over_before_is_not_moved(club: Altered) -> None:
    short: dict[str, Any] = {
        "kind": "units",
        "line": "trial",
        "services": ["sauna"],
        "quantity": "1",
    }
    long = {"kind": "units", "line": "massage", "services": ["massage"], "quantity": "1"}
    lines = [short | {"expires_after": {"days": 10}}, long]
    club.publish("mixed", 9000, lines, term={"days": 90})
    club.sell("05-01", "mixed")
    club.pause("06-01", "06-05", "06-15")
    assert (club.expires("trial.1"), club.expires("massage.1")) == ("05-10", "08-08")


def test_two_pauses_add_up(club: Altered) -> None:
    pack(club)
    club.pause("05-02", "05-10", "05-20")
    club.pause("05-25", "06-05", "06-10")
    assert club.expires("lounge.1") == "08-13"
    assert club.accrued("lounge.1", "08-12") == 8900
    club.resume("06-08")
    assert club.expires("lounge.1") == "08-11"


def test_an_extension_in_the_meantime_stays(club: Altered) -> None:
    pack(club)
    club.pause("06-01", "06-05", "06-15")
    assert club.extend("06-04", "2026-12-31", line="massage")["lots"] == ["massage.1"]
    club.resume("06-10")
    assert (club.expires("massage.1"), club.expires("lounge.1")) == ("12-31", "08-03")
    assert club.contract().last_day == day("12-31")


def test_benefits_stay_usable_while_the_cycle_grows_longer(club: Altered) -> None:
    """The sauna's 68.57 over [05-20, 06-20): 16 days earned, the rest over 25 days."""
    club.joins("05-20", paid=12000)
    club.pause("06-05", "06-05", "06-15", mode="benefits_usable")
    assert club.visit("06-06", "v1", "massage")[0]["covered"] == "1"
    assert club.cycles() == [("05-20", "06-29", "granted")]
    earned = round(6857 * 16 / 31)
    assert club.accrued("sauna.1", "06-04") == earned
    assert club.accrued("sauna.1", "06-05") == earned + round((6857 - earned) / 25)
    assert [club.accrued("sauna.1", on) for on in ("06-28", "06-29")] == [6724, 6857]
    assert club.expires("massage.1") == "06-29"
    club.passes("06-30")
    assert club.cycles()[1][0] == "06-30"


def test_what_is_spread_is_spread_on_the_first_day(club: Altered) -> None:
    club.joins("05-20", paid=12000)
    club.pause("06-01", "06-05", "06-15", mode="benefits_usable")
    assert club.cycles() == [("05-20", "06-29", "granted")]
    club.passes("06-10")
    earned = round(6857 * 16 / 31)
    assert club.accrued("sauna.1", "06-05") == earned + round((6857 - earned) / 25)
    assert [item[0] for item in club.told(c.PauseBegan)] == ["06-05"]
    club.resume("06-10")
    assert club.expires("massage.1") == "06-24"
    assert club.accrued("sauna.1", "06-24") == 6857


def test_an_open_pause_with_benefits_is_spread_when_it_ends(club: Altered) -> None:
    club.joins("05-20", paid=12000)
    club.pause("06-05", "06-05", mode="benefits_usable")
    assert club.visit("06-25", "v1", "massage")[0]["covered"] == "1"
    club.resume("06-15")
    earned = round(6857 * 26 / 31)
    assert club.accrued("sauna.1", "06-15") == earned + round((6857 - earned) / 15)
    assert club.accrued("sauna.1", "06-29") == 6857


def test_a_package_with_benefits_keeps_its_days(club: Altered) -> None:
    pack(club)
    club.pause("06-05", "06-05", "06-15", mode="benefits_usable")
    assert club.expires("massage.1") == "07-29"
    assert club.accrued("lounge.1", "06-14") == 4500


def test_cycles_that_start_in_a_pause_of_billing_are_left_out(club: Altered) -> None:
    club.joins("05-20", paid=12000)
    club.pause("06-05", "06-05", "08-01", mode="skip_billing")
    assert club.visit("06-06", "v1", "massage")[0]["covered"] == "1"
    assert (club.expires("massage.1"), club.accrued("sauna.1", "06-19")) == ("06-19", 6857)
    club.passes("08-20")
    assert [cycle[0] for cycle in club.cycles()] == ["05-20", "08-20"]


def test_a_pause_in_a_later_cycle_moves_it_when_it_begins(club: Altered) -> None:
    club.joins("05-20", paid=12000)
    club.pause("06-01", "07-05", "07-15")
    assert club.cycles() == [("05-20", "06-19", "granted")]
    club.passes("06-20")
    club.pay("06-20", 12000)
    club.passes("07-10")
    assert club.cycles()[1] == ("06-20", "07-29", "granted")
    assert club.accrued("sauna.2", "07-29") == 6857
    assert club.accrued("sauna.2", "07-14") == round(6857 * 15 / 30)
    club.passes("07-30")
    assert club.cycles()[2][0] == "07-30"


@pytest.mark.parametrize("until", ["06-15", None])
def test_a_cycle_paid_while_time_stands_still_waits_with_the_rest(
    club: Altered, until: str | None
) -> None:
    club.joins("06-01")
    club.pause("06-04", "06-05", until)
    club.pay("06-10" if until is None else "06-04", 12000)
    start = 1 if until else 10
    if until is None:
        club.resume("06-15")
    assert club.cycles() == [("06-01", "07-10", "granted")]
    assert club.expires("massage.1") == "07-10"
    frozen = club.accrued("sauna.1", "06-04")
    assert [club.accrued("sauna.1", on) for on in ("06-10", "06-14")] == [frozen] * 2
    assert club.accrued("sauna.1", "07-10" if start == 1 else "07-20") == 6857


def test_a_cycle_paid_ahead_moves_as_a_whole(club: Altered) -> None:
    club.joins("05-20", paid=12000)
    club.pay("06-01", 12000)
    club.pause("06-04", "06-05", "06-15")
    assert [cycle[:2] for cycle in club.cycles()] == [("05-20", "06-29"), ("06-30", "07-29")]
    assert club.accrued("sauna.2", "06-29") == 0
    assert club.accrued("sauna.2", "06-30") == round(6857 / 30)
    assert club.accrued("sauna.2", "07-29") == 6857


@pytest.mark.parametrize(
    ("joined", "first", "until", "due"),
    [
        ("2026-01-31", "2026-02-10", "2026-02-20", "2026-03-10"),
        ("2028-01-31", "2028-02-29", "2028-03-01", "2028-03-01"),
        ("2026-02-20", "2026-03-05", "2026-03-12", "2026-03-27"),
        ("2026-10-20", "2026-10-30", "2026-11-05", "2026-11-26"),
    ],
)
def test_days_are_counted_over_daylight_saving_leap_days_and_month_ends(
    club: Altered, joined: str, first: str, until: str, due: str
) -> None:
    club.joins(joined, paid=12000)
    club.pause(first, first, until)
    club.passes(due)
    assert club.contract().cycles[2].starts == day(due)


def test_instalments_fall_due_later_by_the_days_of_each_pause(club: Altered) -> None:
    units = {"kind": "units", "line": "massage", "services": ["massage"], "quantity": "3"}
    parts = [{"due": f"+{days}d", "amount": 6000} for days in (5, 11, 29)]
    plan = {"kind": "plan", "instalments": parts, "cancellable": False}
    club.publish("plan", 18000, [units], billing=plan)
    club.sell("05-01", "plan")
    club.pause("05-02", "05-10", "05-20")
    club.pause("05-25", "06-05")
    assert [item.due for item in owing(club.contract())] == [day("05-06"), day("05-22"), NOT_YET]
    club.passes("12-01")
    assert club.contract().receivable == 12000
    club.resume("12-02")
    assert [item.due for item in owing(club.contract())][2] == day("12-06")


def test_the_clinics_policy_says_how_a_pause_works_without_a_mode(club: Altered) -> None:
    lenient = Altered({"freeze": "benefits_usable"})
    lenient.offers()
    lenient.joins("05-20", paid=12000)
    assert lenient.pause("06-01", "06-05")["mode"] == "benefits_usable"


REFUSALS: list[tuple[dict[str, Any], Code, str]] = [
    ({"first": "06-05", "until": "06-05"}, Code.INVALID, "data.until"),
    ({"first": "06-05", "mode": "skip_billing"}, Code.INVALID, "data.mode"),
    ({"first": "04-30"}, Code.NOT_STARTED, "data.from"),
    ({"first": "09-01"}, Code.EXPIRED, "data.from"),
    ({"first": "06-19"}, Code.PAUSED, "data.from"),
    ({"first": "06-01", "until": "06-11"}, Code.PAUSED, "data.from"),
    ({"first": "06-01"}, Code.PAUSED, "data.from"),
]


@pytest.mark.parametrize(("fields", "code", "field"), REFUSALS)
def test_what_cannot_be_paused(
    club: Altered, fields: dict[str, Any], code: Code, field: str
) -> None:
    pack(club).pause("05-02", "06-10", "06-20")
    refusal = club.pause("05-30", **fields)
    assert (refusal.code, refusal.field) == (code, field)


def test_pauses_may_touch_but_an_ended_contract_takes_none(club: Altered) -> None:
    pack(club).pause("05-02", "06-10", "06-20")
    assert club.pause("05-02", "06-20", "06-25")["until"] == "2026-06-25"
    assert club.pause("05-02", "06-05", "06-10")["until"] == "2026-06-10"
    club.cancel("05-03")
    assert club.pause("05-04", "07-01").code is Code.CANCELLED
    assert club.resume("06-12").code is Code.CANCELLED
