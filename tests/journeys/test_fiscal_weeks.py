"""A clinic whose books are closed by weeks: periods of 4, 4 and 5 of them (accounting.md 14.7).

With the last Saturday of December, fiscal 2026 begins on 28 December 2025: its periods end on
24 January, 21 February and 28 March.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from commands.envelope import Result
from ledger.calendar import Period
from projections.close.figures import figures, verify
from projections.close.replay import replay
from projections.journal.queries import entries
from projections.reports import accounting
from tests.books.clinic import EVER
from tests.journeys.story import CLINIC, Story, day, told_from, visit

WEEKS = {"weeks": "4-4-5", "weekday": "saturday"}


@pytest.fixture
def story(database: str) -> Iterator[Story]:
    """Ninety days of messages at 1.00 a day and ten sessions at 10.00, sold on 5 January."""
    with told_from(database, day("01-05")) as told:
        told.does("define_service", service="session", label="Session", list_price=1000)
        told.does(
            "publish_offer", offer="care", name="Care", price=19000, term={"months": 6},
            lines=[
                {"kind": "units", "line": "session", "services": ["session"], "quantity": "10"},
                {
                    "kind": "access", "line": "chat", "access": ["chat"], "ssp": 9000,
                    "expires_after": {"days": 90},
                },
            ],
        )  # fmt: skip
        told.does("register_patient", patient="p-1", name="Pat")
        yield told


def sells(story: Story) -> None:
    payment = {"payment": "pay-1", "amount": 19000, "tender": "cash"}
    story.does("sell_package", subscription="s-1", offer="care", patient="p-1", payment=payment)


def by_weeks(story: Story, effective: str = "2025-12-28") -> Any:
    return story.send(
        "set_policy", policy="calendar", value=WEEKS, effective=effective, reason="r", approver="bo"
    )


def refused(result: Result) -> tuple[str, str | None]:
    assert result.error is not None
    return result.error.code.value, result.error.field


def on(story: Story, when: str) -> None:
    story.today = day(when)
    story.tick()


def closes(story: Story, period: str, folder: Path | None = None) -> None:
    """Closes it; from what was kept in a `folder` of the close before, the figures are the same."""
    if folder is None:
        story.does("close_period", period=period)
        return
    asked = story.ledger.clinic(CLINIC).calendar.period(period)
    head = story.ledger.store.head(CLINIC)
    assert head is not None
    found = figures(story.ledger.conninfo, CLINIC, asked, head.position, folder)
    assert found == figures(story.ledger.conninfo, CLINIC, asked, head.position)
    story.does("close_period", period=period, expected_digest=found.journal_digest)


def posted(story: Story, period: str) -> list[str]:
    """What a period holds, which the read model and a replay say alike."""
    story.ledger.catch_up(CLINIC)
    asked = story.ledger.clinic(CLINIC).calendar.period(period)
    with replay(story.ledger.conninfo, CLINIC) as books:
        assert entries(story.ledger.store, CLINIC, *EVER) == list(books.entries())
        found = accounting.journal(books, asked.first, asked.last)
    assert {entry["period"] for entry in found} <= {period}
    return [f"{entry['posting_date'][5:]} {entry['rule']}" for entry in found]


def test_periods_end_with_their_weeks(story: Story, tmp_path: Path) -> None:
    assert by_weeks(story).ok
    sells(story)
    on(story, "01-24")
    assert refused(story.send("close_period", period="2026-01")) == (
        "invalid",
        "data.period",
    )  # it runs until tonight
    on(story, "01-26")
    closes(story, "2026-01", tmp_path)
    assert posted(story, "2026-01") == ["01-05 6", "01-24 14"]
    visit(story, "v-1", "session", on="01-24")
    visit(story, "v-2", "session", on="01-25")
    story.does(
        "post_adjustment", adjustment="a-1", reason="r", approver="bo", auto_reverse=True,
        lines=[{"account": "5000", "debit": 700}, {"account": "2000", "credit": 700}],
    )  # fmt: skip
    on(story, "02-22")
    assert refused(story.send("close_period", period="2026-03")) == ("invalid", "data.period")
    closes(story, "2026-02", tmp_path)
    assert posted(story, "2026-02") == ["01-25 9", "01-25 9", "01-26 adj", "02-21 14"]
    assert posted(story, "2026-03") == ["02-22 adj"]
    with story.books(date(2026, 2, 21)) as books:
        rolled = accounting.rollforward(books, books.calendar.period("2026-02"))
    [total] = [row for row in rolled["accounts"] if row["account"] == "2100"]
    assert (total["opening"], total["closing"]) == (17000, 17000 - 2800 - 2000)
    for period in ("2026-01", "2026-02"):
        proof = verify(story.ledger.conninfo, CLINIC, Period.parse(period))
        assert proof is not None
        assert proof["same"]
    story.nothing_more_happens()


def test_a_period_that_is_open_again_ends_as_before(story: Story) -> None:
    assert by_weeks(story).ok
    sells(story)
    on(story, "01-26")
    closes(story, "2026-01")
    visit(story, "v-1", "session", on="01-20")
    assert posted(story, "2026-02") == ["01-25 9"]
    story.does("reopen_period", period="2026-01", approvers=["bo", "cy"], reason="r")
    assert posted(story, "2026-01") == ["01-05 6", "01-20 9"]
    closes(story, "2026-01")
    assert posted(story, "2026-01") == ["01-05 6", "01-20 9", "01-24 14"]
    for version in (1, 2):
        proof = verify(story.ledger.conninfo, CLINIC, Period(2026, 1), version)
        assert proof is not None
        assert proof["same"]
    story.nothing_more_happens()


def test_a_clinic_goes_over_to_weeks_with_a_period_of_theirs(story: Story) -> None:
    """January was a month; February ends on the 21st, and what lies after it is of March."""
    sells(story)
    on(story, "02-02")
    closes(story, "2026-01")
    on(story, "02-24")
    visit(story, "v-1", "session", on="02-23")
    assert posted(story, "2026-02") == ["02-23 9"]
    between = by_weeks(story, "2026-02-23")
    assert refused(between) == ("invalid", "data.effective")
    assert "2026-03-29" in str(between.to_json())
    assert refused(by_weeks(story, "2026-01-25")) == ("period_closed", "data.effective")
    assert by_weeks(story, "2026-02-22").ok
    assert posted(story, "2026-02") == []
    assert posted(story, "2026-03") == ["02-23 9"]
    closes(story, "2026-02")
    assert posted(story, "2026-02") == ["02-21 14"]
    proof = verify(story.ledger.conninfo, CLINIC, Period(2026, 1))
    assert proof is not None
    assert proof["same"]
    story.nothing_more_happens()


@pytest.mark.parametrize(
    "value",
    ["weeks", {"weeks": "4-4-4", "weekday": "saturday"}, {**WEEKS, "month": 13}, {"weeks": "4-4-5"},
     {**WEEKS, "ends": "first"}, {**WEEKS, "leap": 1}, 445],
)  # fmt: skip
def test_a_calendar_that_is_none_is_refused(story: Story, value: Any) -> None:
    found = story.send(
        "set_policy", policy="calendar", value=value, effective="2026-02-01", reason="r",
        approver="bo",
    )  # fmt: skip
    assert refused(found) == ("invalid", "data.value")
