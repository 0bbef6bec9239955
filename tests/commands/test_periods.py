"""Periods at the desk: who is stopped by a soft close, and the reminder to begin one."""

from collections.abc import Iterable
from datetime import date, datetime

import pytest

from commands.envelope import Actor
from commands.ticking import tick
from tests.commands.practice import Practice, payment, sale, visit

CLOCK = Actor(id="clock", role="service")
IN_JANUARY = "2026-01-20T10:00:00-05:00"
IN_FEBRUARY = "2026-02-02T10:00:00-05:00"


@pytest.fixture
def soft(practice: Practice) -> Practice:
    """A pack sold in January, which is soft-closed on 2 February."""
    practice.opens().sells()
    practice.clock.now = datetime.fromisoformat(IN_FEBRUARY)
    practice.does("close_period", {"period": "2026-01", "soft": True}, IN_FEBRUARY)
    return practice


@pytest.mark.parametrize("role", ["front_desk", "provider", "clinic_admin", "service"])
def test_operations_staff_enter_nothing_in_it(soft: Practice, role: str) -> None:
    actor = {"id": "x", "role": role}
    line = soft.line("record_visit", visit("v-1"), IN_JANUARY, actor=actor)
    error = soft.send(line).error
    stopped = role in ("front_desk", "provider")
    assert (error and (error.code.value, error.field)) == (
        ("period_closed", "at") if stopped else None
    )
    assert soft.send(soft.line("record_visit", visit("v-2"), IN_FEBRUARY, actor=actor)).ok


def test_what_is_wrong_before_is_said_first_and_notes_are_kept(soft: Practice) -> None:
    desk = {"actor": {"id": "fay", "role": "front_desk"}}
    nobody = payment("pay-9", 1) | {"subscription": "nobody"}
    assert soft.refuses("record_payment", nobody, IN_JANUARY, **desk)["code"] == (
        "unknown_subscription"
    )
    assert soft.refuses("sell_package", sale("s-1"), IN_JANUARY, **desk)["code"] == "duplicate"
    note = {"communication": "m-1", "subscription": "s-1", "kind": "reminder", "channel": "sms"}
    told = note | {"direction": "out", "sent_at": IN_JANUARY}
    soft.does("log_communication", told, IN_JANUARY, **desk)


def reminded(practice: Practice, now: str) -> list[tuple[str, date]]:
    practice.clock.now = datetime.fromisoformat(f"{now}T12:00:00+00:00")
    done = list(tick(practice.commands, practice.clinic, _nobody, CLOCK))
    positions = {event["position"] for result in done for event in result.events}
    return [
        (item.stream.rsplit("/", 1)[1], item.effective_on)
        for item in practice.history()
        if item.position in positions
    ]


def _nobody(_clinic: str, _through: date) -> list[str]:
    return []


def _months(told: Iterable[tuple[str, date]]) -> list[str]:
    return [month for month, _ in told]


def test_the_reminder_comes_once_five_business_days_after_the_end(practice: Practice) -> None:
    practice.opens()
    assert reminded(practice, "2026-02-05") == []
    assert reminded(practice, "2026-02-06") == [("2026-01", date(2026, 2, 6))]
    assert reminded(practice, "2026-02-07") == []
    assert _months(reminded(practice, "2026-05-20")) == ["2026-02", "2026-03", "2026-04"]


def test_the_clinic_says_how_many_days(practice: Practice) -> None:
    practice.opens(soft_close_days=0)
    assert reminded(practice, "2026-02-01") == [("2026-01", date(2026, 2, 1))]


def test_a_period_that_is_soft_closed_needs_no_reminder(soft: Practice) -> None:
    assert reminded(soft, "2026-02-20") == []


def test_a_second_clock_reminds_of_nothing(practice: Practice) -> None:
    practice.opens()
    practice.clock.now = datetime.fromisoformat("2026-02-06T12:00:00+00:00")
    for _ in range(2):
        list(tick(practice.commands, practice.clinic, _nobody, CLOCK))
    told = [type(item.event).__name__ for item in practice.history()]
    assert told.count("SoftCloseDue") == 1


IN_MARCH = "2026-03-02T10:00:00-05:00"


@pytest.mark.parametrize(
    ("policies", "flagged"),
    [({}, [("2026-01", 9000)]), ({"late_event_limit": {"percent": "50", "amount": 9000}}, [])],
)
def test_a_close_flags_what_came_late_beyond_the_limit(
    practice: Practice, policies: dict[str, object], flagged: list[tuple[str, int]]
) -> None:
    """Two visits of 90.00 in January, and one that is told of after its close."""
    practice.opens(**policies).sells()
    for key in ("v-1", "v-2"):
        practice.does("record_visit", visit(key), IN_JANUARY)
    practice.clock.now = datetime.fromisoformat(IN_MARCH)
    practice.does("close_period", {"period": "2026-01"}, IN_FEBRUARY)
    practice.does("record_visit", visit("v-3"), IN_JANUARY)
    closed = practice.does("close_period", {"period": "2026-02"}, IN_MARCH)
    late = [item for item in closed.data["exceptions"] if item["kind"] == "late_effect"]
    assert [(item["id"], item["amount"]) for item in late] == flagged
