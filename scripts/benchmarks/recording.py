"""Figures `commands` and `commands_one_by_one`: the whole Python path, against two others."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain

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
IN_HAND = 2
"""Clinics whose batches a process has in hand, as many as a worker (`consumers.nats.recording`):
one is decided while the append of the other is on its way."""
CALLERS = 4
"""Front desks of a clinic that send their commands one by one, each waiting for its answer."""
EVENTS = 2
"""Events of a sale, of a payment, and of a visit for one unit, each in a stream of its own."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one process records: `make` gives the lines of a clinic, those together that have to
    follow each other; `callers` share them.
    """

    database: str
    clinics: tuple[str, ...]
    make: Callable[[str], Sequence[Sequence[Line]]]
    batch: int
    callers: int


def commands(place: Place, sizes: Sizes) -> Iterator[Figure]:
    """Batches: commands that sell and take money, and visits, a second, against the stock recorder
    and `pgbench`.
    """
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
    selling = partial(clinics.sales_and_payments, count=sales // 2, name="new")
    sold = recorded(database, selling, batch, callers)
    seen = recorded(database, partial(_each_alone, visits), batch, callers)
    stock = insertions(place, f"{name}_stock", clients, sizes.stock // clients, EVENTS)
    bare = appends(
        place, f"{name}_bare", events=EVENTS, batch=batch, clients=clients, seconds=sizes.seconds
    )
    for unit, value in (("sell+pay commands/s", sold), ("visits/s", seen)):
        yield Figure(name, value, unit, f"stock recorder, {EVENTS} events each", stock)
        yield Figure(name, value, unit, f"pgbench, append of {batch}", bare)


def _each_alone(count: int, clinic: str) -> list[list[Line]]:
    """Visits, in any order."""
    return [[line] for line in clinics.visits(clinic, count, "p")]


def open_clinics(settings: Settings, patients: int) -> None:
    """Every clinic set up, with that many patients ``p-0`` and on who have bought."""
    with running(settings) as ledger:
        for name in CLINICS:
            clinics.record(ledger.commands, name, clinics.setup(name), 1)
            clinics.record(ledger.commands, name, clinics.sales(name, patients, "p"), BATCH)


def recorded(
    database: str, make: Callable[[str], Sequence[Sequence[Line]]], batch: int, callers: int
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
        (name, list(chain.from_iterable(lines[number :: load.callers])))
        for name, lines in ((name, load.make(name)) for name in load.clinics)
        for number in range(load.callers)
    ]
    with (
        EventStore.open(load.database, catalog()) as store,
        ThreadPoolExecutor(IN_HAND if load.batch > 1 else len(parts)) as threads,
    ):
        commands = Commands(store, Settings().clock)

        def work(part: tuple[str, Sequence[Line]]) -> int:
            return clinics.record(commands, *part, load.batch)

        store.pool.wait()
        yield lambda: sum(threads.map(work, parts))
