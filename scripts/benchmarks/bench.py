"""The figures by name, sharing what several of them measure."""

from collections.abc import Callable, Iterator
from functools import cached_property

from rich.progress import Progress

from scripts.benchmarks import contracts, disputes, history, recording, serving
from scripts.benchmarks.clinic import CLINICS
from scripts.benchmarks.closing import MONTHS, closes
from scripts.benchmarks.figure import Figure, Sizes
from scripts.benchmarks.history import History
from scripts.benchmarks.pgbench import appends
from scripts.benchmarks.pipeline import Passage, passage
from scripts.benchmarks.place import Place
from scripts.benchmarks.replaying import replay_figures, replay_memory, seconds_to_replay

NAMES = (
    "commands",
    "commands_one_by_one",
    "visits",
    "replay",
    "close",
    "growth",
    "memory",
    "many_contracts",
    "membership_fold",
    "packet",
    "work_list",
    "http",
)
CONSUMED = 62
"""Commands in an append of the visits consumer: 500 messages of eight clinics."""


class Bench:
    """Measures on one pair of servers."""

    def __init__(self, place: Place, sizes: Sizes, progress: Progress) -> None:
        self._place = place
        self._sizes = sizes
        self._progress = progress
        self._passages: dict[int, Passage] = {}

    @property
    def figures(self) -> dict[str, Callable[[], Iterator[Figure]]]:
        """What can be measured."""
        return {
            "commands": lambda: recording.commands(self._place, self._sizes),
            "commands_one_by_one": lambda: recording.commands_one_by_one(self._place, self._sizes),
            "visits": self._visits,
            "replay": self._replay,
            "close": self._close,
            "growth": self._growth,
            "memory": self._memory,
            "many_contracts": lambda: contracts.many_contracts(self._place, self._sizes),
            "membership_fold": lambda: contracts.membership_fold(self._place, self._sizes),
            "packet": lambda: disputes.packet(self._place, self._sizes),
            "work_list": lambda: disputes.judged(self._place, self._sizes),
            "http": lambda: serving.http(self._place, self._sizes),
        }

    def _visits(self) -> Iterator[Figure]:
        passed = self._passed(self._sizes.messages[-1])
        bare = appends(
            self._place,
            "visits",
            batch=CONSUMED,
            events=2,
            seconds=self._sizes.seconds,
            clients=len(CLINICS),
        )
        against = f"pgbench, append of {CONSUMED}"
        yield Figure("visits", passed.per_second, "visits/s", against, bare)

    def _replay(self) -> Iterator[Figure]:
        events = self._sizes.events[-1]
        yield from replay_figures(self._grown(events), events)

    def _close(self) -> Iterator[Figure]:
        events = self._sizes.events[-1]
        bar = self._progress.add_task(f"{MONTHS} months of {events:,} events", total=events)
        yield from closes(
            self._place, events, lambda done: self._progress.update(bar, completed=done)
        )
        self._progress.remove_task(bar)

    def _growth(self) -> Iterator[Figure]:
        """What an event costs in a long history, against a short one."""
        first, *later = self._sizes.events
        grown = self._grown(self._sizes.events[-1])
        replayed = {size: _each(grown, size) for size in self._sizes.events}
        appended = {size: cost * 1e6 for size, cost in grown.costs.items()}
        for what, costs in (("append", appended), ("replay", replayed)):
            for size in later:
                unit = f"µs/event, {what} at {size:,}"
                yield Figure("growth", costs[size], unit, f"at {first:,}", costs[first])

    def _memory(self) -> Iterator[Figure]:
        """Peak memory of each worker, and of a replay, against that of fewer events."""
        few, many = (self._passed(visits) for visits in self._sizes.messages)
        for task, peak in many.peaks.items():
            yield _peak(
                f"{task} worker", (2 * few.visits, few.peaks[task]), (2 * many.visits, peak)
            )
        sizes = self._sizes.events[-2:]
        database = self._grown(sizes[-1]).database
        yield _peak("replay", *((size, replay_memory(database, size)) for size in sizes))

    @cached_property
    def _history(self) -> History:
        return history.made(self._place)

    def _grown(self, events: int) -> History:
        """The long history, measured at every size on its way."""
        if events not in self._history.costs:
            bar = self._progress.add_task(f"a history of {events:,} events", total=events)
            for size in self._sizes.events:
                self._history.grow(size, lambda done: self._progress.update(bar, completed=done))
            self._progress.remove_task(bar)
        return self._history

    def _passed(self, visits: int) -> Passage:
        if visits not in self._passages:
            bar = self._progress.add_task(f"{visits:,} visits through NATS", total=visits)
            self._passages[visits] = passage(
                self._place, visits, lambda done: self._progress.update(bar, completed=done)
            )
            self._progress.remove_task(bar)
        return self._passages[visits]


def _each(grown: History, size: int) -> float:
    return seconds_to_replay(grown.database, size) / size * 1e6


def _peak(who: str, few: tuple[int, float], many: tuple[int, float]) -> Figure:
    """`few` and `many` are numbers of events, each with the peak in MB."""
    unit = f"MB, {who}, {many[0]:,} events"
    return Figure("memory", many[1], unit, f"{few[0]:,} events", few[1])
