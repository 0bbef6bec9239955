"""`scripts/bench` prints what its readers rely on: one object a line for each comparison."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
FIGURES = (
    "replay",
    "growth",
    "close",
    "many_contracts",
    "membership_fold",
    "packet",
    "work_list",
)
KEYS = {"figure", "value", "unit", "against", "against_value", "ratio"}


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def found() -> dict[str, list[dict[str, Any]]]:
    """The lines of one run, by figure; all on the same servers."""
    done = bench("--quick", "--json", *FIGURES)
    assert done.returncode == 0, done.stderr
    lines: dict[str, list[dict[str, Any]]] = {}
    for line in done.stdout.splitlines():
        one = json.loads(line)
        lines.setdefault(one["figure"], []).append(one)
    assert tuple(lines) == FIGURES
    return lines


@pytest.mark.slow
def test_each_line_is_a_figure_beside_another_of_the_same_run(
    found: dict[str, list[dict[str, Any]]],
) -> None:
    [_, _], [_, _] = found["replay"], found["growth"]
    every = [one for lines in found.values() for one in lines]
    assert all(one.keys() == KEYS for one in every)
    assert all(one["value"] > 0 and one["against_value"] > 0 for one in every)
    ratios = [one["value"] / one["against_value"] for one in every]
    assert [one["ratio"] for one in every] == pytest.approx(ratios, rel=0.01, abs=0.01)
    units = {one["unit"].split()[0] for one in (*found["replay"], *found["growth"])}
    assert units <= {"events/s", "µs/event,"}


@pytest.mark.slow
def test_closes_are_measured(found: dict[str, list[dict[str, Any]]]) -> None:
    first, work, later = found["close"]
    assert first["unit"].startswith("s, first close of ")
    assert (work["unit"], work["against_value"]) == (f"{first['unit']}, its CPU", first["value"])
    assert (later["figure"], later["against"]) == ("close", "replay of the whole history")


@pytest.mark.slow
def test_contracts_are_measured(found: dict[str, list[dict[str, Any]]]) -> None:
    [many], [fold] = found["many_contracts"], found["membership_fold"]
    assert many["against"] == "1 contract"
    assert fold["value"] > fold["against_value"] > 0


@pytest.mark.slow
def test_disputes_are_measured(found: dict[str, list[dict[str, Any]]]) -> None:
    [packet], [listed] = found["packet"], found["work_list"]
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
    rate, cost, *lines, check, balance, question = map(json.loads, done.stdout.splitlines())
    assert (rate["unit"], rate["against"]) == ("commands/s", "in process")
    assert 0 < cost["ratio"] < 1
    units = [one["unit"] for one in lines]
    assert units == ["commands/s as JSON Lines", "ms CPU, command of a line"]
    assert lines[1]["ratio"] < 1, "a line costs less than a request"
    assert [one["unit"] for one in (check, balance)] == [
        "ms, check, p99 at 200/s",
        "ms, balance, p99 at 200/s",
    ]
    assert all(one["value"] >= one["against_value"] > 0 for one in (check, balance))
    assert question["value"] > 0
