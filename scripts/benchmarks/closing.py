"""Figure `close`: the first close of a long history, and that of the month after."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from consumers.bootstrap import CLOSES, running
from ledger.calendar import Period
from projections.close.figures import figures
from scripts.benchmarks import clinic as clinics
from scripts.benchmarks import history
from scripts.benchmarks.figure import Figure
from scripts.benchmarks.history import LONG
from scripts.benchmarks.place import Place
from scripts.benchmarks.replaying import TIMES, seconds_to_copy

MONTHS = 24
"""Of sales; each patient comes ten times within three of them."""


def closes(place: Place, events: int, told: Callable[[int], None]) -> Iterator[Figure]:
    """A close of all but the last month of sales, then that of the month."""
    each = events // MONTHS
    grown = history.made(place, "closes", each, MONTHS)
    *_, earlier, last = Period.parse(clinics.SOLD[:7]).until(
        Period.parse(clinics.later(clinics.SOLD, MONTHS - 1)[:7])
    )
    before = grown.grow(each * (MONTHS - 1), told)
    copied = seconds_to_copy(grown.database, before)
    waited, worked = _closed(place, grown.database, earlier)
    unit = f"s, first close of {before:,} events"
    yield Figure("close", waited, unit, "COPY of the rows it reads", copied)
    yield Figure("close", worked, f"{unit}, its CPU", "what it took", waited)
    cut = grown.grow(events, told)
    whole = median(_computed(grown.database, last, cut, None) for _ in range(TIMES))
    kept = place.folder / CLOSES
    later = median(_computed(grown.database, last, cut, kept) for _ in range(TIMES))
    unit = f"s, the next close, {cut - before:,} events later"
    yield Figure("close", later, unit, "replay of the whole history", whole)


def _closed(place: Place, database: str, period: Period) -> tuple[float, float]:
    """How long the command takes, on the first day it may be given, and how long it computes."""
    day = period.next().first
    noon = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
    sent = clinics.line("close_period", "close", LONG, noon.isoformat(), {"period": str(period)})
    with running(place.settings(database, noon)) as ledger:
        start, begun = perf_counter(), process_time()
        clinics.record(ledger.commands, LONG, [sent], 1)
        return perf_counter() - start, process_time() - begun


def _computed(database: str, period: Period, cut: int, kept: Path | None) -> float:
    start = perf_counter()
    figures(database, LONG, period, cut, kept)
    return perf_counter() - start
