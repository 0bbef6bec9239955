"""Are the guards of the database as the migrations left them? Asked before anything is served.

Row security, append-only triggers and the rights of roles stand in the catalogs, and a
privileged hand can take them away unseen (reliability.md 6.6, 6.8).
"""

import psycopg

from ledger.errors import Broken

OWN_CLINIC = "(clinic = NULLIF(current_setting('ledger.clinic'::text, true), ''::text))"
#: Roles that read or write for all clinics; each can do little else.
OF_ALL_CLINICS = frozenset(
    {
        "ledger_relay",
        "ledger_audit",
        "ledger_projector",
        "ledger_keys",
        "ledger_messaging",
        "ledger_webhooks",
    }
)
ROLES = frozenset({"ledger_owner", "ledger_api", *OF_ALL_CLINICS})
HISTORY = ("ledger.event", "ledger.command")

_ROLES = """
SELECT rolname, rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb
FROM pg_roles WHERE rolname LIKE 'ledger\\_%'
"""
_OPEN_TABLES = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND a.attname = 'clinic' AND NOT a.attisdropped
  AND c.relnamespace::regnamespace::text IN ('ledger', 'views', 'ops', 'access')
  AND (NOT c.relrowsecurity OR NOT c.relforcerowsecurity
       OR pg_get_userbyid(c.relowner) <> 'ledger_owner'
       OR NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid
                      AND p.polname = 'own_clinic'))
ORDER BY 1
"""
_POLICIES = """
SELECT schemaname || '.' || tablename, policyname, roles::text[], qual, with_check
FROM pg_policies WHERE schemaname IN ('ledger', 'views', 'ops', 'access')
ORDER BY 1, 2
"""
_TRIGGERS = """
SELECT tgrelid::regclass::text FROM pg_trigger
WHERE tgname = 'append_only' AND tgenabled = 'A'
  AND tgfoid = 'ledger.refuse_change'::regproc AND tgtype & 56 = 56
"""
_WRITERS = """
SELECT DISTINCT a.grantee::regrole::text FROM pg_class c, aclexplode(c.relacl) a
WHERE c.oid = ANY (%s::regclass[]) AND a.grantee::regrole::text <> 'ledger_owner'
  AND a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
ORDER BY 1
"""


def check_guards(conninfo: str) -> None:
    """Raises Broken with everything that is not as the migrations left it."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        found = [
            *_wrong_roles(connection),
            *_open_tables(connection),
            *_wrong_policies(connection),
            *_missing_triggers(connection),
            *_writers(connection),
        ]
    if found:
        raise Broken(f"the database is not guarded: {'; '.join(found)}")


def _wrong_roles(connection: psycopg.Connection) -> list[str]:
    mighty: dict[str, bool] = dict(connection.execute(_ROLES).fetchall())
    return [
        *(f"role {name} is missing" for name in sorted(ROLES - mighty.keys())),
        *(f"role {name} may more than it should" for name in sorted(ROLES) if mighty.get(name)),
    ]


def _open_tables(connection: psycopg.Connection) -> list[str]:
    tables = connection.execute(_OPEN_TABLES).fetchall()
    return [f"{table} does not keep clinics apart" for (table,) in tables]


def _wrong_policies(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(_POLICIES).fetchall()
    return [
        f"policy {name} of {table} is not ours"
        for table, name, roles, shown, taken in rows
        if not _is_ours(name, roles, shown, taken)
    ]


def _is_ours(name: str, roles: list[str], shown: str, taken: str | None) -> bool:
    if name == "own_clinic":
        return shown == OWN_CLINIC and taken in {None, OWN_CLINIC}
    if name == "anchored":
        return set(roles) == {"ledger_anchor"}
    return name == "all_clinics" and set(roles) <= OF_ALL_CLINICS


def _missing_triggers(connection: psycopg.Connection) -> list[str]:
    there = {table for (table,) in connection.execute(_TRIGGERS)}
    return [f"{table} is not append-only" for table in HISTORY if table not in there]


def _writers(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(_WRITERS, (list(HISTORY),)).fetchall()
    return [f"{role} may write the history" for (role,) in rows]
