"""PostgreSQL's own load generator calling ``ledger.append``: what no Python path can pass."""

import re
import subprocess
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from consumers.embedded.place import account_for, choose_binaries
from scripts.benchmarks.clinic import CLINICS
from scripts.benchmarks.place import Place

_FUNCTION = """
CREATE FUNCTION public.bench_append(client integer, part bigint, commands integer, events integer)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    done record;
    clinic text := 'bench-' || client;
    n integer := commands * events;
BEGIN
    PERFORM set_config('ledger.clinic', clinic, true);
    SELECT r.* INTO done FROM (
        SELECT array_agg('c-' || part || '-' || i) AS ids,
               array_agg(sha256(int4send(i))) AS hashes
        FROM generate_series(1, commands) AS i
    ) AS c, (
        SELECT array_agg((i - 1) / events + 1) AS command,
               array_agg(clinic || '/visit/' || part || '-' || i) AS stream
        FROM generate_series(1, n) AS i
    ) AS e, LATERAL ledger.append(
        clinic, NULL, c.ids, array_fill('record_visit'::text, ARRAY[commands]), c.hashes,
        array_fill('{}'::text, ARRAY[commands]), array_fill('bench'::text, ARRAY[commands]),
        array_fill('service'::text, ARRAY[commands]), array_fill('{}'::text, ARRAY[commands]),
        e.command, e.stream, array_fill(1, ARRAY[n]), array_fill('UnitsDrawn'::text, ARRAY[n]),
        array_fill(1, ARRAY[n]), array_fill(now(), ARRAY[n]),
        array_fill(current_date, ARRAY[n]),
        array_fill('{"note":"' || repeat('x', 468) || '"}', ARRAY[n]),
        '{}', '{}', '{}', '{}', '{}', '{}', '{}'
    ) AS r;
    IF done.status <> 'appended' THEN
        RAISE EXCEPTION 'append said %', done.status;
    END IF;
END $$
"""


def appends(
    place: Place, name: str, *, batch: int, events: int, seconds: int, clients: int
) -> float:
    """Commands a second, `batch` in each call and `events` in each command.

    The clients call for eight clinics in turn.
    """
    database = place.create(f"{name}_pgbench")
    with psycopg.connect(database) as connection:
        connection.execute(_FUNCTION)
    script = place.folder / f"{name}.sql"
    script.write_text(
        "\\set part random(1, 9000000000000000)\n"
        f"\\set clinic :client_id % {len(CLINICS)}\n"
        f"SELECT bench_append(:clinic, :part, {batch}, {events});\n"
    )
    return _transactions(database, script, seconds, clients) * batch


def _transactions(database: str, script: Path, seconds: int, clients: int) -> float:
    known = conninfo_to_dict(database)
    program = choose_binaries(script.parent, account_for(script.parent / "postgres")) / "pgbench"
    environment = {
        "PGHOST": str(known["host"]),
        "PGPORT": str(known["port"]),
        "PGUSER": str(known["user"]),
        "PGOPTIONS": "-c role=ledger_api",
    }
    options = [f"--client={clients}", "--jobs=2", f"--time={seconds}", "--no-vacuum"]
    done = subprocess.run(
        [program, *options, f"--file={script}", str(known["dbname"])],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"pgbench said nothing of its speed: {done.stdout}{done.stderr}")
    return float(found.group(1))
