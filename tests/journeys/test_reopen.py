"""A late visit, the month reopened by two people and closed again as version 2 (14.2, 14.3)."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from commands.envelope import Envelope, parse_envelope
from ledger.calendar import Period
from projections.close.figures import verify
from projections.close.replay import replay
from projections.journal.queries import entries
from tests.journeys.story import CLINIC, Story, day, told_from, visit
from tests.journeys.test_story_late import sell_seven_sessions

JANUARY = Period(2026, 1)
TWO = ["bob", "cy"]
FRONT = {"id": "fay", "role": "front_desk"}


@dataclass
class Reopened:
    """The story, what it closed as, and the positions between which it stood closed."""

    story: Story
    first: dict[str, object]
    while_closed: int
    while_open: list[str]


def front(story: Story, command: str, on: str, **data: object) -> str | None:
    """The code with which the front desk is refused, or None."""
    story.count += 1
    line = {
        "command": command,
        "id": f"front-{story.count}",
        "clinic": CLINIC,
        "at": f"2026-{on}T10:00:00-05:00",
        "actor": FRONT,
        "data": data,
    }
    envelope = parse_envelope(line)
    assert isinstance(envelope, Envelope)
    result = story.commands.handle(envelope)
    return None if result.error is None else result.error.code.value


def head(story: Story) -> int:
    found = story.ledger.store.head(CLINIC)
    assert found is not None
    return found.position


@pytest.fixture(scope="module")
def told(module_database: str) -> Iterator[Reopened]:
    with told_from(module_database, day("01-01")) as story:
        sell_seven_sessions(story)
        story.until(day("01-12"))
        visit(story, "v1", "session")
        story.until(day("02-04"))
        story.ledger.catch_up(CLINIC)
        visit(story, "v2", "session", on="01-30")
        story.ledger.catch_up(CLINIC)
        [first] = [verify(story.ledger.conninfo, CLINIC, JANUARY)]
        assert first is not None
        closed_at = head(story)
        story.does("reopen_period", period="2026-01", approvers=TWO, reason="a visit was missing")
        while_open = story.journal(day("02-04"))
        story.ledger.catch_up(CLINIC)
        visit(story, "v3", "session", on="01-31")
        story.does("close_period", period="2026-01")
        visit(story, "v4", "session", on="01-31")
        story.ledger.catch_up(CLINIC)
        yield Reopened(story, first, closed_at, while_open)


def posted(story: Story, last: str = "02-28") -> list[str]:
    return [one.split(":")[0] for one in story.journal(day(last))]


def test_what_came_late_moves_back_while_nothing_is_in_force(told: Reopened) -> None:
    assert [one.split(":")[0] for one in told.while_open] == [
        "01-08 row 6",
        "01-12 row 9",
        "01-30 row 9",
    ]


def test_the_second_close_takes_in_what_was_recorded_before_it(told: Reopened) -> None:
    assert posted(told.story) == [
        "01-08 row 6",
        "01-12 row 9",
        "01-30 row 9",
        "01-31 row 9",
        "02-01 row 9 (service 01-31, of 2026-01)",
    ]


def test_known_at_hides_the_reopening(told: Reopened) -> None:
    with replay(told.story.ledger.conninfo, CLINIC, told.while_closed) as books:
        days = [str(entry.posting_date) for entry in books.entries()]
    assert days == ["2026-01-08", "2026-01-12", "2026-02-01"]


def test_both_versions_are_reproducible(told: Reopened) -> None:
    one, two = (verify(told.story.ledger.conninfo, CLINIC, JANUARY, n) for n in (1, 2))
    assert one == told.first
    assert two is not None
    assert (two["version"], two["same"]) == (2, True)
    assert two["sealed"] != told.first["sealed"]
    assert verify(told.story.ledger.conninfo, CLINIC, JANUARY) == two


def test_the_read_model_agrees_with_the_replay(told: Reopened) -> None:
    held = entries(told.story.ledger.store, CLINIC, day("01-01"), day("02-28"))
    assert [str(entry.posting_date)[5:] for entry in held] == [
        "01-08",
        "01-12",
        "01-30",
        "01-31",
        "02-01",
    ]
    told.story.nothing_more_happens()


def test_only_the_last_closed_period_is_reopened_and_closed_again_first(
    told: Reopened,
) -> None:
    story = told.story
    story.until(day("03-04"))
    early = story.send("reopen_period", period="2026-01", approvers=TWO, reason="too early")
    assert early.error is not None
    assert (early.error.code.value, early.error.field) == ("invalid", "data.period")
    for month in ("2026-02", "2026-01"):
        story.does("reopen_period", period=month, approvers=TWO, reason="again")
    assert posted(story)[-2:] == ["01-31 row 9", "01-31 row 9"]
    skipped = story.send("close_period", period="2026-02")
    assert skipped.error is not None
    assert skipped.error.code.value == "invalid"
    versions = [story.does("close_period", period=f"2026-0{n}")["version"] for n in (1, 2)]
    assert versions == [3, 2]
    story.nothing_more_happens()


def test_a_soft_close_stops_the_front_desk_and_nobody_else(told: Reopened) -> None:
    story = told.story
    story.until(day("03-31"))
    story.today = day("04-02")
    story.does("close_period", period="2026-03", soft=True)
    data = {"patient": "p-1", "status": "completed", "lines": [{"line": "1", "service": "session"}]}
    assert front(story, "record_visit", "03-31", visit="v8", **data) == "period_closed"
    assert front(story, "record_visit", "04-01", visit="v8", **data) is None
    unknown = {"subscription": "nobody", "payment": "p-9", "amount": 1, "tender": "cash"}
    assert front(story, "record_payment", "03-31", **unknown) == "unknown_subscription"
    visit(story, "v9", "session", on="03-31")
    assert "03-31 row 9" in posted(story, "04-30")
    told.story.nothing_more_happens()
