"""What other services are told: payment, expiry, renewal, milestones (product.md 39, 73-76)."""

from typing import Any

import pytest

from aggregates.subscription import signal_events as s
from tests.support.clinic import Glow, day
from tests.support.club import MASSAGE, Club

PROMISED = {"before_expiry_days": [30, 10, 3]}


def days(club: Club, kind: type[Any]) -> list[str]:
    return [on for on, _ in club.told(kind)]


class TestPayment:
    def test_on_the_due_date_and_each_day_of_retry(self) -> None:
        """Retries come n days after the due date: default 1, 3 and 10."""
        club = Club().offers()
        club.joins("01-15", paid=12000)
        club.passes("03-01")
        assert [
            (on, event.due, event.attempt, event.cycle, event.amount)
            for on, event in club.told(s.PaymentDue)
        ] == [
            ("02-15", day("02-15"), 1, 2, 12000),
            ("02-16", day("02-15"), 2, 2, 12000),
            ("02-18", day("02-15"), 3, 2, 12000),
            ("02-25", day("02-15"), 4, 2, 12000),
        ]

    def test_not_once_it_is_paid(self) -> None:
        club = Club().offers()
        club.joins("01-15", paid=12000)
        club.passes("02-17")
        club.pay("02-17", 12000)
        club.passes("03-14")
        assert days(club, s.PaymentDue) == ["02-15", "02-16"]

    def test_a_part_payment_leaves_the_rest(self) -> None:
        club = Club().offers(billing={"retry_days": [2]})
        club.joins("01-15")
        club.passes("01-16")
        club.pay("01-16", 5000)
        club.passes("01-20")
        assert [event.amount for _, event in club.told(s.PaymentDue)] == [12000, 7000]

    def test_no_retry_after_the_cycle(self) -> None:
        club = Club().offers(billing={"every": "week"})
        club.joins("01-15", paid=12000)
        club.passes("01-30")
        assert days(club, s.PaymentDue) == ["01-22", "01-23", "01-25", "01-29", "01-30"]

    def test_one_that_is_committed_is_asked_for_further_on(self) -> None:
        club = Club().offers(billing={"every": "week", "commitment_cycles": 2})
        club.joins("01-15", paid=12000)
        club.passes("02-01")
        assert [
            (on, event.attempt) for on, event in club.told(s.PaymentDue) if event.cycle == 2
        ] == [("01-22", 1), ("01-23", 2), ("01-25", 3), ("02-01", 4)]

    def test_each_instalment_of_a_plan_on_its_day(self) -> None:
        club = plan()
        club.pay("02-02", 33334)
        club.passes("04-30")
        assert [(on, event.amount) for on, event in club.told(s.PaymentDue)] == [
            ("03-04", 33333),
            ("04-03", 33333),
        ]

    def test_a_sale_paid_at_once_is_not_asked_for(self) -> None:
        club = Club()
        club.publish("pack", 6000, [MASSAGE], term={"months": 1})
        club.sell("01-15", "pack")
        club.passes("06-01")
        assert days(club, s.PaymentDue) == []


def plan(**more: Any) -> Club:
    """1,000.00 in three instalments, sold on 2 February (accounting.md 21.4)."""
    club = Club()
    dues = [("+0d", 33334), ("+30d", 33333), ("+60d", 33333)]
    billing = {
        "kind": "plan",
        "cancellable": True,
        "instalments": [{"due": due, "amount": amount} for due, amount in dues],
    }
    club.publish("laser", 100000, [MASSAGE | {"quantity": "6"}], billing=billing | more)
    club.sell("02-02", "laser")
    return club


class TestExpiry:
    @pytest.fixture
    def pack(self) -> Club:
        """A pack of five that expires on 30 September."""
        club = Club()
        club.publish(
            "pack", 25000, [MASSAGE | {"quantity": "5"}], term={"months": 6}, notices=PROMISED
        )
        club.sell("04-01", "pack")
        club.pay("04-01", 25000)
        return club

    def test_on_each_promised_day(self, pack: Club) -> None:
        """product.md 39: expiry 30 September, notices 31 August, 20 and 27 September."""
        pack.passes("10-01")
        assert [
            (on, event.days, event.expires, event.remaining)
            for on, event in pack.told(s.ExpiryReminderDue)
        ] == [
            ("08-31", 30, day("09-30"), 5),
            ("09-20", 10, day("09-30"), 5),
            ("09-27", 3, day("09-30"), 5),
        ]

    def test_only_with_something_left(self, pack: Club) -> None:
        pack.passes("09-01")
        pack.visit("09-02", "v-1", "massage:5")
        pack.passes("10-01")
        assert days(pack, s.ExpiryReminderDue) == ["08-31"]

    def test_again_for_a_later_last_day(self, pack: Club) -> None:
        pack.passes("09-25")
        pack.extend("09-25", "10-31")
        pack.passes("10-30")
        assert days(pack, s.ExpiryReminderDue) == ["08-31", "09-20", "10-01", "10-21", "10-28"]

    def test_after_a_refund_no_more(self, pack: Club) -> None:
        pack.passes("09-01")
        pack.refund("09-02")
        assert pack.passes("12-01") == []

    def test_not_before_the_lot_begins(self) -> None:
        club = Club()
        club.publish("week", 6000, [MASSAGE], term={"weeks": 1}, notices=PROMISED)
        club.sell("04-01", "week")
        club.pay("04-01", 6000)
        club.passes("04-08")
        assert days(club, s.ExpiryReminderDue) == ["04-04"]

    def test_counting_from_the_last_day_with_grace_as_the_guard_does(self) -> None:
        club = Club()
        club.publish("pack", 6000, [MASSAGE], term={"months": 6}, notices=PROMISED, grace_days=5)
        club.sell("04-01", "pack")
        club.pay("04-01", 6000)
        club.passes("09-06")
        [(on, event)] = club.told(s.ExpiryReminderDue)
        assert (on, event.expires) == ("09-05", day("09-30"))

    def test_what_rolls_over_does_not_expire(self) -> None:
        club = Club().offers(rollover={}, notices={"before_expiry_days": [3]})
        club.joins("01-15", paid=12000)
        club.passes("03-15")
        [(on, event)] = club.told(s.ExpiryReminderDue)
        assert (on, event.grant, event.expires) == ("03-11", "massage.1", day("03-14"))


class TestRenewal:
    def test_before_each_cycle(self) -> None:
        club = Club().offers(notices={"before_renewal_days": [7, 1]})
        club.joins("01-15", paid=12000)
        club.passes("03-10")
        assert [
            (on, event.cycle, event.days, event.due, event.amount)
            for on, event in club.told(s.RenewalNoticeDue)
        ] == [
            ("02-08", 2, 7, day("02-15"), 12000),
            ("02-14", 2, 1, day("02-15"), 12000),
            ("03-08", 3, 7, day("03-15"), 12000),
        ]

    def test_not_where_nothing_renews(self) -> None:
        club = Club().offers(notices={"before_renewal_days": [7]}, billing={"auto_renew": False})
        club.joins("01-15", paid=12000)
        club.passes("03-10")
        assert days(club, s.RenewalNoticeDue) == []


class TestMilestone:
    def test_at_each_interval_while_the_contract_runs(self) -> None:
        """A 12-week program: week 12 is the first day after it."""
        club = Club()
        checkin = {"milestone": "check-in", "every": {"weeks": 4}}
        lab = {"milestone": "lab", "every": {"months": 1}, "service": "massage"}
        club.publish("program", 6000, [MASSAGE], term={"weeks": 12}, milestones=[checkin, lab])
        club.sell("01-31", "program")
        club.passes("12-31")
        assert [
            (on, event.milestone, event.number, event.service)
            for on, event in club.told(s.MilestoneDue)
        ] == [
            ("02-28", "check-in", 1, None),
            ("02-28", "lab", 1, "massage"),
            ("03-28", "check-in", 2, None),
            ("03-31", "lab", 2, "massage"),
        ]

    def test_of_a_membership_as_long_as_it_renews(self) -> None:
        quarterly = [{"milestone": "quarterly lab", "every": {"months": 3}}]
        club = Club().offers(milestones=quarterly, term={"months": 12})
        club.joins("01-15", paid=12000)
        club.passes("2027-06-01")
        assert days(club, s.MilestoneDue) == ["04-15", "07-15", "10-15"]

    def test_of_a_pack_without_end_until_it_is_used(self) -> None:
        club = Club()
        monthly = [{"milestone": "check-in", "every": {"months": 1}}]
        club.publish("pack", 6000, [MASSAGE], milestones=monthly)
        club.sell("01-15", "pack")
        club.pay("01-15", 6000)
        club.passes("03-20")
        club.visit("03-20", "v-1", "massage")
        assert club.passes("12-31") == []
        assert days(club, s.MilestoneDue) == ["02-15", "03-15"]


def test_signals_post_nothing() -> None:
    club = Club().offers(notices=PROMISED | {"before_renewal_days": [7]})
    club.joins("01-15")
    club.passes("04-01")
    assert club.events(s.PaymentDue)
    assert club.events(s.RenewalNoticeDue)
    assert club.journal() == []


def test_what_ended_is_told_nothing() -> None:
    club = Club().offers(notices={"before_renewal_days": [7]})
    club.joins("01-15")
    club.void("01-16")
    assert isinstance(club, Glow)
    assert club.passes("12-31") == []
