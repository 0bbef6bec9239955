"""Every command of interfaces.md 4: what it records, what it answers, and that once is once."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from commands.envelope import Result
from commands.handling import Commands
from commands.registry import NAMES
from tests.commands.life import life
from tests.commands.practice import Clock, Practice
from tests.commands.step import Step

LIFE = life()


@pytest.fixture(scope="module")
def lived(shared: Commands) -> tuple[Practice, list[dict[str, Any]], list[Result]]:
    """The clinic `glow` after its life, the lines sent to it and their first results."""
    clock = Clock()
    shared.clock = clock
    practice = Practice(shared, "glow", clock)
    lines, results = [], []
    for step in LIFE:
        clock.now = datetime.fromisoformat(step.at)
        lines.append(practice.line(step.command, step.data, step.at, actor=step.actor))
        results.append(practice.send(lines[-1]))
    return practice, lines, results


Lived = tuple[Practice, list[dict[str, Any]], list[Result]]


def test_the_life_has_every_command() -> None:
    assert {step.command for step in LIFE} == NAMES


@pytest.mark.parametrize(
    "number", range(len(LIFE)), ids=[f"{n}-{step.command}" for n, step in enumerate(LIFE)]
)
def test_a_command_records_its_events_and_answers(lived: Lived, number: int) -> None:
    practice, lines, results = lived
    step, result = LIFE[number], results[number].to_json()
    assert result["ok"], result
    assert result["id"] == lines[number]["id"]
    told = [f"{event['type']} {event['stream'].split('/', 1)[1]}" for event in result["events"]]
    assert told == step.events
    assert answered(step, result["data"]) == step.answer
    recorded = [item for item in practice.history() if item.command == result["id"]]
    assert [
        {
            "position": item.position,
            "type": type(item.event).__name__,
            "stream": item.stream,
            "version": item.version,
        }
        for item in recorded
    ] == result["events"]
    assert {(item.actor, item.role) for item in recorded} <= {tuple(step.actor.values())}


def answered(step: Step, data: dict[str, Any]) -> dict[str, Any]:
    """The answer; the figures of a close are the subject of other tests."""
    if step.command != "close_period":
        return data
    assert (data["period"], data["version"]) == ("2026-01", 1)
    assert all(check["ok"] for check in data["checks"])
    return {}


def test_positions_are_gapless_in_the_order_of_the_commands(lived: Lived) -> None:
    practice, _, results = lived
    positions = [event["position"] for result in results for event in result.events]
    assert positions == list(range(1, practice.head() + 1))


@pytest.mark.parametrize(
    "number", range(len(LIFE)), ids=[f"{n}-{step.command}" for n, step in enumerate(LIFE)]
)
def test_sent_again_it_gives_the_first_result(lived: Lived, number: int) -> None:
    """Also where its effect was undone since: v-1 is reversed, s-2 void, January closed."""
    practice, lines, results = lived
    before = practice.head()
    again = practice.send(lines[number])
    assert again.replayed
    assert again.to_json() == results[number].to_json()
    assert practice.head() == before


@pytest.mark.parametrize(
    "number", range(len(LIFE)), ids=[f"{n}-{step.command}" for n, step in enumerate(LIFE)]
)
def test_the_same_id_with_other_content_is_a_conflict(lived: Lived, number: int) -> None:
    practice, lines, results = lived
    before = practice.head()
    other = practice.send(lines[number] | {"source": {"system": "other"}})
    assert other.error is not None
    assert (other.error.code.value, other.error.field) == ("idempotency_conflict", "id")
    assert practice.head() == before
    assert practice.send(lines[number]).to_json() == results[number].to_json()


def test_the_order_of_the_keys_is_no_other_content(lived: Lived) -> None:
    practice, lines, results = lived
    turned = dict(reversed(lines[5].items())) | {"data": dict(reversed(lines[5]["data"].items()))}
    assert practice.send(turned).to_json() == results[5].to_json()


def test_the_life_leaves_a_chain_that_verifies(lived: Lived) -> None:
    practice, _, _ = lived
    assert practice.commands.store.verify("glow") is None


def test_the_same_id_in_two_clinics_is_two_commands(practice: Practice, shared: Commands) -> None:
    sister = replace(practice, clinic=f"{practice.clinic}-sister")
    clinic = {"name": "Glow", "currency": "USD", "timezone": "America/New_York"}
    for each in (practice, sister):
        assert each.send(each.line("define_clinic", clinic, id="first")).ok
    assert practice.told() == sister.told() == ["ClinicDefined clinic"]


def test_a_refused_command_is_decided_afresh(practice: Practice) -> None:
    practice.opens()
    payment = {"subscription": "s-1", "payment": "pay-1", "amount": 45000, "tender": "cash"}
    line = practice.line("record_payment", payment)
    refused = practice.send(line)
    assert refused.error is not None
    assert refused.error.code.value == "unknown_subscription"
    practice.sells(paid=False)
    assert practice.send(line).data == {"payment": "pay-1", "owed": 0}
    assert practice.send(line).replayed


def test_a_refused_command_may_come_again_with_other_content(practice: Practice) -> None:
    practice.opens()
    wrong = practice.line("define_service", {"service": "peel", "label": "", "list_price": 1})
    assert not practice.send(wrong).ok
    right = wrong | {"data": {"service": "peel", "label": "Peel", "list_price": 1}}
    assert practice.send(right).ok


def test_an_accepted_visit_never_hears_duplicate(practice: Practice) -> None:
    practice.opens().sells()
    visit = practice.line("record_visit", {**VISIT, "visit": "v-1"})
    first = practice.send(visit)
    practice.does("reverse_consumption", {"visit": "v-1", "reason": "mistake"})
    assert practice.send(visit).to_json() == first.to_json()
    assert practice.remaining() == "5"
    error = practice.refuses("record_visit", VISIT)
    assert (error["code"], error["field"]) == ("duplicate", "data.visit")
    assert error["details"]["coverage"] == first.data["coverage"]


VISIT = {
    "visit": "v-1",
    "patient": "p-1",
    "status": "completed",
    "lines": [{"line": "1", "service": "massage"}],
}
