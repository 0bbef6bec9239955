"""Credit notes on a membership: the earliest unpaid cycle becomes cheaper (row 35; 6.3)."""

from typing import Any

import pytest

from aggregates.subscription import cycle_events as c
from ledger.codes import Code
from tests.support.clinic import day
from tests.support.club import Club

MONTH = 12000


def joined(**more: Any) -> Club:
    """Two cycles of which the second, from 15 February on, is not paid."""
    club = Club()
    club.offers(**more)
    club.joins("01-15", paid=MONTH)
    club.passes("02-15")
    return club


def test_what_is_left_of_the_price_grants_the_cycle() -> None:
    club = joined()
    assert club.note("02-16", 3000) == {"price": 21000, "owed": 9000}
    assert [lot.allocated for lot in club.contract().lots.values()][2:] == [5143, 3857]
    club.pay("02-16", 9000)
    assert club.cycles()[1] == ("02-15", "03-14", "granted")
    assert club.contract().deferred(day("03-14")) == 3857
    club.passes("03-15")
    assert club.contract().owed == MONTH


def test_a_note_that_leaves_nothing_to_pay_grants_the_cycle() -> None:
    club = joined()
    club.pay("02-15", 10000)
    assert club.cycles()[1][2] == "due"
    assert club.note("02-16", 2000)["owed"] == 0
    assert club.cycles()[1][2] == "granted"
    assert club.note("02-17", 1, "n-2").code is Code.AMOUNT_MISMATCH


def test_a_whole_cycle_for_nothing() -> None:
    club = joined()
    club.note("02-16", MONTH)
    [_, granted] = club.events(c.CycleGranted)
    assert granted.cycle == 2
    assert club.visit("02-17", "v-1", "massage")[0]["prepaid"] == 0


class TestCommitted:
    """Cycles that are receivable from their first day on."""

    @pytest.fixture
    def bound(self) -> Club:
        club = joined(billing={"commitment_cycles": 6})
        club.passes("03-15")
        assert club.contract().receivable == 2 * MONTH
        return club

    def test_the_earliest_cycle_is_no_longer_due(self, bound: Club) -> None:
        bound.note("03-16", 15000)
        lots = bound.contract().lots
        billed = dict.fromkeys((1, 2, 3), 0)
        for lot in lots.values():
            billed[lot.sold.cycle or 0] += lot.billed
        assert billed == {1: 0, 2: 0, 3: 9000}
        assert bound.cycles()[1][2] == "granted"
        assert bound.contract().owed == bound.contract().receivable == 9000
        assert bound.journal()[-1][1] == "35"
        bound.pay("03-16", 9000)
        assert bound.cycles()[2][2] == "granted"
