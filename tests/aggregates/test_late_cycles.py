"""A cycle paid after its first day: granted, skipped or extended (6.3; policy `late_cycle`)."""

from typing import Any

import pytest

from aggregates.subscription import cycle_events as c
from ledger.codes import Refused
from tests.support.clinic import day
from tests.support.club import Club


def club(choice: str = "grant", **billing: Any) -> Club:
    """A member since 15 January, whose cycle of 15 March to 14 April is not paid."""
    made = Club({"escheat": "exempt", "late_cycle": choice}).offers(billing=billing)
    made.joins("01-15", paid=12000)
    made.consent("01-15", "expiry")
    made.pay("02-15", 12000)
    made.passes("03-25")
    return made


@pytest.mark.parametrize(("policy", "choice"), [("grant", None), ("skip", "grant")])
def test_grant_gives_the_units_now_and_the_time_that_is_left(
    policy: str, choice: str | None
) -> None:
    late = club(policy)
    late.pay("03-25", 12000, cycle_choice=choice)
    sauna, massage = (late.contract().lots[f"{line}.3"] for line in ("sauna", "massage"))
    assert (massage.starts, massage.expires) == (day("03-25"), day("04-14"))
    assert massage.remaining == 1
    # 7 of the 21 days that are left
    assert (sauna.accrued(day("03-31")), sauna.accrued(day("04-14"))) == (2286, 6857)
    assert late.cycles()[-1] == ("03-15", "04-14", "granted")
    assert late.events(c.CycleGranted)[-1].choice == "grant"
    late.passes("04-15")
    assert late.cycles()[-1] == ("04-15", "05-14", "due")


@pytest.mark.parametrize(("policy", "choice"), [("skip", None), ("grant", "skip")])
def test_skip_lapses_the_cycle_and_pays_the_next(policy: str, choice: str | None) -> None:
    late = club(policy)
    late.pay("03-25", 12000, cycle_choice=choice)
    assert late.cycles()[2:] == [("03-15", "04-14", "lapsed"), ("04-15", "05-14", "granted")]
    [row] = late.visit("03-26", "v-1", "sauna")
    assert (row["covered"], row["reason"]) == ("0", "unpaid")
    assert late.contract().lots["sauna.4"].accrued(day("05-14")) == 6857
    assert (late.contract().owed, late.credit()) == (0, 0)
    assert late.passes("04-15") == []


def test_what_a_skipped_cycle_had_received_becomes_store_credit() -> None:
    late = club()
    late.pay("03-20", 5000)
    late.pay("03-25", 12000, cycle_choice="skip")
    assert (late.credit(), late.contract().owed) == (5000, 0)
    assert ("03-25", "20a") in [entry[:2] for entry in late.journal()]


@pytest.mark.parametrize(("policy", "choice"), [("extend", None), ("grant", "extend")])
def test_extend_starts_a_cycle_and_moves_the_later_ones(policy: str, choice: str | None) -> None:
    late = club(policy)
    late.pay("03-25", 12000, cycle_choice=choice)
    assert late.cycles()[-1] == ("03-25", "04-24", "granted")
    sauna, massage = (late.contract().lots[f"{line}.3"] for line in ("sauna", "massage"))
    assert (massage.starts, massage.expires) == (day("03-25"), day("04-24"))
    assert (sauna.accrued(day("03-31")), sauna.accrued(day("04-24"))) == (1548, 6857)
    late.passes("05-25")
    assert [cycle[0] for cycle in late.cycles()[3:]] == ["04-25", "05-25"]


def test_extend_is_anchored_to_the_day_of_the_payment() -> None:
    late = club("extend")
    late.pay("03-31", 12000)
    late.passes("06-30")
    assert [cycle[0] for cycle in late.cycles()[2:]] == ["03-31", "04-30", "05-31", "06-30"]


def test_a_payment_on_the_first_day_is_not_late() -> None:
    made = Club({"late_cycle": "skip"}).offers()
    made.joins("01-15", paid=12000)
    made.pay("02-15", 12000)
    assert made.cycles()[-1] == ("02-15", "03-14", "granted")
    assert made.events(c.CycleGranted)[-1].choice is None


def test_a_part_payment_leaves_the_choice_to_the_one_that_completes_it() -> None:
    late = club("extend")
    late.pay("03-25", 5000)
    assert late.cycles()[-1] == ("03-15", "04-14", "due")
    late.pay("03-28", 7000)
    assert late.cycles()[-1] == ("03-28", "04-27", "granted")


@pytest.mark.parametrize("choice", ["grant", "skip"])
def test_after_its_end_a_cycle_is_skipped_for_the_one_that_runs(choice: str) -> None:
    """The payment of 20 April is for the cycle of 15 April, of which 25 days are left."""
    late = club()
    late.passes("04-20")
    late.pay("04-20", 12000, cycle_choice=choice)
    assert late.cycles()[2:] == [("03-15", "04-14", "lapsed"), ("04-15", "05-14", "granted")]
    sauna = late.contract().lots["sauna.4"]
    assert (sauna.starts, sauna.accrued(day("04-20"))) == (day("04-20"), 274)


def test_after_its_end_extend_starts_the_running_cycle_anew() -> None:
    late = club()
    late.pay("04-20", 12000, cycle_choice="extend")
    assert late.cycles()[2:] == [("03-15", "04-14", "lapsed"), ("04-20", "05-19", "granted")]


def test_retries_do_not_stack_up() -> None:
    """product.md, pains 2: however many months were missed, one payment pays one cycle."""
    late = club()
    late.passes("07-20")
    assert late.contract().owed == 12000
    late.pay("07-20", 12000)
    assert [cycle[2] for cycle in late.cycles()].count("granted") == 3
    assert len([lot for lot in late.contract().lots_of("massage") if lot.granted]) == 3


def test_nothing_of_a_skipped_cycle_can_be_renewed_beyond_the_contract() -> None:
    made = Club().offers(billing={"auto_renew": False})
    made.joins("01-15")
    assert isinstance(made.pay("01-20", 12000, cycle_choice="skip"), Refused)
    made.pay("01-20", 12000)
    assert made.cycles() == [("01-15", "02-14", "granted")]


class TestCommitted:
    """What cannot be cancelled cannot be skipped: money settles what is owed first (10.3)."""

    @pytest.mark.parametrize("choice", ["grant", "skip"])
    def test_while_it_runs_it_is_granted(self, choice: str) -> None:
        late = club(commitment_cycles=6)
        late.pay("03-25", 12000, cycle_choice=choice)
        assert late.cycles()[-1] == ("03-15", "04-14", "granted")
        assert late.contract().lots["massage.3"].starts == day("03-25")

    def test_after_its_end_it_ran_over_its_own_days(self) -> None:
        late = club(commitment_cycles=6)
        late.passes("04-20")
        late.pay("04-20", 12000)
        assert late.cycles()[2:] == [("03-15", "04-14", "granted"), ("04-15", "05-14", "due")]
        assert late.contract().lots["sauna.3"].accrued(day("04-14")) == 6857
        assert ("04-14", "expire") in late.passes("04-20")

    def test_extended_it_moves_those_that_fell_due_since(self) -> None:
        late = club(commitment_cycles=6)
        late.passes("04-20")
        late.pay("04-20", 24000, cycle_choice="extend")
        assert late.cycles()[2:] == [("04-20", "05-19", "granted"), ("05-20", "06-19", "granted")]
        assert late.contract().lots["massage.4"].starts == day("05-20")
