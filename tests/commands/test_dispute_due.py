"""Whoever answers disputes is told three days before an answer is due (product.md 114)."""

from datetime import datetime, timedelta

from commands.envelope import Actor
from commands.ticking import tick
from tests.commands.practice import Practice, payment

CLOCK = Actor(id="clock", role="service")
DUE = datetime.fromisoformat("2026-02-20T17:00:00-05:00")


def disputed(practice: Practice, opened_at: str = "2026-02-02T10:00:00-05:00") -> None:
    practice.opens()
    practice.sells(paid=False)
    practice.does("record_payment", payment(charge="ch-1", subscription="s-1"))
    dispute = {"dispute": "d-1", "charge": "ch-1", "amount": 1000, "reason": "general"}
    dispute |= {"opened_at": opened_at, "due_by": DUE.isoformat()}
    practice.does("open_dispute", dispute, opened_at)


def told(practice: Practice, now: datetime) -> int:
    """How often the signal stands in the history after a tick."""
    practice.clock.now = now
    steps = tick(
        practice.commands, practice.clinic, lambda *_: [], CLOCK, disputes=lambda *_: ["d-1"]
    )
    assert all(step.ok for step in steps)
    return practice.told().count("DisputeDue dispute/d-1")


def test_it_is_told_once_from_three_days_before(practice: Practice) -> None:
    disputed(practice)
    assert told(practice, DUE - timedelta(days=3, minutes=1)) == 0
    assert told(practice, DUE - timedelta(days=3)) == 1
    assert told(practice, DUE - timedelta(days=1)) == 1
    [row] = [row for row in practice.history() if type(row.event).__name__ == "DisputeDue"]
    assert row.effective_at == DUE - timedelta(days=3)


def test_one_that_arrives_late_is_told_from_its_opening(practice: Practice) -> None:
    opened = DUE - timedelta(days=1)
    practice.clock.now = opened
    disputed(practice, opened.isoformat())
    assert told(practice, opened) == 1


def test_a_closed_dispute_is_not_due(practice: Practice) -> None:
    disputed(practice)
    closing = {"dispute": "d-1", "outcome": "accepted"}
    practice.does("close_dispute", closing, "2026-02-03T10:00:00-05:00")
    assert told(practice, DUE) == 0
