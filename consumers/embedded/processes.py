"""Other processes: telling a live one from a stale pid, starting and ending servers.

A pid alone proves nothing: it may be reused after a crash. A server is recognised by its
command line, a user of the data folder by its pid and creation time together.
"""

import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson
import psutil

CREATION_TOLERANCE = 2.0
"""Seconds: creation times are derived from the boot time, which a clock correction moves."""


def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    """Poll `done` until it holds or the time is up; whether it held."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def read_number(path: Path) -> int | None:
    """The number on the first line of a pid or port file, None when missing or half written."""
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def alive(pid: int) -> bool:
    """Whether the process runs; one that ended and was never waited for does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def command_line(process: psutil.Process) -> list[str]:
    """The command line of a live process, empty when it is gone or a zombie."""
    try:
        return process.cmdline() if process.status() != psutil.STATUS_ZOMBIE else []
    except psutil.Error:
        return []


def runs(process: psutil.Process, program: str, argument: str) -> bool:
    """Whether a live process runs `program` with `argument` among its words."""
    words = command_line(process)
    return bool(words) and Path(words[0]).name == program and argument in words


def kill(process: psutil.Process) -> None:
    """End the process and those it started, at once, as far as they are still there."""
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for member in family:
        with suppress(psutil.NoSuchProcess):
            member.kill()


def end(
    find: Callable[[], psutil.Process | None], steps: Sequence[tuple[signal.Signals, int]]
) -> bool:
    """Send the signals in turn, giving each its seconds, until `find` sees no process."""
    for number, seconds in steps:
        process = find()
        if process is None:
            return True
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            return True
        if wait_until(lambda: find() is None, seconds):
            return True
    return find() is None


@dataclass(frozen=True, slots=True)
class Users:
    """The live processes that use a data folder, one file each."""

    folder: Path

    def add(self) -> None:
        """Register this process; doing so again changes nothing."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        own = psutil.Process()
        draft = self.folder / f"{own.pid}.draft"
        draft.write_bytes(orjson.dumps({"pid": own.pid, "created": own.create_time()}))
        draft.replace(self.folder / f"{own.pid}.json")

    def remove(self) -> None:
        """Forget this process."""
        (self.folder / f"{psutil.Process().pid}.json").unlink(missing_ok=True)

    def others(self) -> list[int]:
        """Pids of the other live users; files of dead ones are removed."""
        own = psutil.Process().pid
        found: list[int] = []
        for path in sorted(self.folder.glob("*.json")):
            if not _registered(path):
                path.unlink(missing_ok=True)
            elif int(path.stem) != own:
                found.append(int(path.stem))
        return found


def _registered(path: Path) -> bool:
    try:
        known = orjson.loads(path.read_bytes())
        created = psutil.Process(known["pid"]).create_time()
    except (FileNotFoundError, orjson.JSONDecodeError, psutil.Error):
        return False
    return bool(abs(created - known["created"]) < CREATION_TOLERANCE)
