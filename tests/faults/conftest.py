"""Servers of their own: these tests kill them, and count on what the disk has kept."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from consumers.embedded import Servers
from tests.support.servers import TEMPLATE, execute, make_template


@pytest.fixture(scope="session")
def own_servers(run_folder: Path, worker: str) -> Servers:
    """A durable PostgreSQL with room for many processes, and a NATS, for this worker alone."""
    return Servers(run_folder / f"faults-{worker}", {"max_connections": "120"})


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    handed: dict[str, str] = getattr(request.config, "workerinput", {})
    return handed.get("workerid", "main")


@pytest.fixture
def own_database(own_servers: Servers, run_folder: Path, worker: str) -> str:
    folder = run_folder / f"template-{worker}"
    folder.mkdir(exist_ok=True)
    url = own_servers.postgres()
    make_template(url, folder)
    name = f"fault_{uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        execute(connection, "CREATE DATABASE {} TEMPLATE {}", name, TEMPLATE)
    # No connection stays open, for the server may be killed; it is removed with all it holds.
    return make_conninfo(url, dbname=name)


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder with a path short enough for a socket."""
    with TemporaryDirectory(prefix="fault") as name:
        yield Path(name)
