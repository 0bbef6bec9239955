"""Processes that tests kill, pause and race; run as ``python -m tests.faults.victim``."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence

from consumers.nats import streams
from consumers.nats.deadletters import DeadLetters
from consumers.nats.inbox import Settled
from consumers.nats.relay import Relay
from consumers.nats.visits import visits
from consumers.nats.wire import Incoming
from ledger.errors import Busy
from tests.support.massages import commands_on, visit
from tests.support.messaging import connected, consuming, opened


def relay(database: str, nats_url: str) -> None:
    """Publishes until it is killed."""

    async def run() -> None:
        with opened(database, "ledger_relay") as store:
            async with connected(nats_url) as client:
                await Relay(store, client).run()

    asyncio.run(run())


def dies_before_its_acknowledgement(database: str, nats_url: str) -> None:
    """Consumes visits; dies when the first batch is committed and not yet acknowledged."""

    async def run() -> None:
        letters = DeadLetters.open(database)
        with commands_on(database) as commands:
            record = visits(commands)

            def settle(messages: Sequence[Incoming]) -> list[Settled]:
                record(messages)
                os.kill(os.getpid(), signal.SIGKILL)
                return []

            async with (
                connected(nats_url) as client,
                consuming(nats_url, client, streams.VISITS, settle, letters),
            ):
                await asyncio.sleep(60)

    asyncio.run(run())


def race(database: str, runners: str) -> None:
    """Many processes record a visit each, at once, for a patient with one unit left.

    Prints how many were started and how many of the visits were covered.
    """
    start_at = time.monotonic() + 2
    pids = [_forked(database, number, start_at) for number in range(int(runners))]
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    sys.stdout.write(f"{len(pids)} {codes.count(COVERED)} {codes.count(NOT_COVERED)}\n")


COVERED, NOT_COVERED = 10, 11


def _forked(database: str, number: int, start_at: float) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        code = _run(database, number, start_at)
    finally:
        os._exit(code)


def _run(database: str, number: int, start_at: float) -> int:
    with commands_on(database) as commands:
        time.sleep(max(0.0, start_at - time.monotonic()))
        for _ in range(20):
            try:
                result = commands.handle(visit(number, 0))
            except Busy:
                continue
            [row] = result.data["coverage"]
            return COVERED if row["covered"] == "1" else NOT_COVERED
    return 1


PARTS: dict[str, Callable[[str, str], None]] = {
    "relay": relay,
    "dies": dies_before_its_acknowledgement,
    "race": race,
}

if __name__ == "__main__":
    PARTS[sys.argv[1]](sys.argv[2], sys.argv[3])
