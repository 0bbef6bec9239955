"""Clinics do not see each other, history does not change, and a change would show
(reliability.md 6.6, 6.8)."""

from itertools import product
from pathlib import Path

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from ledger.errors import Broken
from ledger.store import chain
from ledger.store.migrations import STORE_MIGRATIONS, migrate
from ledger.store.pool import clinic_transaction
from ledger.store.store import EventStore, Row
from tests.store.conftest import Opener
from tests.store.samples import command, sold

TABLES = ["clinic_head", "event", "command", "personal", "document"]
ROLES = ["ledger_api", "ledger_projector", "ledger_relay", "ledger_audit"]
HISTORY = [f"c-{n}" for n in range(1, 6)]


@pytest.fixture
def filled(store: EventStore) -> EventStore:
    for clinic in ("glow", "zen"):
        for version, key in enumerate(HISTORY):
            store.append(clinic, [command(key, sold("s-1"))], {"s-1": version})
        store.put_document(clinic, "text/plain", clinic.encode(), "p-1")
    return store


def test_a_clinic_sees_its_own_rows_only(filled: EventStore) -> None:
    with filled.pool.connection() as connection:
        for table in ("clinic_head", "event", "command", "document"):
            query = sql.SQL("SELECT DISTINCT clinic FROM ledger.{}").format(sql.Identifier(table))
            with clinic_transaction(connection, "zen"):
                assert connection.execute(query).fetchall() == [("zen",)]
            # After the transaction the setting is an empty string, which is no clinic.
            assert connection.execute(query).fetchall() == []


def test_reading_leaves_no_clinic_set_behind(filled: EventStore) -> None:
    assert filled.load("glow", ["s-1"])["s-1"]
    with filled.pool.connection() as connection:
        assert connection.execute("SELECT current_setting('ledger.clinic', true)").fetchone() == (
            "",
        )


def test_a_session_that_never_set_a_clinic_sees_nothing(opened: Opener, store: EventStore) -> None:
    store.append("glow", [command("c-1", sold("s-1"))], {"s-1": 0})
    with opened("ledger_projector").pool.connection() as connection:
        assert connection.execute("SELECT * FROM ledger.event").fetchall() == []


def test_append_refuses_another_clinic_than_the_one_set(filled: EventStore) -> None:
    arrays = sql.SQL(", ").join([sql.SQL("'{}'")] * 22)
    with filled.pool.connection() as connection:
        call = sql.SQL("SELECT ledger.append('glow', null, {})").format(arrays)
        with (
            pytest.raises(errors.InsufficientPrivilege, match="not the one set"),
            clinic_transaction(connection, "zen"),
        ):
            connection.execute(call)


@pytest.mark.parametrize("role", ROLES)
def test_no_role_changes_a_table_itself(opened: Opener, role: str) -> None:
    changes = [
        "INSERT INTO {} SELECT",
        "UPDATE {} SET clinic = ''",
        "DELETE FROM {}",
        "TRUNCATE {}",
    ]
    with opened(role).pool.connection() as connection:
        for table, change in product(TABLES, changes):
            statement = sql.SQL(change).format(sql.Identifier("ledger", table))
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement)


@pytest.mark.parametrize("role", ["ledger_projector", "ledger_relay", "ledger_audit"])
def test_only_the_api_appends(opened: Opener, role: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        opened(role).append("glow", [command("c-1")], {})


@pytest.mark.parametrize("replication", ["origin", "replica"])
def test_even_the_superuser_is_refused(
    filled: EventStore, admin: psycopg.Connection, replication: str
) -> None:
    admin.execute("SELECT set_config('session_replication_role', %s, false)", [replication])
    changes = ["UPDATE {} SET meta = ''", "DELETE FROM {}", "TRUNCATE {}"]
    for table, change in product(["event", "command"], changes):
        statement = sql.SQL(change).format(sql.Identifier("ledger", table))
        with pytest.raises(errors.RestrictViolation, match="append-only"):
            admin.execute(statement)
    assert filled.verify("glow") is None


def test_every_table_of_a_clinic_is_under_forced_row_security(admin: psycopg.Connection) -> None:
    tables = admin.execute(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'clinic'"
        " WHERE c.relnamespace = 'ledger'::regnamespace AND c.relkind = 'r'"
    ).fetchall()
    assert sorted(tables) == sorted((table, True) for table in TABLES)


def test_every_key_starts_with_the_clinic(admin: psycopg.Connection) -> None:
    first_columns = admin.execute(
        "SELECT DISTINCT a.attname FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indrelid"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]"
        " WHERE c.relnamespace IN ('ledger'::regnamespace, 'views'::regnamespace)"
        " AND c.relname <> 'migration'"
    ).fetchall()
    assert first_columns == [("clinic",)]


def test_no_role_has_rights_beyond_its_grants(admin: psycopg.Connection) -> None:
    rights = admin.execute(
        "SELECT DISTINCT rolsuper OR rolbypassrls OR rolcanlogin OR rolcreaterole"
        " FROM pg_roles WHERE rolname LIKE 'ledger_%'"
    ).fetchall()
    assert rights == [(False,)]


def test_relay_and_audit_read_the_events_of_all_clinics(filled: EventStore, opened: Opener) -> None:
    assert filled.clinics() == []
    for role in ("ledger_relay", "ledger_audit"):
        reader = opened(role)
        assert [head.clinic for head in reader.clinics()] == ["glow", "zen"]
        assert len(reader.read_rows("zen", 0)) == len(HISTORY)


CHANGES = {
    "stream": "'s-2'",
    "version": "version + 9",
    "type": "'Drawn'",
    "schema_version": "9",
    "effective_at": "effective_at - interval '1 microsecond'",
    "effective_on": "effective_on - 1",
    "recorded_at": "recorded_at + interval '1 microsecond'",
    "actor": "'eve'",
    "role": "'accountant'",
    "command": "'c-9'",
    "request_hash": "'\\x00'",
    "meta": "'{}'",
    "body": """'{"units":50}'""",
    "hash": "sha256(hash)",
}
TAMPERINGS = [
    *[f"UPDATE ledger.event SET {column} = {value}" for column, value in CHANGES.items()],
    "DELETE FROM ledger.event",
]


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_change_behind_the_triggers_is_found_at_its_position(
    filled: EventStore, admin: psycopg.Connection, tampering: str
) -> None:
    with admin.transaction():
        admin.execute("ALTER TABLE ledger.event DISABLE TRIGGER append_only")
        admin.execute(f"{tampering} WHERE clinic = 'glow' AND position = 3".encode())
        admin.execute("ALTER TABLE ledger.event ENABLE ALWAYS TRIGGER append_only")
    assert filled.verify("glow") == 3
    assert filled.verify("zen") is None


def test_no_column_can_be_changed_unnoticed() -> None:
    kept = {"clinic", "position"}  # keys: a changed one is a missing row
    assert set(Row._fields) == CHANGES.keys() | kept


def test_a_cut_off_end_is_found(filled: EventStore, admin: psycopg.Connection) -> None:
    with admin.transaction():
        admin.execute("ALTER TABLE ledger.event DISABLE TRIGGER append_only")
        admin.execute("DELETE FROM ledger.event WHERE clinic = 'glow' AND position >= 3")
    assert filled.verify("glow") == 3


def test_a_lost_head_is_found(filled: EventStore, admin: psycopg.Connection) -> None:
    admin.execute("DELETE FROM ledger.clinic_head WHERE clinic = 'glow'")
    assert filled.verify("glow") == len(HISTORY) + 1


def test_a_part_of_the_history_is_verified_from_a_known_hash(filled: EventStore) -> None:
    rows = filled.read_rows("glow", 0)
    assert chain.verify(rows[2:], rows[1].hash, after=2) is None
    assert chain.verify(rows[2:], rows[0].hash, after=2) == 3


def test_migrations_run_once_and_may_not_be_edited(database: str, tmp_path: Path) -> None:
    assert migrate(database) == []
    folder = tmp_path / "extra" / "migrations"
    folder.mkdir(parents=True)
    script = folder / "0001_note.sql"
    script.write_text("SET LOCAL ROLE ledger_owner; CREATE TABLE views.note (clinic text);")
    assert migrate(database, [STORE_MIGRATIONS, folder]) == ["extra/0001_note.sql"]
    script.write_text("SELECT 1")
    with pytest.raises(Broken, match="0001_note"):
        migrate(database, [folder])


def test_a_failed_migration_leaves_nothing(database: str, tmp_path: Path) -> None:
    folder = tmp_path / "extra" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_note.sql").write_text("CREATE TABLE views.note (clinic text); SELECT 1 / 0")
    with pytest.raises(errors.DivisionByZero):
        migrate(database, [folder])
    with psycopg.connect(make_conninfo(database)) as connection:
        assert connection.execute("SELECT to_regclass('views.note')").fetchone() == (None,)
