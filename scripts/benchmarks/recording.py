"""Figures `commands` and `commands_one_by_one`: the whole Python path, against two others."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from commands.handling import Commands
from consumers.bootstrap import catalog, collect_seldom, running
from ledger.settings import Settings
from ledger.store.store import EventStore
from scripts.benchmarks import clinic as clinics
from scripts.benchmarks.clinic import CLINICS, Line
from scripts.benchmarks.figure import Figure, Sizes
from scripts.benchmarks.pgbench import appends
from scripts.benchmarks.place import Place
from scripts.benchmarks.stock import insertions
from scripts.benchmarks.together import rate

BATCH = 250
PROCESSES = 2
SALE_EVENTS = 4
"""Events of a sale that is paid at once; a visit for one unit has two."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one process records: `make` gives the lines of a clinic."""

    database: str
    clinics: tuple[str, ...]
    make: Callable[[str], Sequence[Line]]
    batch: int


def commands(place: Place, sizes: Sizes) -> Iterator[Figure]:
    """Batches: sales and visits a second, against the stock recorder and `pgbench`."""
    yield from _figures("commands", place, sizes, (sizes.sales, sizes.visits), BATCH)


def commands_one_by_one(place: Place, sizes: Sizes) -> Iterator[Figure]:
    """The same with one command in each transaction, eight clinics at a time."""
    yield from _figures("commands_one_by_one", place, sizes, (sizes.single, sizes.single), 1)


def _figures(
    name: str, place: Place, sizes: Sizes, counts: tuple[int, int], batch: int
) -> Iterator[Figure]:
    sales, visits = counts
    database = place.create(name)
    open_clinics(place.settings(database), clinics.patients_for(visits))
    sold = recorded(database, partial(clinics.sales, count=sales, name="new"), batch)
    seen = recorded(database, partial(clinics.visits, count=visits, name="p"), batch)
    stock = insertions(place, f"{name}_stock", sizes.single)
    bare = partial(appends, place, batch=batch, seconds=sizes.seconds)
    for unit, value, events in (("sales/s", sold, SALE_EVENTS), ("visits/s", seen, 2)):
        yield Figure(name, value, unit, "stock recorder, two events each", stock)
        against = f"pgbench, append of {batch}"
        rows = bare(f"{name}_{events}", events=events)
        yield Figure(name, value, unit, against, rows)


def open_clinics(settings: Settings, patients: int) -> None:
    """Every clinic set up, with that many patients ``p-0`` and on who have bought."""
    with running(settings) as ledger:
        for name in CLINICS:
            clinics.record(ledger.commands, name, clinics.setup(name), 1)
            clinics.record(ledger.commands, name, clinics.sales(name, patients, "p"), BATCH)


def recorded(database: str, make: Callable[[str], Sequence[Line]], batch: int) -> float:
    """Commands a second with a thread for each clinic, in two processes."""
    loads = [Load(database, CLINICS[number::PROCESSES], make, batch) for number in range(PROCESSES)]
    return rate(_recording, loads)


@contextmanager
def _recording(load: Load) -> Iterator[Callable[[], int]]:
    collect_seldom()
    lines = {name: load.make(name) for name in load.clinics}
    with (
        EventStore.open(load.database, catalog()) as store,
        ThreadPoolExecutor(len(lines)) as threads,
    ):
        commands = Commands(store, Settings().clock)

        def work(name: str) -> int:
            return clinics.record(commands, name, lines[name], load.batch)

        store.pool.wait()
        yield lambda: sum(threads.map(work, lines))
