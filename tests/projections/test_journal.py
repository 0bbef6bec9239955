"""The journal in PostgreSQL: fed by the feed, moved by a close, equal to the replay."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import psycopg
import pytest

from aggregates.subscription import events as sub
from aggregates.subscription.leaving import LeavingLot
from aggregates.values import TenderPart
from ledger.calendar import Period
from ledger.errors import Broken
from ledger.events import NewEvent
from projections.close.figures import figures, verify
from projections.close.replay import replay
from projections.journal.queries import balances, entries
from projections.reports import accounting, accounting_frames
from tests.books.clinic import EVER, Clinic, open_clinic
from tests.books.stories import (
    NOBODY,
    SALE,
    Happened,
    Story,
    expired,
    late_visit,
    paid,
    program,
    share,
    sold,
    time_lines,
    units,
)

JANUARY, FEBRUARY, MARCH = (Period(2026, month) for month in (1, 2, 3))


@pytest.fixture
def clinic(database: str) -> Iterator[Clinic]:
    with open_clinic(database) as opened:
        yield opened


def test_journal_equals_replay_before_and_after_closes(clinic: Clinic) -> None:
    story = program().events
    cut = clinic.record(story[:9])
    assert clinic.journal() == clinic.replayed()
    clinic.record(story[9:12])
    clinic.close(JANUARY, cut, figures(clinic.url, "glow", JANUARY, cut))
    assert clinic.journal() == clinic.replayed()
    cut = clinic.record(story[12:])
    clinic.close(FEBRUARY, cut, figures(clinic.url, "glow", FEBRUARY, cut))
    journal = clinic.journal()
    assert journal == clinic.replayed()
    assert [entry.entry for entry in journal if entry.closing] == [
        "c-2026-01-14-s-1-messaging.1",
        "c-2026-02-14-s-1-messaging.1",
    ]


def test_access_is_accrued_up_to_what_an_event_fixed(clinic: Clinic) -> None:
    clinic.record(time_lines().events)
    for period in (JANUARY, FEBRUARY):
        head = clinic.api.head("glow")
        assert head is not None
        sealed = figures(clinic.url, "glow", period, head.position)
        assert all(check.ok for check in sealed.checks), sealed.checks
        clinic.close(period, head.position, sealed)
    journal = clinic.journal()
    assert journal == clinic.replayed()
    accrued = [
        (entry.period, entry.lines[0].at.subscription, entry.lines[0].debit)
        for entry in journal
        if entry.rule == "14"
    ]
    assert accrued == [
        ("2026-01", "s-1", 3100),
        ("2026-01", "s-2", 3100),
        ("2026-01", "s-3", 3100),
        ("2026-01", "s-4", 3100),
        # 18 of the 79 days after the extension; 18 of 49 on what the refund left;
        # nothing after the void; 59 of 90 days of a price lowered to 81.00
        ("2026-02", "s-1", 1000 + 1116),
        ("2026-02", "s-2", 1000 + 331),
        ("2026-02", "s-3", 1000),
        ("2026-02", "s-4", 5310 - 3100),
    ]


def test_a_commission_is_spread_until_the_contract_is_refunded(clinic: Clinic) -> None:
    """120.00 over 120 days from 5 January: 27 and 28 of them, the rest as the contract ends."""
    sale = sold("2026-01-05", units("session", 6, 60000)).model_copy(
        update={"commission": 12000, "commission_to": "asset", "commission_ends": date(2026, 5, 5)}
    )
    story = Story()
    story.on("2026-01-05", sale)
    story.on("2026-01-05", paid([share("session", 60000)]))
    clinic.record(story.events)
    for period in (JANUARY, FEBRUARY):
        head = clinic.api.head("glow")
        assert head is not None
        clinic.close(period, head.position, figures(clinic.url, "glow", period, head.position))
    clinic.record([Happened(date(2026, 3, 2), refunded_whole())])
    head = clinic.api.head("glow")
    assert head is not None
    clinic.close(MARCH, head.position, figures(clinic.url, "glow", MARCH, head.position))
    journal = clinic.journal()
    assert journal == clinic.replayed()
    assert [
        (entry.entry, entry.lines[0].debit) for entry in journal if entry.rule.startswith("10.8")
    ] == [
        ("e-1-1", 12000),
        ("c-2026-01-10.8a-s-1-commission", 2700),
        ("c-2026-02-10.8a-s-1-commission", 2800),
        ("c-2026-03-10.8a-s-1-commission", 6500),
    ]


def refunded_whole() -> sub.Refunded:
    """All six sessions, paid back."""
    return sub.Refunded(
        refund="r-1",
        formula="pro_rata",
        amount=60000,
        tax=0,
        lots=(
            LeavingLot(
                line="session",
                grant="session.1",
                liability="packages",
                quantity=Decimal(6),
                value=60000,
                freed=60000,
            ),
        ),
        shares=(share("session", 60000),),
        forfeited=0,
        conceded=0,
        waived=0,
        payments=(TenderPart(payment="pay-1", tender="card", amount=60000),),
        to="original",
        paid=True,
        ended=True,
        reason=NOBODY,
        sale=SALE,
    )


def test_late_events_move_behind_the_close_and_january_verifies(clinic: Clinic) -> None:
    story, cut = late_visit()
    head = clinic.record(story.events[:6])
    clinic.journal()
    sealed = figures(clinic.url, "glow", JANUARY, cut)
    assert all(check.ok for check in sealed.checks)
    clinic.close(JANUARY, cut, sealed)
    clinic.record(story.events[6:])
    assert [
        (entry.event and entry.event.position, entry.period, entry.prior_period_of)
        for entry in clinic.journal()
        if entry.prior_period_of
    ] == [
        (5, "2026-02", "2026-01"),
        (head + 2, "2026-02", "2026-01"),
    ]
    assert clinic.journal() == clinic.replayed()
    answer = verify(clinic.url, "glow", JANUARY)
    assert answer == {
        "period": "2026-01",
        "version": 1,
        "position": cut,
        "sealed": sealed.journal_digest,
        "recomputed": sealed.journal_digest,
        "same": True,
    }
    assert verify(clinic.url, "glow", FEBRUARY) is None
    assert balances(clinic.projector, "glow", FEBRUARY.last) == {
        "1010": 100000,
        "2100": -42857,
        "4000": -57143,
    }


def test_a_digest_that_is_not_the_sealed_one_stops_the_feed(clinic: Clinic) -> None:
    story, cut = late_visit()
    clinic.record(story.events[:cut])
    wrong = replace(figures(clinic.url, "glow", JANUARY, cut), journal_digest="f" * 64)
    clinic.close(JANUARY, cut, wrong)
    with pytest.raises(Broken, match="2026-01"):
        clinic.journal()
    answer = verify(clinic.url, "glow", JANUARY)
    assert answer is not None
    assert not answer["same"]


def test_rebuild_changes_nothing_and_other_clinics_see_nothing(clinic: Clinic) -> None:
    cut = clinic.record(program().events)
    clinic.close(JANUARY, cut, figures(clinic.url, "glow", JANUARY, cut))
    before = clinic.journal()
    clinic.feed.rebuild("glow")
    assert entries(clinic.projector, "glow", *EVER) == before
    assert entries(clinic.projector, "other", *EVER) == []
    with replay(clinic.url, "other") as books:
        assert list(books.entries()) == []


def test_reports_as_of_a_day_show_what_time_has_brought(clinic: Clinic) -> None:
    story = program().events
    clinic.record(story[:-2])
    due = [NewEvent(item.stream, item.event, item.on) for item in story[-2:]]
    day = date(2026, 3, 31)
    with accounting.books_as_of(clinic.url, "glow", day, due=due) as books:
        listed = accounting.journal(books, date(2026, 3, 1), day)
        assert [(entry["entry"], entry["provisional"], entry["event"]) for entry in listed[2:]] == [
            ("p-2026-03-20-s-1-scan.1", True, None),
            ("p-2026-03-20-s-1-injection.1", True, None),
            ("p-2026-03-14-s-1-messaging.1", True, None),
        ]
        rolled = accounting.rollforward(books, Period(2026, 3))
        assert rolled["accounts"][0]["breakage"] == -12155
        assert rolled["total"]["closing"] == 561
        balance = accounting.trial_balance(books, day)
        assert balance["balanced"]
        assert accounting_frames.trial_balance_frame(balance)["balance"].sum() == 0
        frame = accounting_frames.journal_frame(listed)
        assert frame["debit"].sum() == frame["credit"].sum() == 14026 + 3273 + 5610 + 6545 + 4348
        assert accounting_frames.rollforward_frame(rolled)["closing"].tolist()[-1] == 561
        assert accounting_frames.late_events_frame(accounting.late_events(books, JANUARY)).empty


def test_known_at_hides_later_events_and_later_closes(clinic: Clinic) -> None:
    story, cut = late_visit()
    clinic.record(story.events[:cut])
    clinic.close(JANUARY, cut, figures(clinic.url, "glow", JANUARY, cut))
    clinic.record(story.events[cut:])
    with accounting.books_as_of(clinic.url, "glow", JANUARY.last, known_at=cut) as books:
        assert books.closes == ()
        assert accounting.trial_balance(books, JANUARY.last)["position"] == cut
    with accounting.books_as_of(clinic.url, "glow", FEBRUARY.last) as books:
        late = accounting.late_events(books, FEBRUARY)
    assert [(row["type"], row["service_date"], row["amount"]) for row in late] == [
        ("UnitsDrawn", "2026-01-30", 14286),
        ("DrawReversed", "2026-01-20", 14285),
    ]


def test_a_due_event_that_comes_too_late_is_tagged(clinic: Clinic) -> None:
    story, cut = late_visit()
    clinic.record(story.events[:cut])
    clinic.close(JANUARY, cut, figures(clinic.url, "glow", JANUARY, cut))
    lapsed = expired("session", 5, 71429)
    due = [NewEvent("glow/subscription/s-1", lapsed, date(2026, 1, 25))]
    with accounting.books_as_of(clinic.url, "glow", date(2026, 2, 1), due=due) as books:
        [entry] = accounting.journal(books, FEBRUARY.first, FEBRUARY.last)
    assert (entry["posting_date"], entry["prior_period_of"]) == ("2026-02-01", "2026-01")


def test_the_journal_is_written_by_the_projector_alone(clinic: Clinic) -> None:
    clinic.record(program().events[:2])
    clinic.journal()
    with (
        clinic.api.pool.connection() as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("DELETE FROM views.journal_line")
