"""Fixtures for every test: real servers, and a database of one's own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.workermanage import WorkerController

from consumers.embedded import Servers
from tests.support import servers

FOLDER = pytest.StashKey[Path]()

# The same examples every time, so that a failure speaks of the change at hand;
# `--hypothesis-profile=search` looks for new ones.
settings.register_profile("search", derandomize=False)
settings.register_profile("same", derandomize=True)
settings.load_profile("same")


def pytest_configure(config: pytest.Config) -> None:
    """One folder for the run: made by the process that hands out the tests, told to its workers."""
    handed: dict[str, Any] | None = getattr(config, "workerinput", None)
    config.stash[FOLDER] = Path(handed["servers"]) if handed else servers.make_folder()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """Tell a worker of pytest-xdist the folder."""
    node.workerinput["servers"] = str(node.config.stash[FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop every server of the run, whatever became of the tests."""
    if not hasattr(config, "workerinput"):
        servers.remove_folder(config.stash[FOLDER])


@pytest.fixture(scope="session")
def run_folder(pytestconfig: pytest.Config) -> Path:
    """The folder of this run's servers, the same for every worker."""
    return pytestconfig.stash[FOLDER]


@pytest.fixture(scope="session")
def postgres_url(run_folder: Path) -> str:
    """The superuser's connection string of the one PostgreSQL of the run."""
    return servers.shared_postgres(run_folder, durable=False)


@pytest.fixture(scope="session")
def migrated_url(postgres_url: str, run_folder: Path) -> str:
    """The same, once the template that `database` copies is there."""
    servers.make_template(postgres_url, run_folder)
    return postgres_url


@pytest.fixture
def database(migrated_url: str) -> Iterator[str]:
    """The superuser's connection string of a migrated, empty database for this test alone."""
    with servers.fresh_database(migrated_url) as url:
        yield url


@pytest.fixture(scope="module")
def module_database(migrated_url: str) -> Iterator[str]:
    """As `database`, for all the tests of a module that only look."""
    with servers.fresh_database(migrated_url) as url:
        yield url


@pytest.fixture(scope="session")
def nats_url(run_folder: Path, request: pytest.FixtureRequest) -> str:
    """A NATS server with JetStream for this worker alone."""
    handed: dict[str, Any] = getattr(request.config, "workerinput", {})
    return Servers(run_folder / f"nats-{handed.get('workerid', 'main')}").nats()
