"""``scripts/bench``: speed and memory as ratios, all on one machine in one run."""

import argparse
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from scripts.benchmarks.bench import NAMES, Bench
from scripts.benchmarks.figure import FULL, QUICK, Figure, Sizes
from scripts.benchmarks.place import made


def main() -> None:
    # As an exception, so that the servers are stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    chosen = _arguments()
    sizes = QUICK if chosen.quick else FULL
    found = measured(
        chosen.figures or NAMES, sizes.up_to(chosen.events) if chosen.events else sizes
    )
    if chosen.json:
        for figure in found:
            sys.stdout.write(orjson.dumps(figure.to_json()).decode() + "\n")
            sys.stdout.flush()
    else:
        Console().print(table(list(found)))


def measured(names: Sequence[str], sizes: Sizes) -> Iterator[Figure]:
    """The figures of these names, on servers started for them, as soon as each is known."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        made() as place,
        Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress,
    ):
        bench = Bench(place, sizes, progress)
        bar = progress.add_task("figures", total=len(names))
        for name in names:
            progress.update(bar, description=f"figures: {name}")
            yield from bench.figures[name]()
            progress.advance(bar)


def table(figures: Iterable[Figure]) -> Table:
    """The figures for people."""
    shown = Table("figure", "unit", "against", title="Speed and memory")
    for name in ("value", "its value", "ratio"):
        shown.add_column(name, justify="right")
    for figure in figures:
        values = (f"{figure.value:,.2f}", f"{figure.against_value:,.2f}")
        ratio = f"{figure.value / figure.against_value:,.2f}"
        shown.add_row(figure.figure, figure.unit, figure.against, *values, ratio)
    return shown


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, under two minutes")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--events", type=int, metavar="N", help="so many in the longest history, and in the queues"
    )
    parser.add_argument("figures", nargs="*", metavar="figure", help=f"of {', '.join(NAMES)}")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.figures if name not in NAMES]
    if unknown:
        parser.error(f"no figure {unknown[0]}; there are {', '.join(NAMES)}")
    return chosen


if __name__ == "__main__":
    main()
