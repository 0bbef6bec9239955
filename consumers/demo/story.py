"""The demo: a quarter of the clinic, played on the real components, month by month.

The scheduling system is another process; everything it says comes over NATS. What the front
desk and the accountant do are ordinary commands.
"""

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from commands.envelope import Actor, Defaults
from consumers.applying import results, ticked
from consumers.bootstrap import Ledger
from consumers.demo.cast import PATIENTS, registrations, sale_lines
from consumers.demo.clinic import CLINIC, FORGOTTEN, Line, define_service, line, moment, set_up
from consumers.demo.dispute import dispute_lines
from consumers.demo.members import member_lines, menu_sales
from consumers.demo.menu import menu
from consumers.demo.traffic import Traffic
from consumers.demo.visits import MONTHS
from ledger.calendar import Period
from ledger.errors import Broken

SETTLED_SECONDS = 120.0
"""Longer than a month's visits and the wait for what never becomes known take."""
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Stage:
    """What the story is played on."""

    ledger: Ledger
    traffic: Traffic
    console: Console

    def play(self) -> None:
        """The quarter, from the opening to the dispute."""
        patients = registrations(PATIENTS + len(menu_sales()))
        self.record("The clinic opens: services, packages, patients",
                    [*set_up(), *menu(), *patients])  # fmt: skip
        for month in MONTHS:
            self.record(f"Packages sold in {month}", sale_lines(month.first, month.last))
            self.record(f"Members, credit and choices in {month}", member_lines(month))
            self.receive(month)
            if month == MONTHS[0]:
                self.mend_forgotten_service()
            if month == MONTHS[-1]:
                self.record("A card payment is disputed", dispute_lines())
            self.let_time_pass(month)
            if month == MONTHS[0]:
                self.close(month)

    def record(self, what: str, lines: Iterable[Line]) -> None:
        """Runs command lines as `ledger apply` does; raises Broken for one that is refused."""
        wanted = [orjson.dumps(item) for item in lines]
        with self._progress(what, len(wanted)) as advance:
            for result, _ in results(self.ledger, [wanted], Defaults()):
                if result.error is not None:
                    raise Broken(f"the story's command {result.id}: {result.error.message}")
                advance(1)

    def receive(self, month: Period) -> None:
        """Lets the scheduling system report a month, and waits until all of it is settled."""
        before = self.traffic.settled()
        program = [sys.executable, "-m", "consumers.demo.scheduler", self.traffic.url, str(month)]
        sent = int(subprocess.run(program, cwd=ROOT, check=True, capture_output=True).stdout)
        with self._progress(f"Visits reported over NATS in {month}", sent) as advance:
            done = 0
            for settled in self.traffic.settling(SETTLED_SECONDS):
                advance(settled - before - done)
                done = settled - before

    def mend_forgotten_service(self) -> None:
        """A visit named a service nobody had defined: it is defined, the letter sent again."""
        open_letters = self.ledger.letters.list("open", CLINIC)
        if not any(letter.code == "unknown_service" for letter in open_letters):
            return
        self.console.print(
            f"  {len(open_letters)} dead letter: the service {FORGOTTEN} is not defined."
            " The clinic defines it and sends the letter again."
        )
        self.record("The forgotten service", [define_service(FORGOTTEN, "NAD drip", 30000)])
        self.traffic.retry(self.ledger.letters)
        for _ in self.traffic.settling(SETTLED_SECONDS):
            pass

    def let_time_pass(self, month: Period) -> None:
        """What a month's days brought by themselves, as the clock of the workers finds it."""
        clock = Actor(id="clock", role="service")
        steps = list(ticked(self.ledger, CLINIC, clock, month.last))
        self.console.print(f"  Time alone brought {len(steps)} steps by {month.last}.")

    def close(self, month: Period) -> None:
        """The accountant closes a month on the third of the next."""
        after = month.next().first
        at = moment(date(after.year, after.month, 3), 18)
        data = {"period": str(month)}
        self.record(f"The books of {month} are closed",
                    [line("close_period", f"close-{month}", at, "accountant", data)])  # fmt: skip

    @contextmanager
    def _progress(self, what: str, total: int) -> Iterator[Callable[[int], Any]]:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(),
                   MofNCompleteColumn())  # fmt: skip
        with Progress(*columns, console=self.console) as progress:
            task = progress.add_task(what.ljust(48), total=total)
            yield lambda steps: progress.advance(task, steps)
