"""A day so far ahead that its answer would take as long as living until then."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

NOW = ("--now", "2026-02-04T09:00:00-05:00")
OF_A_DAY = (
    "balance --patient p-1",
    "history --subscription s-1",
    "quote refund s-1",
    "explain e-1-1",
    "policies",
    "utilization",
    "members",
    "expiring",
    "renewals",
    "rpo",
)
OF_A_MONTH = ("journal --draft", "waterfall", "metrics")


@pytest.mark.parametrize("call", [*OF_A_DAY, *OF_A_MONTH])
def test_ten_years_ahead_is_the_last_day_asked_for(terminal: Terminal, call: str) -> None:
    answer = terminal.run(*call.split(), "--as-of", "2036-03-01", *NOW)
    told = "ledger: invalid: --as-of: the last day that can be asked for is 2036-02-29\n"
    assert (answer.status, answer.err) == (2, told)


@pytest.mark.parametrize("call", OF_A_MONTH)
def test_ten_years_ahead_is_the_last_month_asked_for(terminal: Terminal, call: str) -> None:
    last = terminal.run(*call.split(), "--period", "2036-02", *NOW)
    assert last.status == 0, last.err
    answer = terminal.run(*call.split(), "--period", "2036-03", *NOW)
    told = "ledger: invalid: period: the last month that can be asked for is 2036-02\n"
    assert (answer.status, answer.err) == (2, told)


def test_a_close_is_not_tried_further_ahead(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "policies.json"
    file.write_text('{"breakage_method": "none"}')
    answer = terminal.run("close", "2520-07", "--what-if", str(file), *NOW)
    assert (answer.status, answer.err[:24]) == (2, "ledger: invalid: period:")


def test_no_clock_says_a_later_day(terminal: Terminal) -> None:
    """A tick records what time brings; what is recorded by mistake cannot be taken back."""
    far = f"{datetime.now(UTC).year + 11}-12-31T00:00:00Z"
    answer = terminal.run("tick", "--now", far)
    assert (answer.status, answer.err[:23]) == (2, "ledger: invalid: --now:")
