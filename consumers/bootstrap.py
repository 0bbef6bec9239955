"""The only wiring: from settings to a ledger with everything it is made of.

Every edge starts here. Parts are opened when they are first asked for, so that a call pays
for nothing it does not use.
"""

import gc
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from filelock import FileLock

from aggregates.catalog import EVENTS, LIFTS
from aggregates.clinic.state import CLINIC, Clinic
from consumers.embedded import Servers
from ledger.calendar import local_date
from ledger.errors import LedgerError
from ledger.ids import stream
from ledger.settings import Settings
from ledger.store.anchors import Anchors
from ledger.store.catalog import Catalog
from ledger.store.feed import BATCH, Feed, catch_up_together
from ledger.store.guards import check_guards
from ledger.store.marks import behind_in
from ledger.store.migrations import STORE_MIGRATIONS, migrate
from ledger.store.pool import refuse_db_functions
from ledger.store.store import EventStore

if TYPE_CHECKING:
    from commands.handling import Commands
    from consumers.http.keys import Keys
    from consumers.nats.deadletters import DeadLetters
    from consumers.nats.worker import Services
    from consumers.outgoing.endpoints import Endpoints
    from ledger.store.shelf import Shelf

PROJECTOR = "ledger_projector"
RELAY = "ledger_relay"
CLUSTER = 3
"""NATS servers that keep a majority when one is lost."""
CLOSES = "closes"
"""In the data folder: what the next close need not replay."""


YOUNG = (100_000, 50, 100)
"""Collector thresholds: a batch makes tens of thousands of objects that are free without the
collector, which by default would walk the caches of folded states several times meanwhile."""


class WrongSetup(LedgerError):
    """The settings do not go together; the message says what to change."""


class Ledger:
    """The parts of a running ledger. The clock is the settings' for everything it does."""

    def __init__(
        self, settings: Settings, servers: Servers, conninfo: str, open_: ExitStack
    ) -> None:
        self.settings = settings
        self.servers = servers
        self.conninfo = conninfo
        self._open = open_
        self._catalog = catalog()
        self.is_served = False
        self._zones: dict[str, str] = {}

    def guard(self) -> None:
        """Before it serves many clinics: raises Broken unless the database keeps them apart, and
        has connections verified from here on.
        """
        check_guards(self.conninfo)
        self.is_served = True

    @cached_property
    def store(self) -> EventStore:
        """The history as commands and questions see it: one clinic at a time."""
        opened = EventStore.open(
            self.conninfo,
            self._catalog,
            verified=self.is_served,
            shelf=_shelf(self.settings.documents),
        )
        return self._open.enter_context(opened)

    @cached_property
    def projector(self) -> EventStore:
        """The history as the feeds see it."""
        opened = EventStore.open(self.conninfo, self._catalog, role=PROJECTOR)
        return self._open.enter_context(opened)

    @cached_property
    def commands(self) -> "Commands":
        """What records. A fixed clock also decides the recorded times."""
        from commands.handling import Commands  # noqa: PLC0415  not every call records
        from consumers.closing import Replays  # noqa: PLC0415

        return Commands(
            self.store,
            self.settings.clock,
            closer=Replays(self.conninfo, lambda: self.letters, self.settings.data / CLOSES),
            fixed_clock=self.settings.now is not None,
        )

    @cached_property
    def feeds(self) -> tuple[Feed, ...]:
        """One feed for each read model, by name in `rebuild`."""
        from projections.balances.projection import Balances  # noqa: PLC0415
        from projections.evidence.projection import EvidenceIndex  # noqa: PLC0415
        from projections.journal.projection import JournalProjection  # noqa: PLC0415
        from projections.lists.projection import Lists  # noqa: PLC0415

        models = (Balances(), JournalProjection(), EvidenceIndex(), Lists())
        return tuple(Feed(self.projector, model) for model in models)

    @cached_property
    def letters(self) -> "DeadLetters":
        """The dead letters of all clinics."""
        from consumers.nats.deadletters import DeadLetters  # noqa: PLC0415

        letters = DeadLetters.open(self.conninfo)
        self._open.callback(letters.close)
        return letters

    @cached_property
    def keys(self) -> "Keys":
        """The API keys of all clinics."""
        from consumers.http.keys import Keys  # noqa: PLC0415

        keys = Keys.open(self.conninfo, key_secret(self.settings))
        self._open.callback(keys.close)
        return keys

    @cached_property
    def endpoints(self) -> "Endpoints":
        """Where the events of all clinics are posted."""
        from consumers.outgoing.endpoints import Endpoints  # noqa: PLC0415

        endpoints = Endpoints.open(self.conninfo, key_secret(self.settings))
        self._open.callback(endpoints.close)
        return endpoints

    @cached_property
    def anchors(self) -> Anchors:
        """The anchors over all clinics."""
        anchors = Anchors.open(self.conninfo)
        self._open.callback(anchors.close)
        return anchors

    def services(self, waits: int | None = None) -> "Services":
        """What the workers need; `waits` bounds how often an unknown name is waited for."""
        from consumers.nats.inbox import WAITS  # noqa: PLC0415
        from consumers.nats.worker import Services  # noqa: PLC0415

        relay = EventStore.open(self.conninfo, self._catalog, role=RELAY)
        return Services(
            commands=self.commands,
            relay=self._open.enter_context(relay),
            projector=self.projector,
            feeds=self.feeds,
            letters=self.letters,
            replicas=_replicas(self.settings.nats),
            waits=waits or WAITS,
        )

    def nats(self) -> str:
        """The address of NATS; the embedded one is started if need be."""
        if self.settings.nats is not None:
            return self.settings.nats
        self.servers.join()
        self._open.callback(self.servers.leave)
        return self.servers.nats()

    def catch_up(self, clinic: str) -> int:
        """Brings every read model to the head of the clinic's history; returns its position."""
        names = [feed.projection.name for feed in self.feeds]
        position, late = behind_in(self.projector.pool, clinic, names)
        feeds = [feed for feed in self.feeds if feed.projection.name in late]
        while feeds and catch_up_together(feeds, clinic) == BATCH:
            pass
        return position

    def clinics(self) -> list[str]:
        """The clinics that have a history."""
        return [head.clinic for head in self.projector.clinics()]

    def clinic(self, clinic: str, known_at: int | None = None) -> Clinic:
        """The clinic as it is defined now, or as far as it was known at a position."""
        name = stream(clinic, "clinic")
        history = self.store.load(clinic, [name])[name]
        return CLINIC.fold(one for one in history if known_at is None or one.position <= known_at)

    def today(self, clinic: str) -> date:
        """The clinic's local date by the ledger's clock; a clinic is defined once, and its time
        zone with it.
        """
        zone = self._zones.get(clinic)
        if zone is None:
            known = self.clinic(clinic)
            zone = known.timezone
            if known.defined is not None:
                self._zones[clinic] = zone
        return local_date(self.settings.clock(), zone)


def catalog() -> Catalog:
    """Every stored event and how older versions are read."""
    made = Catalog(EVENTS)
    for (name, version), lift in LIFTS.items():
        made.lifts(name, version)(lift)
    return made


def migration_folders() -> list[Path]:
    """The folders of numbered SQL files, the store's first."""
    root = Path(__file__).parents[1]
    others = [
        folder
        for package in ("projections", "consumers")
        for folder in sorted((root / package).rglob("migrations"))
    ]
    return [STORE_MIGRATIONS, *others]


def collect_seldom() -> None:
    """Sets the garbage collector of this process up for batches of commands and events."""
    gc.set_threshold(*YOUNG)


@contextmanager
def running(settings: Settings) -> Iterator[Ledger]:
    """A ledger on a migrated database; the embedded servers outlive it.

    Raises WrongSetup, EmbeddedError, and Busy when the database cannot be reached.
    """
    refuse_db_functions(settings.environment)
    collect_seldom()
    if settings.now is not None and not settings.embedded and not settings.allow_clock:
        raise WrongSetup(
            "--now is refused on an external database; LEDGER_ALLOW_CLOCK=1 allows it for tests"
        )
    servers = Servers(settings.data)
    with ExitStack() as open_:
        if settings.embedded:
            servers.join()
            open_.callback(servers.leave)
        conninfo = settings.database or servers.postgres()
        try:
            migrate(conninfo, migration_folders())
        except psycopg.OperationalError as error:
            raise WrongSetup(f"the database cannot be used: {str(error).strip()}") from None
        yield Ledger(settings, servers, conninfo, open_)


def key_secret(settings: Settings) -> bytes:
    """What hashes of API keys are keyed with; on embedded servers a file beside them.

    Raises WrongSetup where an external database has no LEDGER_KEY_SECRET.
    """
    if settings.key_secret is not None:
        return settings.key_secret.encode()
    if not settings.embedded:
        raise WrongSetup("LEDGER_KEY_SECRET must be set: API keys are hashed with it")
    kept = settings.data / "key-secret"
    with FileLock(settings.data / "key-secret.lock"):
        if not kept.exists():
            kept.touch(mode=0o600)
            kept.write_text(secrets.token_urlsafe(32))
        return kept.read_bytes()


def _shelf(url: str | None) -> "Shelf | None":
    """What keeps the bytes of documents, where it is not the database."""
    if url is None:
        return None
    from ledger.store.shelf import Shelf  # noqa: PLC0415  most clinics need none

    return Shelf(url)


def _replicas(urls: str | None) -> int:
    """Three copies of every stream where the address names a cluster."""
    return CLUSTER if urls is not None and len(urls.split(",")) >= CLUSTER else 1
