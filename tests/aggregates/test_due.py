"""What time brings to a contract, in the order of days and classes (accounting.md 10.3, 13)."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregates.due import due_steps, elapse, next_due
from aggregates.owing import owing
from ledger.events import Recorded
from tests.support.clinic import day
from tests.support.club import MASSAGE, Club

DUES = [("+0d", 33334), ("+30d", 33333), ("+60d", 33333)]
LASER = {"2100 massage": -33333}


def plan(**more: Any) -> Club:
    """1,000.00 in three instalments that cannot be cancelled, sold on 2 February."""
    club = Club()
    billing = {
        "kind": "plan",
        "cancellable": False,
        "instalments": [{"due": due, "amount": amount} for due, amount in DUES],
    }
    club.publish("laser", 100000, [MASSAGE | {"quantity": "6"}], billing=billing | more)
    club.sell("02-02", "laser")
    return club


class TestInstalments:
    def test_each_is_receivable_on_its_day(self) -> None:
        club = plan()
        club.passes("12-31")
        assert club.journal() == [
            ("02-02", "4", {"1100": 33334, "2100 massage": -33334}),
            ("03-04", "4", {"1100": 33333, **LASER}),
            ("04-03", "4", {"1100": 33333, **LASER}),
        ]
        assert club.contract().receivable == club.contract().owed == 100000

    def test_what_is_paid_ahead_does_not_fall_due(self) -> None:
        club = plan()
        club.pay("02-10", 50000)
        club.passes("12-31")
        assert [(on, row, lines.get("1100")) for on, row, lines in club.journal()[1:]] == [
            ("02-10", "5", -33334),
            ("02-10", "6", None),
            ("03-04", "4", 16667),
            ("04-03", "4", 33333),
        ]

    def test_a_cancellable_plan_is_a_memo_until_it_is_paid(self) -> None:
        club = plan(cancellable=True)
        club.passes("12-31")
        assert club.journal() == []
        assert (club.due("03-03"), club.due("03-04"), club.due("04-03")) == (33334, 66667, 100000)

    @pytest.mark.parametrize(
        ("paid", "on", "since"),
        [
            (0, "02-02", None),
            (0, "02-03", "02-02"),
            (33334, "03-04", None),
            (33334, "03-05", "03-04"),
            (40000, "03-05", "03-04"),
            (66667, "03-05", None),
            (100000, "12-31", None),
        ],
    )
    def test_overdue_is_what_is_unpaid_after_its_day(
        self, paid: int, on: str, since: str | None
    ) -> None:
        club = plan(cancellable=True)
        if paid:
            club.pay("02-02", paid)
        assert club.overdue(on) == (None if since is None else day(since))

    def test_after_a_refund_the_last_instalment_is_owed_no_more(self) -> None:
        """accounting.md 21.4: what is not asked for any more falls away from the end."""
        club = plan(cancellable=True)
        club.pay("02-02", 33334)
        club.visit("02-10", "v-1", "massage")
        club.refund("02-20")
        assert list(owing(club.contract())) == []
        assert club.overdue("12-31") is None


def test_a_sale_paid_at_once_is_never_overdue() -> None:
    club = Club()
    club.publish("pack", 6000, [MASSAGE])
    club.sell("02-02", "pack")
    assert (club.overdue("12-31"), club.due("02-02")) == (None, 6000)


def test_a_lapsed_cycle_is_overdue_no_more() -> None:
    club = Club().offers()
    club.joins("01-15")
    assert (club.overdue("01-15"), club.overdue("01-16")) == (None, day("01-15"))
    club.passes("02-15")
    assert (club.overdue("02-15"), club.overdue("02-16")) == (None, day("02-15"))


def test_a_day_goes_by_class_and_its_end_comes_last() -> None:
    """14 February: the first cycle's massage lapses; 15 February: due, then told."""
    club = Club().offers(notices={"before_renewal_days": [1]})
    club.joins("01-15", paid=12000)
    assert club.passes("02-15") == [
        ("02-14", "signal"),
        ("02-14", "expire"),
        ("02-15", "renew"),
        ("02-15", "signal"),
    ]


def test_an_expiry_waits_for_the_end_of_its_day() -> None:
    club = Club().offers()
    club.joins("01-15", paid=12000)
    state = club.contract()
    assert due_steps(state, day("02-14"), day("02-13")) == []
    [step] = due_steps(state, day("02-14"), day("02-14"))
    assert (step.day, step.command) == (day("02-14"), "expire")


def test_a_lapse_makes_a_later_cycle_due() -> None:
    club = Club().offers(billing={"retry_days": []})
    club.joins("01-15")
    assert club.passes("04-01") == [
        ("01-15", "signal"),
        ("02-14", "expire"),
        ("02-15", "renew"),
        ("02-15", "signal"),
        ("03-14", "expire"),
        ("03-15", "renew"),
        ("03-15", "signal"),
    ]


class TestNextDue:
    def test_nothing_is_due_before_it(self) -> None:
        club = Club().offers(notices={"before_renewal_days": [7]})
        club.joins("01-15", paid=12000)
        assert next_due(club.contract()) == day("02-08")
        assert due_steps(club.contract(), day("02-07"), day("02-07")) == []

    def test_a_pack_without_end_waits_for_nothing(self) -> None:
        club = Club()
        club.publish("pack", 6000, [MASSAGE])
        club.sell("02-02", "pack")
        assert next_due(club.contract()) is None

    def test_nor_does_what_was_never_sold(self) -> None:
        assert next_due(Club().contract()) is None


OFFERS: list[dict[str, Any]] = [
    {},
    {"rollover": {"cap": "1"}, "notices": {"before_expiry_days": [3], "before_renewal_days": [5]}},
    {"billing": {"every": "week", "commitment_cycles": 3}, "term": {"months": 2}},
    {"billing": {"auto_renew": False}, "milestones": [{"milestone": "m", "every": {"weeks": 1}}]},
]


@settings(max_examples=20, deadline=None)
@given(
    offer=st.sampled_from(OFFERS),
    paid=st.lists(st.integers(0, 70), max_size=3),
    length=st.integers(1, 90),
)
def test_however_rarely_somebody_looks_the_same_happens(
    offer: dict[str, Any], paid: list[int], length: int
) -> None:
    """Time brings what a look every day would bring, and a second look finds nothing."""
    daily, rare = (Club().offers(**offer) for _ in range(2))
    for club in (daily, rare):
        club.joins("01-15")
    for offset in range(length + 1):
        on = str(date(2026, 1, 15) + timedelta(days=offset))
        daily.passes(on)
        if offset in paid or offset == length:
            rare.passes(on)
        if offset in paid:
            assert happened(daily) == happened(rare)
            for club in (daily, rare):
                club.pay(on, 4000)
    assert happened(daily) == happened(rare)
    assert daily.passes(on) == rare.passes(on) == []


def happened(club: Club) -> list[tuple[date, str]]:
    return [(item.effective_on, repr(item.event)) for item in club.history]


@pytest.mark.parametrize("offer", OFFERS)
def test_what_reports_work_out_is_what_tick_records(offer: dict[str, Any]) -> None:
    """`elapse` brings the same events by the end of a day, without the signals."""
    club = Club().offers(**offer)
    club.joins("01-15", paid=12000)
    context = club.context("05-01")
    before = len(club.history)
    worked_out = [
        (new.effective_on, repr(new.event))
        for new in elapse(context, club.contract(), day("04-30"))
    ]
    club.passes("05-01")
    recorded = [item for item in club.history[before:] if not is_signal(item)]
    by_april = [item for item in recorded if item.effective_on < day("05-01")]
    assert worked_out == [(item.effective_on, repr(item.event)) for item in by_april]
    assert worked_out


def is_signal(item: Recorded) -> bool:
    return "signal_events" in type(item.event).__module__
