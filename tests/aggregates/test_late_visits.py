"""Visits reported late, after their contract changed, and which lot says why nothing covers."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from aggregates.covering.hindrance import gave_away
from aggregates.subscription import events as e
from tests.support.alterations import Altered
from tests.support.clinic import counts, day
from tests.support.club import MASSAGE
from tests.support.corrections import desk
from tests.support.holds import hold

MONTH = 12000


def joined(**more: Any) -> Altered:
    """Sold on 15 January, the first cycle paid; `gold` is the dearer offer."""
    club = Altered({"escheat": "exempt"} | more.pop("policies", {}))
    club.offers(**more)
    club.gold()
    club.joins("01-15", paid=MONTH)
    return club


def covered(club: Any, on: str, visit: str, service: str) -> tuple[Any, ...]:
    [row] = club.visit(on, visit, service)
    return row["covered"], row.get("reason")


class TestAfterAnotherPlan:
    @pytest.fixture
    def changed(self) -> Altered:
        club = joined()
        club.change_plan("01-30", "gold")
        club.pay("01-30", 5000)
        return club

    def test_the_old_line_of_time_covers_the_days_before(self, changed: Altered) -> None:
        assert changed.expires("sauna.1") == "01-29"
        assert covered(changed, "01-29", "v1", "sauna") == ("1", None)
        assert covered(changed, "01-30", "v2", "sauna") == ("1", None)
        drawn = [event.grant for event in changed.events(e.UnitsDrawn)]
        assert drawn == ["sauna.1", "sauna.2"]

    def test_a_draw_is_the_new_plans(self, changed: Altered) -> None:
        covered(changed, "02-01", "v1", "massage")
        assert changed.events(e.UnitsDrawn)[-1].sale.offer == "gold"

    def test_the_emptied_lot_gives_way_to_what_holds_the_new_one(self, changed: Altered) -> None:
        hold(changed, "01-31", "b-1", "02-10", "massage:2")
        assert changed.contract().lots["massage.2"].free == 0
        assert covered(changed, "02-05", "v1", "massage")[1] == "held"

    def test_before_the_change_neither_lot_has_units(self, changed: Altered) -> None:
        lot = changed.contract().lots["massage.1"]
        assert gave_away(lot)
        assert not gave_away(replace(lot, granted=Decimal(1)))
        assert covered(changed, "01-20", "v1", "massage") == ("0", "not_started")


def test_a_lot_whose_units_were_transferred_gives_way() -> None:
    glow = desk(90000, 6, transferable=True)
    glow.sell("01-05", "six")
    glow.pay("01-05", 90000)
    glow.transfer("01-10", "6")
    assert covered(glow, "01-11", "v1", "session") == ("0", "not_enough_units")
    glow.sell("01-11", "six", subscription="s-3")
    assert covered(glow, "01-12", "v2", "session") == ("0", "unpaid")


class TestWithoutATick:
    def test_the_next_cycle_is_unpaid_before_it_fell_due(self) -> None:
        club = joined()
        assert covered(club, "02-14", "v1", "sauna") == ("1", None)
        for number, service in enumerate(("sauna", "massage")):
            assert covered(club, "02-15", f"w{number}", service) == ("0", "unpaid")

    def test_what_does_not_go_on_has_expired(self) -> None:
        club = joined()
        club.cancel("01-20", "period_end")
        assert covered(club, "02-15", "v1", "sauna") == ("0", "expired")


class TestAfterTheEnd:
    """A visit of the contract's last days, reported after it ended."""

    @pytest.fixture
    def ended(self) -> Altered:
        club = joined()
        club.cancel("01-20", "01-31")
        club.passes("02-03")
        assert club.contract().ended == "cancelled"
        return club

    def test_an_unlimited_line_covers(self, ended: Altered) -> None:
        assert covered(ended, "01-31", "v1", "sauna") == ("1", None)
        assert covered(ended, "02-01", "v2", "sauna") == ("0", "cancelled")

    def test_units_were_settled_with_the_end(self, ended: Altered) -> None:
        assert covered(ended, "01-31", "v1", "massage") == ("0", "cancelled")


class TestQuotaEarnedByDay:
    """Accounting.md 6.3, `ratable`: what is left of the count expires, no value does."""

    @pytest.fixture
    def quota(self) -> Altered:
        line = MASSAGE | {"quantity": "3"}
        return joined(lines=[line], policies={"quota_membership": "ratable"})

    def test_unused_units_expire_with_their_last_day(self, quota: Altered) -> None:
        covered(quota, "01-20", "v1", "massage")
        before = quota.accounts()
        assert ("02-14", "expire") in quota.passes("02-15")
        [expired] = quota.events(e.LotExpired)
        assert (counts(expired.quantity), expired.value) == (["2"], 0)
        lot = quota.lot("massage")
        assert counts(lot.granted, lot.used, lot.expired, lot.remaining) == ["3", "1", "2", "0"]
        assert quota.accounts() == before
        assert quota.contract().deferred(day("02-14")) == 0

    def test_a_late_visit_takes_them_back(self, quota: Altered) -> None:
        quota.passes("02-15")
        assert covered(quota, "02-14", "v1", "massage") == ("1", None)
        lot = quota.lot("massage")
        assert counts(lot.used, lot.expired, lot.remaining) == ["1", "2", "0"]

    def test_what_a_refund_took_back_does_not_expire(self, quota: Altered) -> None:
        quota.refund("01-20", amount=5000)
        quota.passes("02-15")
        assert not quota.events(e.LotExpired)
