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
CALLERS = 4
"""Front desks of a clinic that send their commands one by one, each waiting for its answer."""
SALE_EVENTS = 4
"""Events of a sale that is paid at once, each in another stream."""
VISIT_EVENTS = 2
"""Events of a visit for one unit."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one process records: `make` gives the lines of a clinic, `callers` share them."""

    database: str
    clinics: tuple[str, ...]
    make: Callable[[str], Sequence[Line]]
    batch: int
    callers: int


def commands(place: Place, sizes: Sizes) -> Iterator[Figure]:
    """Batches: sales and visits a second, against the stock recorder and `pgbench`."""
    yield from _figures("commands", place, sizes, (sizes.sales, sizes.visits), BATCH, 1)


def commands_one_by_one(place: Place, sizes: Sizes) -> Iterator[Figure]:
    """The same sent singly, by several callers of each clinic; all three have as many callers."""
    yield from _figures(
        "commands_one_by_one", place, sizes, (sizes.single, sizes.single), 1, CALLERS
    )


def _figures(
    name: str, place: Place, sizes: Sizes, counts: tuple[int, int], batch: int, callers: int
) -> Iterator[Figure]:
    sales, visits = counts
    clients = callers * len(CLINICS)
    database = place.create(name)
    open_clinics(place.settings(database), clinics.patients_for(visits))
    sold = recorded(database, partial(clinics.sales, count=sales, name="new"), batch, callers)
    seen = recorded(database, partial(clinics.visits, count=visits, name="p"), batch, callers)
    bare = partial(appends, place, batch=batch, clients=clients, seconds=sizes.seconds)
    for unit, value, events in (("sales/s", sold, SALE_EVENTS), ("visits/s", seen, VISIT_EVENTS)):
        inserts = sizes.stock // clients
        stock = insertions(place, f"{name}_stock_{events}", clients, inserts, events)
        yield Figure(name, value, unit, f"stock recorder, {events} events each", stock)
        against = f"pgbench, append of {batch}"
        rows = bare(f"{name}_{events}", events=events)
        yield Figure(name, value, unit, against, rows)


def open_clinics(settings: Settings, patients: int) -> None:
    """Every clinic set up, with that many patients ``p-0`` and on who have bought."""
    with running(settings) as ledger:
        for name in CLINICS:
            clinics.record(ledger.commands, name, clinics.setup(name), 1)
            clinics.record(ledger.commands, name, clinics.sales(name, patients, "p"), BATCH)


def recorded(
    database: str, make: Callable[[str], Sequence[Line]], batch: int, callers: int
) -> float:
    """Commands a second with so many threads for each clinic, in two processes."""
    loads = [
        Load(database, CLINICS[number::PROCESSES], make, batch, callers)
        for number in range(PROCESSES)
    ]
    return rate(_recording, loads)


@contextmanager
def _recording(load: Load) -> Iterator[Callable[[], int]]:
    collect_seldom()
    parts = [
        (name, lines[number :: load.callers])
        for name, lines in ((name, load.make(name)) for name in load.clinics)
        for number in range(load.callers)
    ]
    with (
        EventStore.open(load.database, catalog()) as store,
        ThreadPoolExecutor(len(parts)) as threads,
    ):
        commands = Commands(store, Settings().clock)

        def work(part: tuple[str, Sequence[Line]]) -> int:
            return clinics.record(commands, *part, load.batch)

        store.pool.wait()
        yield lambda: sum(threads.map(work, parts))
