"""`ledger demo`: the clinic's first quarter on embedded servers, and then it stays open."""

import logging
import signal
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from consumers.bootstrap import Ledger, running
from consumers.cli.call import Call
from consumers.cli.output import terminal
from consumers.embedded import Servers

if TYPE_CHECKING:
    from rich.console import Console

LOG = "%(asctime)s %(levelname)s %(message)s"
READY_SECONDS = 30.0
PATIENCE = 3
"""Deliveries of a report that names something unknown: the story has no eight minutes."""


def demo(
    context: typer.Context,
    leave: Annotated[
        bool, typer.Option("--exit", help="Stop the servers and end when the story is told.")
    ] = False,
) -> None:
    """Play a clinic's first quarter: packages, memberships, credit, visits over NATS.

    Its clock stands at the evening of 31 March 2026, unless --now says otherwise.

    Example: ledger demo --exit
    """
    call: Call = context.obj
    console = terminal()
    settings = call.settings
    if settings.now is None:
        settings = replace(settings, now=evening())
    before = Servers(settings.data).running() if settings.embedded else []
    with ExitStack() as stack:
        with console.status("Starting PostgreSQL and NATS ..."):
            ledger = stack.enter_context(running(settings))
            ledger.nats()
        # What the workers met is for whoever looks; the story has its own words for it.
        logging.basicConfig(filename=settings.data / "demo.log", format=LOG, force=True)
        _play(ledger, console, settings.data, leave=leave)
    if leave and settings.embedded and not before:
        stopped = Servers(settings.data).stop()
        console.print(f"Stopped {' and '.join(stopped)}; the history stays in {settings.data}.")


def evening() -> datetime:
    """When the story ends."""
    return datetime(2026, 3, 31, 18, tzinfo=ZoneInfo("America/New_York"))


def _play(ledger: Ledger, console: "Console", data: Path, *, leave: bool) -> None:
    from consumers.demo.clinic import CLINIC  # noqa: PLC0415
    from consumers.demo.ending import say_next, tell  # noqa: PLC0415
    from consumers.demo.story import Stage  # noqa: PLC0415
    from consumers.demo.traffic import Traffic, head_of  # noqa: PLC0415
    from consumers.working import working  # noqa: PLC0415

    known = head_of(ledger.store, CLINIC)
    if known:
        console.print(
            f"This folder holds the story already ({known} events). All of it is sent again;"
            " what is known is answered and not recorded twice."
        )
    with working(ledger, PATIENCE) as crew:
        traffic = Traffic(ledger.nats(), lambda: head_of(ledger.store, CLINIC), crew.check)
        traffic.ready(READY_SECONDS)
        Stage(ledger, traffic, console).play()
        crew.check()
        tell(ledger, traffic, console, data / "packets" / "dp-1")
        recorded = head_of(ledger.store, CLINIC) - known
        console.print(f"{recorded} events were recorded in this run.")
        say_next(console, data)
        if not leave:
            _stay(console, crew.check)
    ledger.catch_up(CLINIC)


def _stay(console: "Console", look: Callable[[], None]) -> None:
    over = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    console.print("The workers keep running; Ctrl-C ends them. The servers stay: ledger stop.")
    while not over.wait(1):
        look()
