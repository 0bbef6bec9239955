"""`ledger serve --processes`: several answer at one port, none of them is missed, all end."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import Request, urlopen

import psutil

from tests.cli.conftest import Terminal

CLOCK = ("--now", "2026-01-31T12:00:00Z")
SECONDS = 60
#: What answers, among the processes that a server begins.
_ANSWERING = "spawn_main"


@contextmanager
def serving(terminal: Terminal, *more: str) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    with terminal.start("serve", "--port", "0", "--processes", "2", *CLOCK, *more) as server:
        assert server.stderr is not None
        [address] = re.findall(r"http://\S+:\d+", server.stderr.readline().decode())
        try:
            yield server, address
        finally:
            server.kill()


def answering(server: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    children = psutil.Process(server.pid).children()
    return [child for child in children if child.is_running() and _answers(child)]


def _answers(child: psutil.Process) -> bool:
    try:
        return _ANSWERING in " ".join(child.cmdline())
    except psutil.ZombieProcess:  # it ended, and the server has not looked yet
        return False


def asked(address: str, path: str) -> str:
    """On a connection of its own, so that any of the processes may take it."""
    wanted = Request(f"{address}{path}", headers={"Connection": "close"})
    with urlopen(wanted, timeout=SECONDS) as answer:
        return str(answer.read().decode())


def comes_about(what: Callable[[], bool]) -> bool:
    until = time.monotonic() + SECONDS
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def test_one_that_is_killed_is_replaced_and_the_port_answers_on(terminal: Terminal) -> None:
    with serving(terminal) as (server, address):
        before = answering(server)
        assert len(before) == 2
        before[0].kill()
        assert asked(address, "/healthz") == '{"status":"ok"}'
        assert comes_about(lambda: len(set(answering(server)) - {*before}) == 1)
        assert comes_about(lambda: len(answering(server)) == 2)
        os.kill(before[1].pid, signal.SIGKILL)
        assert asked(address, "/healthz") == '{"status":"ok"}'


def test_all_end_with_the_server_and_without_it(terminal: Terminal) -> None:
    for told in (signal.SIGTERM, signal.SIGKILL):
        with serving(terminal) as (server, address):
            those = answering(server)
            assert asked(address, "/healthz")
            server.send_signal(told)
            assert server.wait(SECONDS) == (0 if told == signal.SIGTERM else -told)
            assert psutil.wait_procs(those, SECONDS)[1] == []
            assert comes_about(lambda: not _is_there(address))


def _is_there(address: str) -> bool:
    try:
        return bool(asked(address, "/healthz"))
    except (URLError, ConnectionError):
        return False


def test_requests_are_counted_over_all_processes(terminal: Terminal) -> None:
    with serving(terminal, "--metrics") as (server, address):
        assert len(answering(server)) == 2
        for _ in range(20):
            asked(address, "/healthz")
        page = asked(address, "/metrics")
    assert 'ledger_http_requests_total{method="GET",route="/healthz",status="200"} 20.0' in page
    assert page.count("\nledger_dead_letters ") == 1
