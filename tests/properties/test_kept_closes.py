"""A close that goes on from the one before seals the same bytes as one that reads everything."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregates.period.events import PeriodReopened
from ledger.calendar import Period
from projections.close.books import Books
from projections.close.figures import CloseFigures, figures, verify
from projections.close.keeping import Keeping
from projections.close.replay import replay
from tests.books.clinic import Clinic, open_clinic
from tests.books.stories import NOBODY, Happened
from tests.properties.test_lives import histories, policies, told
from tests.support.lives import START
from tests.support.servers import fresh_database

MONTHS = list(Period.of(START).until(Period.of(START).next().next()))
shares = st.lists(st.integers(0, 20), min_size=len(MONTHS), max_size=len(MONTHS))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all examples: files of other histories of the clinic lie beside."""
    return tmp_path_factory.mktemp("data") / "closes"


def closed(
    clinic: Clinic, folder: Path, period: Period, cut: int, version: int = 1
) -> CloseFigures:
    """The close recorded, after it was computed in both ways."""
    found = figures(clinic.url, "glow", period, cut, folder)
    assert found == figures(clinic.url, "glow", period, cut)
    clinic.close(period, cut, found, version)
    return found


def reopened(clinic: Clinic, period: Period) -> None:
    event = PeriodReopened(period=str(period), version=1, approvers=("bo", "cy"), reason=NOBODY)
    clinic.record([Happened(period.next().first, event, f"glow/period/{period}")])


def went_on_from(clinic: Clinic, folder: Path, cut: int | None = None) -> int:
    with replay(clinic.url, "glow", cut, Keeping(folder, clinic.url)) as books:
        return books.held


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(policies, histories, shares, st.integers(0, len(MONTHS) - 1))
def test_a_close_from_what_was_kept_is_that_of_the_whole_history(
    migrated_url: str,
    folder: Path,
    policies: dict[str, Any],
    history: list[tuple[Any, ...]],
    shares: list[int],
    again: int,
) -> None:
    """Any part of the history is recorded before each close, so much of it late or ahead."""
    life = told(policies, True, history)
    life.take(("days", 60))
    events = life.happened()
    with fresh_database(migrated_url) as url, open_clinic(url) as clinic:
        cut = clinic.record(events[:8])
        rest = events[8:]
        for number, (period, share) in enumerate(zip(MONTHS, shares, strict=True)):
            count = len(rest) * share // 20
            cut = clinic.record(rest[:count])
            rest = rest[count:]
            assert (went_on_from(clinic, folder, cut) > 0) == (number > 0)
            closed(clinic, folder, period, cut)
            if number == again:
                clinic.record(rest[:3])
                reopened(clinic, period)
                rest = rest[3:]
                closed(clinic, folder, period, clinic.record(rest[:1]), 2)
                rest = rest[1:]


@pytest.fixture
def clinic(database: str) -> Any:
    with open_clinic(database) as opened:
        opened.record(
            told({}, True, [("days", 20), ("visit", "massage", "completed", 0, 0, 0)]).happened()
        )
        yield opened


def test_without_the_file_or_with_a_damaged_one_everything_is_read(
    clinic: Clinic, tmp_path: Path
) -> None:
    kept = tmp_path / "closes"
    cut = clinic.record([])
    closed(clinic, kept, MONTHS[0], cut)
    [file] = kept.iterdir()
    assert went_on_from(clinic, kept) == cut
    file.write_bytes(file.read_bytes()[:9000])
    assert went_on_from(clinic, kept) == 0
    file.unlink()
    assert went_on_from(clinic, kept) == 0
    closed(clinic, kept, MONTHS[1], clinic.record([]))


def test_a_close_sealed_differently_is_not_gone_on_from(clinic: Clinic, tmp_path: Path) -> None:
    kept = tmp_path / "closes"
    cut = clinic.record([])
    found = figures(clinic.url, "glow", MONTHS[0], cut, kept)
    clinic.close(MONTHS[0], cut, replace(found, journal_digest="f" * 64))
    assert went_on_from(clinic, kept) == 0


def test_what_was_kept_is_believed_only_as_far_as_it_ties(clinic: Clinic, tmp_path: Path) -> None:
    """Another history under the name of this one: the checks tell, and everything is read."""
    kept = tmp_path / "closes"
    cut = clinic.record([])
    closed(clinic, kept, MONTHS[0], cut)
    [file] = kept.iterdir()
    with Books("glow", cut, []) as books, books.beside(file) as run:
        run("UPDATE kept.main.posted SET amount = amount + 1")
    cut = clinic.record([])
    assert went_on_from(clinic, kept) > 0
    assert figures(clinic.url, "glow", MONTHS[1], cut, kept) == figures(
        clinic.url, "glow", MONTHS[1], cut
    )


def test_a_folder_that_cannot_be_made_costs_nothing_else(clinic: Clinic, tmp_path: Path) -> None:
    closed(clinic, tmp_path / "nowhere" / "closes", MONTHS[0], clinic.record([]))
    assert list(tmp_path.iterdir()) == []


def test_the_last_close_in_force_is_kept_beside_the_new_one(clinic: Clinic, tmp_path: Path) -> None:
    kept = tmp_path / "closes"
    for period in MONTHS[:3]:
        closed(clinic, kept, period, clinic.record([]))
    assert len(list(kept.iterdir())) == 2
    assert verify(clinic.url, "glow", MONTHS[0]) is not None
