"""An import at work: checked as a whole, recorded in batches, gone on with where it stopped."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from commands.envelope import Actor
from commands.handling import Commands
from consumers.importing.cells import Layout
from consumers.importing.kinds import Terms
from consumers.importing.registry import KINDS
from consumers.importing.rows import groups
from consumers.importing.running import Import, Progress, Report, silent
from consumers.importing.sheets import opened
from consumers.importing.spool import BATCH, Kept, spooling
from tests.commands.practice import ADMIN, Clock, Practice, practising
from tests.support import servers

NUMBERS = count(1)
TERMS = Terms(Layout("USD", "America/New_York"), date(2026, 1, 1))
HEAD = "subscription,patient,offer,sold_on,paid,tender,used,used_on"
OPENED = "2025-01-02T09:00:00-05:00"


@pytest.fixture(scope="module")
def shared(migrated_url: str) -> Iterator[Commands]:
    with servers.fresh_database(migrated_url) as url, practising(url) as commands:
        yield commands


@pytest.fixture
def practice(shared: Commands) -> Practice:
    """A clinic that sold five massages for 450.00 since the beginning of 2025."""
    clock = Clock()
    shared.clock = clock
    practice = Practice(shared, f"moves-{next(NUMBERS)}", clock)
    clinic = {"name": "Glow", "currency": "USD", "timezone": "America/New_York"}
    massage = {"service": "massage", "label": "Massage", "list_price": 10000}
    line = {"kind": "units", "line": "m", "services": ["massage"], "quantity": "5"}
    pack = {"offer": "pack", "name": "Five", "price": 45000, "term": {"months": 12}}
    practice.does("define_clinic", clinic, OPENED)
    practice.does("define_service", massage, OPENED)
    practice.does("publish_offer", pack | {"lines": [line]}, OPENED)
    return practice


def balance(number: int, used: int = 1, paid: str = "450.00") -> str:
    return f"s-{number},p-{number},pack,2025-06-0{1 + number % 9},{paid},card,{used},"


def put(folder: Path, *rows: str) -> Path:
    path = folder / "balances.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n")
    return path


def run(practice: Practice, path: Path, progress: Progress = silent, **how: bool) -> Report:
    actor = Actor.model_validate(ADMIN)
    kind = KINDS["balances"]
    work = Import(practice.commands, practice.clinic, actor, kind, TERMS, progress)
    with opened(path) as sheet:
        return work.run(sheet, dry=how.get("dry", False), valid_only=how.get("valid_only", False))


def kept(path: Path) -> list[Kept]:
    """The groups of a file as they are kept between check and recording."""
    with opened(path) as sheet, spooling() as spool:
        for group in groups(KINDS["balances"], sheet, TERMS):
            spool.add(group)
        return [one for batch in spool.batches() for one in batch]


def test_more_than_a_batch_comes_in_whole(practice: Practice, tmp_path: Path) -> None:
    path = put(tmp_path, *(balance(number) for number in range(BATCH)))
    report = run(practice, path)
    assert (report.rows, report.new, report.recorded, report.bad) == (BATCH, BATCH, BATCH, [])
    commands = ("sell_package", "record_payment", "record_payout", "carry_over_use")
    assert report.commands == dict.fromkeys(commands, BATCH)
    assert (report.paid, report.used) == (45000 * BATCH, 9000 * BATCH)
    before = practice.head()
    again = run(practice, path)
    assert (again.there, again.new, practice.head()) == (BATCH, 0, before)


def test_one_bad_row_far_down_keeps_all_out(practice: Practice, tmp_path: Path) -> None:
    before = practice.head()
    rows = [balance(number) for number in range(BATCH)]
    path = put(tmp_path, *rows, balance(BATCH, used=6))
    report = run(practice, path)
    assert [(one.row, one.column, one.code) for one in report.bad] == [
        (BATCH + 2, "used", "not_enough_units")
    ]
    assert (report.new, report.recorded, practice.head()) == (BATCH, 0, before)
    assert run(practice, path, valid_only=True).recorded == BATCH


@pytest.mark.parametrize("done", [1, 2, 3, 4, 5, 7])
def test_an_import_that_was_killed_goes_on(practice: Practice, tmp_path: Path, done: int) -> None:
    """Whatever was recorded of it: `done` commands of the four that each row becomes."""
    path = put(tmp_path, balance(1), balance(2))
    actor = Actor.model_validate(ADMIN)
    every = [e for one in kept(path) for e in one.envelopes("balances", practice.clinic, actor)]
    for envelope in every[:done]:
        assert practice.commands.handle(envelope).ok
    report = run(practice, path)
    assert (report.bad, report.there + report.new) == ([], 2)
    assert sum(report.commands.values()) == len(every) - done
    state = practice.commands.desk(practice.clinic).subscription("s-2")
    assert (state.paid, str(state.lots["m.1"].remaining)) == (45000, "4")


def test_what_moves_between_check_and_recording_stops_it(
    practice: Practice, tmp_path: Path
) -> None:
    """Somebody sells under the same id just then."""

    @contextmanager
    def meanwhile(stage: str, _total: int | None) -> Iterator[Callable[[int], Any]]:
        if stage == "Recording":
            sale = {"subscription": "s-2", "offer": "pack", "patient": "p-9"}
            practice.does("sell_package", sale, "2025-06-01T10:00:00-04:00")
        yield lambda _count: None

    path = put(tmp_path, balance(1), balance(2))
    report = run(practice, path, meanwhile)
    assert [(one.row, one.code) for one in report.bad] == [(3, "duplicate")]
    assert report.recorded == 1
    assert "run the same file again" in report.notes[-1]


def test_what_is_checked_is_not_recorded(practice: Practice, tmp_path: Path) -> None:
    before = practice.head()
    report = run(practice, put(tmp_path, balance(1)), dry=True)
    assert (report.new, report.used, practice.head()) == (1, 9000, before)


def test_a_rehearsal_answers_what_recording_would(practice: Practice, tmp_path: Path) -> None:
    [one] = kept(put(tmp_path, balance(1)))
    sent = one.envelopes("balances", practice.clinic, Actor.model_validate(ADMIN))
    foreseen = practice.commands.rehearse(practice.clinic, [*sent, *sent])
    assert [result.replayed for result in foreseen] == [False] * 4 + [True] * 4
    found = practice.commands.handle_many(practice.clinic, sent)
    assert [result.data for result in found] == [result.data for result in foreseen[:4]]
    again = practice.commands.rehearse(practice.clinic, sent)
    assert all(result.replayed for result in again)


def test_long_ids_still_have_ids_of_their_own(practice: Practice, tmp_path: Path) -> None:
    long = "s" * 64
    row = f"{long},p-1,pack,2025-06-01,450.00,card,1,"
    other = f"{long[:-1]}x,p-1,pack,2025-06-01,450.00,card,1,"
    assert run(practice, put(tmp_path, row, other)).recorded == 2
