"""`ledger serve`: the API on a port and, if asked, the workers in the same process."""

import logging
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from threading import Event
from typing import Annotated, Any

import typer

from consumers.bootstrap import Ledger
from consumers.cli.call import Call, Mistake

HOST = "127.0.0.1"
PORT = 8080
#: How often it is seen to that all parts live.
CHECKED = 0.2
#: How often it is seen to that the day has its anchor.
ANCHOR_SECONDS = 600.0
#: How long the key lasts that a ledger without any key prints.
FIRST_KEY = timedelta(days=30)
_ANSWERING = (
    "The front desk's page is at {address}/, the API beside it; /openapi.json describes it.\n"
)


def serve(
    context: typer.Context,
    workers: Annotated[
        bool,
        typer.Option("--workers", help="Also relay, consumers, webhooks and clock."),
    ] = False,
    host: Annotated[str, typer.Option(help="Where the API answers.")] = HOST,
    port: Annotated[int, typer.Option(help="0: a free one.")] = PORT,
    processes: Annotated[
        int, typer.Option(min=1, max=64, help="So many answer, on as many cores.")
    ] = 1,
    metrics: Annotated[
        bool, typer.Option("--metrics", help="Also /metrics for Prometheus, without a key.")
    ] = False,
) -> None:
    """Answer the HTTP API and the front desk's page and, with --workers, work off visits and
    payments until stopped.

    On embedded servers a clinic without any API key gets a first one, printed once.

    Example: ledger serve --workers
    """
    call: Call = context.obj
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("consumers").setLevel(logging.INFO)
    over = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    with ExitStack() as stack, call.ledger() as ledger:
        ledger.guard()
        listener = stack.enter_context(_listening(host, port))
        bound = listener.getsockname()[1]
        check = _answers(stack, ledger, listener, processes, metrics=metrics)
        sys.stderr.write(_ANSWERING.format(address=f"http://{host}:{bound}"))
        _print_first_keys(ledger)
        if workers:
            serve_until(ledger, over, check)
        while not over.wait(CHECKED):
            check()


def _answers(
    stack: ExitStack, ledger: Ledger, listener: socket.socket, processes: int, *, metrics: bool
) -> Callable[[], None]:
    """Begins to answer, in this process or in several; what it gives sees to it that they live."""
    if processes == 1:
        from consumers.http.answering import answering  # noqa: PLC0415
        from consumers.http.metrics import Metrics  # noqa: PLC0415

        stack.enter_context(answering(ledger, listener, Metrics() if metrics else None))
        return lambda: None
    from consumers.http.processes import answering_in  # noqa: PLC0415

    several = answering_in(processes, ledger.settings, listener, metrics=metrics)
    return stack.enter_context(several).check


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise Mistake(f"port {port}: {error.strerror}; say --port with another") from None


def _print_first_keys(ledger: Ledger) -> None:
    """On a machine of one's own nobody else can make the first key."""
    from consumers.http.keys import SCOPES, NewKey  # noqa: PLC0415

    if not ledger.settings.embedded:
        return
    now = ledger.settings.clock()
    for clinic in ledger.clinics():
        if not ledger.keys.list(clinic):
            new = NewKey(clinic, "local", "clinic_admin", SCOPES, now + FIRST_KEY)
            _, text = ledger.keys.create(new, now)
            sys.stderr.write(f"First key of {clinic}, shown this once: {text}\n")


def serve_until(ledger: Ledger, over: Event, check: Callable[[], None]) -> None:
    """Runs the workers until `over`; raises what ended them, or what `check` raises, before it."""
    from consumers.working import delivering, ticking, working  # noqa: PLC0415

    with (
        working(ledger) as crew,
        delivering(ledger) as post,
        ticking(lambda: _tick_all(ledger)),
        ticking(lambda: _anchor_daily(ledger), ANCHOR_SECONDS),
    ):
        nats = ledger.nats()
        sys.stderr.write(f"Working: relay, consumers, webhooks, projector, clock; NATS {nats}.\n")
        while not over.wait(CHECKED):
            crew.check()
            post.check()
            check()


def _anchor_daily(ledger: Ledger) -> list[Any]:
    """The day's anchor; a time stamp that could not be had is asked for again."""
    from consumers.anchoring import anchored  # noqa: PLC0415

    anchored(ledger, daily=True)
    return []


def _tick_all(ledger: Ledger) -> list[Any]:
    from commands.envelope import Actor  # noqa: PLC0415
    from consumers.applying import ticked  # noqa: PLC0415

    clock = Actor(id="clock", role="service")
    return [result for clinic in ledger.clinics() for result in ticked(ledger, clinic, clock)]
