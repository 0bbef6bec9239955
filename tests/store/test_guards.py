"""A database whose guards were taken down is not served."""

from contextlib import closing

import psycopg
import pytest

from ledger.errors import Broken
from ledger.store.guards import check_guards
from ledger.store.pool import lent, open_pool


def test_what_the_migrations_make_is_guarded(database: str) -> None:
    check_guards(database)


@pytest.mark.parametrize(
    ("done", "told"),
    [
        ("ALTER TABLE ledger.event DISABLE ROW LEVEL SECURITY", "event does not keep clinics"),
        ("ALTER TABLE ledger.event NO FORCE ROW LEVEL SECURITY", "event does not keep clinics"),
        ("ALTER TABLE views.contract DISABLE ROW LEVEL SECURITY", "contract does not keep"),
        ("DROP POLICY own_clinic ON ops.dead_letter", "ops.dead_letter does not keep clinics"),
        ("ALTER TABLE ledger.event OWNER TO CURRENT_USER", "event does not keep clinics"),
        ("ALTER POLICY own_clinic ON ledger.event USING (true)", "own_clinic of ledger.event"),
        ("CREATE POLICY more ON ledger.event USING (true)", "more of ledger.event is not ours"),
        ("ALTER POLICY all_clinics ON ledger.event TO ledger_api", "all_clinics of ledger.event"),
        ("ALTER POLICY all_clinics ON access.api_key TO public", "all_clinics of access.api_key"),
        ("DROP POLICY own_clinic ON ops.webhook_secret", "webhook_secret does not keep"),
        ("ALTER POLICY all_clinics ON ops.webhook_endpoint TO public", "ops.webhook_endpoint"),
        ("GRANT UPDATE ON ledger.event TO ledger_webhooks", "ledger_webhooks may write"),
        ("ALTER TABLE ledger.event DISABLE TRIGGER append_only", "event is not append-only"),
        ("ALTER TABLE ledger.event ENABLE TRIGGER append_only", "event is not append-only"),
        ("ALTER TABLE ledger.event ENABLE REPLICA TRIGGER append_only", "event is not append-only"),
        ("DROP TRIGGER append_only ON ledger.command", "command is not append-only"),
        ("GRANT UPDATE ON ledger.event TO ledger_api", "ledger_api may write the history"),
        ("GRANT DELETE ON ledger.command TO public", "- may write the history"),
    ],
)
def test_a_guard_that_is_missing_is_told(database: str, done: str, told: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(done.encode())
    with pytest.raises(Broken, match="is not guarded") as broken:
        check_guards(database)
    assert told in str(broken.value)


@pytest.mark.parametrize(
    "left", ["SELECT set_config('ledger.clinic', 'glow', false)", "SET ROLE ledger_relay"]
)
def test_a_connection_that_comes_back_with_its_last_use_is_dropped(
    database: str, left: str
) -> None:
    pool = open_pool(database, "ledger_api", 1, verified=True)
    with closing(pool):
        with lent(pool) as connection:
            first = connection.info.backend_pid
        with lent(pool) as connection:
            assert connection.info.backend_pid == first
            connection.execute(left.encode())
        with lent(pool) as connection:
            assert connection.info.backend_pid != first
            clean = "SELECT current_user, current_setting('ledger.clinic', true)"
            assert connection.execute(clean).fetchone() in {
                ("ledger_api", None),
                ("ledger_api", ""),
            }
