"""The worker as `ledger serve --workers` runs it, beside whatever else records."""

import time

from consumers.bootstrap import running
from consumers.outgoing.endpoints import NewEndpoint, utc_now
from consumers.working import delivering
from ledger.settings import Settings
from ledger.store.store import EventStore
from tests.outgoing.conftest import Receiver
from tests.support import massages as glow


def head(store: EventStore) -> int:
    found = store.head("glow")
    return 0 if found is None else found.position


def test_what_is_recorded_is_posted_while_the_workers_run(
    database: str, receiver: Receiver
) -> None:
    settings = Settings(database=database, key_secret="pepper", webhook_loopback=True)
    with running(settings) as ledger:
        glow.open_clinic(ledger.commands)
        ledger.endpoints.keep(NewEndpoint("glow", "books", receiver.url, (), "ana"), utc_now())
        with delivering(ledger) as workers:
            glow.sell(ledger.commands, "glow", subscriptions=1, units=5)
            late = time.monotonic() + 60
            while time.monotonic() < late and receiver.positions[-1:] != [head(ledger.store)]:
                workers.check()
                time.sleep(0.05)
        until = head(ledger.store)
    assert receiver.positions == list(range(until + 1 - len(receiver.positions), until + 1))
    assert len(receiver.positions) > 1
