"""`scripts/bench` prints what its readers rely on: one object a line for each comparison."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
KEYS = {"figure", "value", "unit", "against", "against_value", "ratio"}


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_each_line_is_a_figure_beside_another_of_the_same_run() -> None:
    done = bench("--quick", "--json", "replay", "growth")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["figure"] for one in found] == ["replay", "growth", "growth"]
    assert all(one.keys() == KEYS for one in found)
    assert all(one["value"] > 0 and one["against_value"] > 0 for one in found)
    assert all(one["unit"].split()[0] in {"events/s", "µs/event,"} for one in found)
    ratios = [one["value"] / one["against_value"] for one in found]
    assert [one["ratio"] for one in found] == pytest.approx(ratios, rel=0.01)


@pytest.mark.slow
def test_closes_are_measured() -> None:
    done = bench("--quick", "--json", "close")
    assert done.returncode == 0, done.stderr
    first, later = (json.loads(line) for line in done.stdout.splitlines())
    assert first["unit"].startswith("s, first close of ")
    assert (later["figure"], later["against"]) == ("close", "replay of the whole history")


@pytest.mark.slow
def test_contracts_are_measured() -> None:
    done = bench("--quick", "--json", "many_contracts", "membership_fold")
    assert done.returncode == 0, done.stderr
    many, fold = (json.loads(line) for line in done.stdout.splitlines())
    assert (many["figure"], many["against"]) == ("many_contracts", "1 contract")
    assert fold["figure"] == "membership_fold"
    assert fold["value"] > fold["against_value"] > 0


@pytest.mark.slow
def test_disputes_are_measured() -> None:
    done = bench("--quick", "--json", "packet", "work_list")
    assert done.returncode == 0, done.stderr
    packet, listed = (json.loads(line) for line in done.stdout.splitlines())
    assert (packet["figure"], listed["figure"]) == ("packet", "work_list")
    assert "1,000 events and 20 documents" in packet["unit"]
    assert packet["value"] > packet["against_value"] > 0
    assert listed["value"] > listed["against_value"] > 0


def test_an_unknown_figure_is_refused_by_name() -> None:
    done = bench("--quick", "beauty")
    assert done.returncode == 2
    assert "no figure beauty" in done.stderr
    assert "memory" in done.stderr


@pytest.mark.slow
def test_commands_and_questions_over_http_are_measured() -> None:
    done = bench("--quick", "--json", "http")
    assert done.returncode == 0, done.stderr
    rate, cost, check, balance, question = map(json.loads, done.stdout.splitlines())
    assert (rate["unit"], rate["against"]) == ("commands/s", "in process")
    assert 0 < cost["ratio"] < 1
    assert [one["unit"] for one in (check, balance)] == [
        "ms, check, p99 at 200/s",
        "ms, balance, p99 at 200/s",
    ]
    assert all(one["value"] >= one["against_value"] > 0 for one in (check, balance))
    assert question["value"] > 0
