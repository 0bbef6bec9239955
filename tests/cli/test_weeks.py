"""Periods of weeks as they are typed: each names the days that the clinic's calendar gives it."""

import json

import pytest

from tests.cli.conftest import Terminal, sale, visit

NOW = ("--now", "2026-03-02T09:00:00-05:00")
WEEKS = {
    "command": "set_policy",
    "id": "weeks",
    "data": {
        "policy": "calendar",
        "value": {"weeks": "4-4-5", "weekday": "saturday"},
        "effective": "2025-12-28",
        "reason": "as the group reports",
        "approver": "eve",
    },
}


@pytest.fixture(scope="module")
def told(terminal: Terminal) -> Terminal:
    """Three drips: in each of the first two periods and on the first day of the third."""
    drips = [
        {**visit(name), "at": f"2026-{when}T10:00:00-05:00"}
        for name, when in (("v-1", "01-24"), ("v-2", "01-25"), ("v-3", "02-22"))
    ]
    applied = terminal.apply(WEEKS, sale("s-1"), *drips, options=NOW)
    assert applied.status == 0, applied.out
    return terminal


def dates(told: Terminal, period: str) -> list[str]:
    found = told.run("journal", "--period", period, "--json", *NOW)
    return [f"{entry['posting_date']} {entry['period']}" for entry in found.json]


def test_a_period_is_asked_for_by_the_month_it_stands_for(told: Terminal) -> None:
    assert dates(told, "2026-01") == ["2026-01-05 2026-01", "2026-01-24 2026-01"]
    assert dates(told, "2026-02") == ["2026-01-25 2026-02"]
    assert dates(told, "2026-03") == ["2026-02-22 2026-03"]
    balances = told.run("contract-balances", "--period", "2026-02", *NOW)
    assert "2026-01-25 to 2026-02-21" in balances.out


def test_it_is_closed_exported_and_proved_by_that_name(told: Terminal) -> None:
    assert told.run("close", "2026-02", *NOW).status == 0  # the first close takes in all before it
    assert told.run("verify", "2026-02", *NOW).status == 0
    exported = told.run("journal", "--period", "2026-02", "--format", "qbo", *NOW)
    assert exported.status == 0
    assert exported.out.count("01/25/2026") > 0
    assert json.loads(exported.err)["period"] == "2026-02"
    posted = told.run("journal", "--period", "2026-02", "--format", "netsuite", *NOW)
    assert ",01/25/2026,Feb 2026," in posted.out
    assert ",Jan 2026," not in posted.out
    early = told.run("close", "2026-03", *NOW)
    assert early.status != 0
    assert told.run("check", *NOW).status == 0


def test_a_visit_that_comes_late_is_of_the_period_its_day_lies_in(told: Terminal) -> None:
    late = {**visit("v-4"), "at": "2026-02-21T10:00:00-05:00"}
    assert told.apply(late, options=NOW).status == 0
    [event] = told.run("late-events", "--period", "2026-03", "--json", *NOW).json
    assert (event["posting_date"], event["prior_period_of"]) == ("2026-02-22", "2026-02")
