"""The event-sourcing library's own test cases, against our recorders and real PostgreSQL."""

from collections.abc import Iterator

import psycopg
import pytest
from eventsourcing.persistence import EventStore as LibraryEventStore
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.tests import persistence as cases

from ledger.errors import Broken
from ledger.store.mapper import CatalogMapper, Envelope
from ledger.store.marks import Marks
from ledger.store.pool import Pool, open_pool, refuse_db_functions
from ledger.store.recorder import ClinicRecorder, StreamRecorder
from tests.store.samples import CATALOG, Sold


class OnPostgres:
    """The cases number streams from 0, and take any text for a stream's id."""

    INITIAL_VERSION = 0
    pool: Pool
    _made = 0

    @pytest.fixture(autouse=True)
    def _pool(self, database: str) -> Iterator[None]:
        role = (
            "ledger_projector" if isinstance(self, cases.TrackingRecorderTestCase) else "ledger_api"
        )
        self.pool = open_pool(database, role, 4)
        yield
        self.pool.close()

    def new_originator_id(self) -> str:
        self._made += 1
        return f"glow/thing/{self._made}"


class TestStreams(OnPostgres, cases.AggregateRecorderTestCase):
    def create_recorder(self) -> StreamRecorder:
        return StreamRecorder(self.pool, "glow", first_version=0)


class TestClinic(OnPostgres, cases.ApplicationRecorderTestCase[ClinicRecorder]):
    def create_recorder(self) -> ClinicRecorder:
        return ClinicRecorder(self.pool, "glow", first_version=0)

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestPositions(OnPostgres, cases.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> ClinicRecorder:
        return ClinicRecorder(self.pool, "glow", first_version=0)


class TestMarks(OnPostgres, cases.TrackingRecorderTestCase):
    def create_recorder(self) -> Marks:
        return Marks(self.pool, "balances")


@pytest.fixture
def pool(database: str) -> Iterator[Pool]:
    pool = open_pool(database, "ledger_api", 2)
    yield pool
    pool.close()


def test_the_librarys_event_store_reads_back_what_it_put(pool: Pool) -> None:
    store = LibraryEventStore(CatalogMapper(CATALOG), ClinicRecorder(pool, "glow"))
    sale = Envelope("glow/subscription/s-1", 1, Sold(units=5))
    [recording] = store.put([sale])
    assert recording.notification.id == 1
    assert list(store.get("glow/subscription/s-1")) == [sale]


def test_a_state_that_is_no_text_is_refused(pool: Pool) -> None:
    with pytest.raises(UnicodeDecodeError):
        ClinicRecorder(pool, "glow").insert_events([StoredEvent("a", 1, "t", b"\xff")])


def test_a_hole_in_the_versions_of_one_insert_is_refused(pool: Pool) -> None:
    events = [StoredEvent("a", version, "t", b"{}") for version in (1, 3)]
    with pytest.raises(IntegrityError):
        ClinicRecorder(pool, "glow").insert_events(events)


@pytest.mark.parametrize("value", ["y", "YES", "1", " true "])
def test_the_librarys_own_database_functions_are_refused(value: str) -> None:
    with pytest.raises(Broken):
        refuse_db_functions({"POSTGRES_ENABLE_DB_FUNCTIONS": value})


@pytest.mark.parametrize("value", ["", "no", "0", "False"])
def test_switching_them_off_is_fine(value: str) -> None:
    refuse_db_functions({"POSTGRES_ENABLE_DB_FUNCTIONS": value})
    refuse_db_functions({})


def test_the_librarys_table_is_not_there(admin: psycopg.Connection) -> None:
    tables = admin.execute(
        "SELECT count(*) FROM pg_tables WHERE tablename IN ('stored_events', 'tracking')"
    ).fetchone()
    assert tables == (0,)
