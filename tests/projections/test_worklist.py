"""The disputes to answer, and how past ones ended (`ledger disputes`)."""

from datetime import date, timedelta

from aggregates.dispute.events import ClosedPart, DisputeClosed
from aggregates.dispute.state import DISPUTE
from ledger.ids import stream
from ledger.store.store import EventStore
from projections.evidence.projection import EvidenceIndex, due_disputes
from projections.evidence.worklist import outcomes, work_list
from tests.projections.dispute_story import DUE_BY, NOW, dispute, told
from tests.projections.story import CLINIC, Story, catch_up


def closed(story: Story, name: str, outcome: str, lost: int = 0) -> None:
    own = stream(CLINIC, "dispute", name)
    opened = DISPUTE.fold(story.store.load(CLINIC, [own])[own]).opened
    assert opened
    [part] = opened.parts
    ended = ClosedPart(
        sale=part.sale,
        payment=part.payment,
        lost=lost,
        tax=0,
        delivered=lost,
        returned=part.amount - lost,
        fee_returned=0,
    )
    event = DisputeClosed.model_validate(
        {"dispute": name, "charge": "ch-1", "outcome": outcome, "shares": (), "parts": (ended,)}
    )
    story.tell(date(2026, 4, 20), ("dispute", name, event))


def test_open_disputes_come_first_by_due_date_with_what_they_need(
    database: str, store: EventStore
) -> None:
    story = told(store)
    dispute(story, "13.1", name="d-1", due_by=DUE_BY)
    dispute(story, "13.2", name="d-2", due_by=DUE_BY - timedelta(days=3))
    dispute(story, "10.5", name="d-3", due_by=NOW)
    dispute(story, "13.1", name="d-4", due_by=DUE_BY - timedelta(days=9))
    closed(story, "d-4", "won")
    catch_up(database, EvidenceIndex())
    rows = work_list(store, CLINIC, NOW)
    names = ("dispute", "status", "code", "recommendation", "supported_amount", "complete")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("d-3", "past_due", "10.5", "no_response_possible", 0, "0 of 0"),
        ("d-2", "needs_response", "13.2", "manual_review", 0, "3 of 4"),
        ("d-1", "needs_response", "13.1", "partial", 47700, "2 of 2"),
        ("d-4", "won", "13.1", None, None, None),
    ]
    assert rows[1]["missing"] == ["cancellation_record"]
    assert rows[1]["due_by"] == "2026-04-21T00:00:00+00:00"


def test_outcomes_are_counted_by_code_offer_and_location(database: str, store: EventStore) -> None:
    story = told(store)
    for number, (code, outcome, lost) in enumerate(
        [
            ("13.1", "won", 0),
            ("13.1", "lost", 40000),
            ("13.1", "won", 0),
            ("13.7", "accepted", 95400),
            ("13.7", None, 0),
        ],
        start=1,
    ):
        dispute(story, code, name=f"d-{number}")
        if outcome:
            closed(story, f"d-{number}", outcome, lost)
    catch_up(database, EvidenceIndex())
    names = ("by", "value", "disputes", "open", "won", "lost", "accepted", "won_share")
    rows = outcomes(store, CLINIC)
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("code", "13.1", 3, 0, 2, 1, 0, "66%"),
        ("code", "13.7", 2, 1, 0, 0, 1, None),
        ("offer", "glow-6", 5, 1, 2, 1, 1, "66%"),
        ("location", "none", 5, 1, 2, 1, 1, "66%"),
    ]
    assert [(row["amount"], row["lost_amount"]) for row in rows[:2]] == [
        (286200, 40000),
        (190800, 95400),
    ]


def test_a_late_win_counts_as_won_and_as_late(database: str, store: EventStore) -> None:
    story = told(store)
    dispute(story, "13.1", name="d-1")
    closed(story, "d-1", "lost", 95400)
    closed(story, "d-1", "won")
    catch_up(database, EvidenceIndex())
    [row, *_] = outcomes(store, CLINIC)
    names = ("disputes", "won", "won_late", "lost", "lost_amount", "won_share")
    assert [row[name] for name in names] == [1, 1, 1, 0, 0, "100%"]


def test_what_is_due_soon_is_found_for_the_clock(database: str, store: EventStore) -> None:
    story = told(store)
    dispute(story, "13.1", name="d-1", due_by=DUE_BY)
    dispute(story, "13.1", name="d-2", due_by=None)
    dispute(story, "13.1", name="d-3", due_by=DUE_BY + timedelta(days=30))
    catch_up(database, EvidenceIndex())
    assert due_disputes(store, CLINIC, date(2026, 4, 21)) == ["d-1"]
    assert due_disputes(store, CLINIC, date(2026, 4, 1)) == []
    closed(story, "d-1", "accepted")
    catch_up(database, EvidenceIndex())
    assert due_disputes(store, CLINIC, date(2026, 4, 21)) == []
