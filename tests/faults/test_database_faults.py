"""PostgreSQL dies, or its reply does: nothing is lost, nothing happens twice."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from operator import ge
from pathlib import Path
from typing import Self

import psutil
import psycopg
import pytest

from commands.envelope import Envelope
from commands.handling import Commands
from consumers.embedded import Servers
from consumers.embedded.processes import wait_until
from ledger.errors import Busy, OutcomeUnknown
from ledger.store.store import Known
from tests.faults.proxy import LosingProxy
from tests.support import massages as glow
from tests.support.messaging import opened, record_visits

ROOT = Path(__file__).parents[2]


@pytest.fixture
def proxy(own_database: str, short_folder: Path) -> Iterator[LosingProxy]:
    opened = LosingProxy(own_database, short_folder)
    yield opened
    opened.close()


def test_a_lost_commit_reply_is_resolved_by_the_command_memory(
    own_database: str, proxy: LosingProxy
) -> None:
    with glow.commands_on(own_database) as direct, glow.commands_on(proxy.conninfo) as commands:
        glow.open_clinic(direct)
        glow.sell(direct, "glow", subscriptions=1, units=5)
        proxy.losses = 1
        result = commands.handle(glow.visit(1, 0))
        assert proxy.lost == 1
        assert (result.ok, result.replayed) == (True, True)
        assert glow.drawn(direct.store, "glow", "s-0") == 1


def test_a_lost_reply_is_unknown_and_never_a_failure(own_database: str, proxy: LosingProxy) -> None:
    """Sent again, the same commands are known: they were recorded, once."""
    with opened(proxy.conninfo, "ledger_api") as store:
        proxy.losses = 1
        with pytest.raises(OutcomeUnknown):
            record_visits(store, "glow", 1, 2)
        assert proxy.lost == 1
        with pytest.raises(Known) as known:
            record_visits(store, "glow", 1, 2)
        assert known.value.same_content == {"c-v-1": True, "c-v-2": True}
        assert [row.position for row in store.read_rows("glow", 0)] == [1, 2]


def test_of_fifty_processes_racing_for_the_last_unit_one_wins(own_database: str) -> None:
    with glow.commands_on(own_database) as commands:
        glow.open_clinic(commands)
        glow.sell(commands, "glow", subscriptions=1, units=1)
    race = subprocess.run(
        [sys.executable, "-m", "tests.faults.victim", "race", own_database, "50"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        timeout=120,
        check=True,
    )
    assert race.stdout.split() == [b"50", b"1", b"49"]


class Load:
    """Threads that record visits, each command sent until its outcome is known."""

    def __init__(self, commands: Commands, clinics: list[str]) -> None:
        self.commands = commands
        self.clinics = clinics
        self.stop = threading.Event()
        self.answers: dict[tuple[str, str], list[dict[str, object]]] = {}
        self.threads = [threading.Thread(target=self._run, args=(name,)) for name in clinics]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def goes_on(self) -> bool:
        """Whether every clinic soon has ten more answers: a kill now strikes them all."""
        wanted = [number + 10 for number in self._answered()]
        return wait_until(lambda: all(map(ge, self._answered(), wanted)), 60)

    def _answered(self) -> list[int]:
        known = [clinic for clinic, _ in self.answers.copy()]
        return [known.count(clinic) for clinic in self.clinics]

    def _run(self, clinic: str) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            command = glow.visit(number, number % 3, clinic)
            self.answers[clinic, command.id] = self._until_known(command)

    def _until_known(self, command: Envelope) -> list[dict[str, object]]:
        while True:
            try:
                result = self.commands.handle(command)
            except Busy:
                time.sleep(0.05)
            else:
                [answered] = glow.accepted([result])
                return answered.events


def kill_postgres(servers: Servers) -> None:
    """SIGKILL to the postmaster and its children at once."""
    pid = int((servers.data / "postgres" / "postmaster.pid").read_text().split()[0])
    postmaster = psutil.Process(pid)
    for process in (postmaster, *postmaster.children()):
        process.kill()
    psutil.wait_procs([postmaster], timeout=10)


@pytest.mark.slow
def test_a_server_killed_again_and_again_loses_nothing_and_repeats_nothing(
    own_servers: Servers, own_database: str
) -> None:
    clinics = ["glow", "calm", "pure", "zen"]
    with glow.commands_on(own_database) as commands:
        for name in clinics:
            glow.open_clinic(commands, name)
            glow.sell(commands, name, subscriptions=3, units=100)
        with Load(commands, clinics) as load:
            for _ in range(4):
                assert load.goes_on()
                kill_postgres(own_servers)
                own_servers.postgres()
            assert load.goes_on()
        for name in clinics:
            check_history(commands, load, name)


def check_history(commands: Commands, load: Load, clinic: str) -> None:
    """Every acknowledged command once, where its answer says; nothing else; the chain holds."""
    history = list(commands.store.history(clinic))
    assert [event.position for event in history] == list(range(1, len(history) + 1))
    assert commands.store.verify(clinic) is None
    answered = {
        event["position"]: command
        for (name, command), events in load.answers.items()
        if name == clinic
        for event in events
    }
    visits = {event.position: event.command for event in history if "visit-" in event.command}
    assert visits == answered
    for number in range(3):
        taken = [event for event in history if event.stream.endswith(f"/subscription/s-{number}")]
        units = sum(type(event.event).__name__ == "UnitsDrawn" for event in taken)
        assert units <= 100


def test_the_server_of_these_tests_keeps_what_it_promises(own_database: str) -> None:
    """A run with fsync off would prove nothing about a kill's cousin, the power cut."""
    with psycopg.connect(own_database) as connection:
        settings = connection.execute(
            "SELECT current_setting('fsync'), current_setting('synchronous_commit')"
        ).fetchone()
    assert settings == ("on", "on")
