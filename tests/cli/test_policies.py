"""`ledger policies`: what an accountant decided, from when, and the page of all that can be."""

from pathlib import Path
from typing import Any

import pytest

from aggregates.clinic.guide import ABOUT, NOT_OFFERED
from aggregates.clinic.policies import POLICIES, problem_with
from tests.cli.conftest import ROOT, Terminal


def test_every_policy_is_explained() -> None:
    assert POLICIES.keys() <= ABOUT.keys()


@pytest.mark.parametrize(("key", "value"), NOT_OFFERED)
def test_what_is_not_offered_is_refused(key: str, value: str) -> None:
    assert problem_with(key, value)


def test_the_page_is_what_the_policies_say_today(tmp_path: Path) -> None:
    """When this fails: ledger policies --markdown > docs/policies.md."""
    nowhere = Terminal(tmp_path / "none")
    page = ROOT / "docs" / "policies.md"
    assert page.read_text() == nowhere.run("policies", "--markdown").out


def test_a_clinics_values_with_their_dates(terminal: Terminal) -> None:
    terminal.apply(
        {
            "command": "set_policy",
            "id": "p-1",
            "data": {
                "policy": "day_count",
                "value": "30_360",
                "effective": "2026-07-01",
                "reason": "as the auditor asks",
                "approver": "eve",
            },
        }
    )

    def told(*more: str) -> list[tuple[Any, ...]]:
        found = terminal.run("policies", "--json", *more).json
        rows = [row for row in found if row["policy"] == "day_count"]
        return [(row["value"], row["since"], row["until"]) for row in rows]

    [(_, since, _), later] = told("--as-of", "2026-06-30")
    assert told("--as-of", "2026-06-30")[0] == ("actual_days", since, "2026-06-30")
    assert later == ("30_360", "2026-07-01", None)
    assert told("--as-of", "2026-07-01") == [later]
    assert "30_360" in terminal.run("policies", "--as-of", "2026-07-01").out
