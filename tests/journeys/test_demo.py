"""The demo tells its story, and every call of the README's tour works after it as typed."""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from consumers.cli.main import main
from consumers.embedded import Servers
from tests.support.servers import make_folder, remove_folder

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    made = make_folder()
    yield made / "data"
    remove_folder(made)


def play(data: Path) -> str:
    """The demo as a program of its own, as `scripts/demo --exit` starts it."""
    command = [sys.executable, "-m", "ledger", "demo", "--exit"]
    environment = {**os.environ, "LEDGER_DATA": str(data)}
    ran = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, timeout=150, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return ran.stdout.decode()


@pytest.fixture(scope="module")
def told(folder: Path) -> str:
    return play(folder)


def test_the_story_is_told_to_its_end(told: str, folder: Path) -> None:
    for passage in (
        "12-Week Weight Loss",
        "s-401, Club: partially_used",
        "Tier club",
        "p-226: $550 of Credit for $500",
        "2026-01 closed, version 1",
        "late-1 took place in January",
        "January still replays to the sealed digest",
        "pro_rata (the contract's)",
        "the hash chain holds; balances, journal, evidence, lists equal a replay",
        "Stopped",
    ):
        assert passage in told
    assert {"foreign_clinic", "unreadable", "unknown_subscription"} <= set(re.findall(r"\w+", told))
    assert (folder / "packets" / "dp-1" / "manifest.json").is_file()
    assert Servers(folder).running() == []


def test_told_again_it_records_nothing(told: str, folder: Path) -> None:
    again = play(folder)
    assert "This folder holds the story already" in again
    assert "0 events were recorded in this run" in again


def tour() -> list[str]:
    """The calls of the README, in their order."""
    readme = (ROOT / "README.md").read_text()
    blocks = re.findall(r"```console\n(.*?)```", readme, re.DOTALL)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("ledger ")]


def test_the_tour_works_as_typed(told: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGER_DATA", str(folder))
    monkeypatch.chdir(ROOT)
    calls = tour()
    assert len(calls) > 15
    answers = {}
    for call in calls:
        typed = shlex.split(call.replace(".ledger/", f"{folder}/"))[1:]
        with contextlib.redirect_stdout(io.StringIO()) as out, pytest.raises(SystemExit) as ended:
            main(typed)
        assert not ended.value.code, f"{call}: {out.getvalue()}"
        answers[call] = out.getvalue()
    assert "p-001" in answers["ledger balance --patient p-001 --as-of 2026-02-28"]
    assert "$343.63" in answers["ledger balance --patient p-001 --as-of 2026-02-28"]
    assert "Club Plus" in answers["ledger balance --patient p-204"]
    assert "Plan changed to Club Plus" in answers["ledger history --subscription s-404"]
    assert "$163.64" in answers["ledger balance --subscription s-426"]
    assert "VISITS-" in answers["ledger dead list"]
    assert "2026-01-29" in answers["ledger late-events --period 2026-02"]
    assert Servers(folder).running() == []
