"""What a clinic lets people do alone, and how fast, as policies with their day (6.7, B37)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commands.handling import Commands
from commands.pacing import WATCHED
from tests.commands.practice import SOLD, Practice, envelope

REFUND = {"subscription": "s-1", "refund": "r-1", "reason": "moved away"}


def sets(practice: Practice, policy: str, value: Any, effective: str = "2026-02-01") -> None:
    data = {"policy": policy, "value": value, "effective": effective, "reason": "as agreed"}
    practice.does("set_policy", data | {"approver": "eve"})


def extends(practice: Practice, number: int) -> dict[str, Any]:
    until = f"2027-{1 + number // 28:02d}-{1 + number % 28:02d}"
    data = {"subscription": "s-1", "until": until, "reason": "ill", "approver": "bob"}
    return practice.line("extend", data)


@pytest.fixture
def hurried(practice: Practice) -> Practice:
    """Three of a kind in a minute, by a clock that goes with that of the server."""
    practice.opens().sells()
    sets(practice, "undoing_per_minute", 3)
    practice.clock.now = datetime.now(UTC)
    return replace(practice, commands=Commands(practice.commands.store, practice.clock))


def codes(practice: Practice, lines: list[dict[str, Any]]) -> list[str | None]:
    results = [practice.send(line) for line in lines]
    return [None if result.error is None else result.error.code.value for result in results]


def test_one_more_than_the_clinic_allows_in_a_minute_is_refused(hurried: Practice) -> None:
    lines = [extends(hurried, number) for number in range(5)]
    assert codes(hurried, lines) == [None, None, None, "limit_exceeded", "limit_exceeded"]
    told = hurried.send(lines[4]).error
    assert told is not None
    assert told.details["per_minute"] == 3
    assert 1 <= told.details["retry_after"] <= 60
    assert hurried.send(lines[0]).replayed  # what was accepted is no second one
    hurried.clock.now += timedelta(seconds=61)
    assert codes(hurried, [lines[4]]) == [None]


def test_a_batch_is_counted_as_its_commands_are(hurried: Practice) -> None:
    results = hurried.many(*(extends(hurried, number) for number in range(5)))
    assert [result.ok for result in results] == [True, True, True, False, False]


def test_another_process_counts_the_same(hurried: Practice) -> None:
    other = Commands(hurried.commands.store, hurried.clock)
    for number in range(3):
        sender = other if number % 2 else hurried.commands
        assert sender.handle(envelope(extends(hurried, number))).ok
    for sender in (other, hurried.commands):
        refused = sender.handle(envelope(extends(hurried, 4))).error
        assert refused is not None
        assert refused.code.value == "limit_exceeded"


def test_kinds_and_clinics_are_counted_apart(hurried: Practice) -> None:
    assert codes(hurried, [extends(hurried, number) for number in range(3)]) == [None] * 3
    gift = {"patient": "p-1", "service": "massage", "quantity": "1", "reason": "late"}
    given = hurried.line("grant_goodwill", gift | {"approver": "bob"})
    assert codes(hurried, [given]) == [None]


def test_under_a_clock_that_stands_still_no_pace_is_told(hurried: Practice) -> None:
    """An import with ``--now``: everything is recorded at one moment."""
    still = Commands(hurried.commands.store, hurried.clock, fixed_clock=True)
    results = [still.handle(envelope(extends(hurried, number))) for number in range(5)]
    assert all(result.ok for result in results)


def test_every_command_that_is_watched_is_in_the_index(hurried: Practice) -> None:
    with hurried.commands.store.pool.connection() as connection:
        [(indexed,)] = connection.execute(
            "SELECT pg_get_expr(indpred, indrelid) FROM pg_index"
            " WHERE indexrelid = 'ledger.command_pace'::regclass"
        )
    assert all(f"'{name}'" in indexed for name in WATCHED)


@pytest.mark.parametrize(
    ("limit", "approver", "code"),
    [
        ("any", None, None),
        (45000, None, None),
        (44999, None, "approval_required"),
        (44999, "bob", None),
        (44999, "amy", "approval_required"),
        (0, None, "approval_required"),
    ],
)
def test_a_refund_above_the_limit_needs_somebody_else(
    practice: Practice, limit: Any, approver: str | None, code: str | None
) -> None:
    practice.opens().sells()
    sets(practice, "refund_alone", limit)
    data = REFUND if approver is None else REFUND | {"approver": approver}
    result = practice.send(practice.line("refund", data, SOLD))
    assert (result.error and result.error.code.value) == code


def test_a_limit_holds_from_its_day(practice: Practice) -> None:
    practice.opens().sells()
    sets(practice, "refund_alone", 0, effective="2026-07-01")
    practice.does("refund", REFUND, SOLD)  # it is 15 June
    practice.sells("s-2")
    practice.clock.now += timedelta(days=20)
    later = REFUND | {"subscription": "s-2", "refund": "r-2"}
    assert practice.refuses("refund", later, SOLD)["code"] == "approval_required"
