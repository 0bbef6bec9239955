"""A data folder of its own for the command line, and a clinic in it."""

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from consumers.cli.main import main
from tests.support.servers import make_folder, remove_folder

ROOT = Path(__file__).parents[2]
LINES: list[dict[str, Any]] = [
    {
        "command": "define_clinic",
        "id": "c-1",
        "data": {"name": "Glow", "currency": "USD", "timezone": "America/New_York"},
    },
    {
        "command": "define_service",
        "id": "c-2",
        "data": {"service": "drip", "label": "IV drip", "list_price": 20000},
    },
    {
        "command": "publish_offer",
        "id": "c-3",
        "data": {
            "offer": "iv-10",
            "name": "IV Series",
            "price": 150000,
            "term": {"months": 6},
            "lines": [{"kind": "units", "line": "drips", "services": ["drip"], "quantity": "10"}],
        },
    },
]


@dataclass(frozen=True)
class Answer:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Terminal:
    """Runs `ledger` on one data folder, as typed."""

    data: Path

    def run(self, *arguments: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> Answer:
        """In this process, which is faster and the same code."""
        out, err, given = io.StringIO(), io.StringIO(), io.TextIOWrapper(io.BytesIO(stdin))
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.MonkeyPatch.context() as patched,
        ):
            patched.setattr("sys.stdin", given)
            for name, value in (env or {}).items():
                patched.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main(["--data", str(self.data), *arguments])
        return Answer(int(ended.value.code or 0), out.getvalue(), err.getvalue())

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """As a process of its own, with pipes."""
        return subprocess.Popen(
            [sys.executable, "-m", "ledger", "--data", str(self.data), *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def apply(self, *lines: dict[str, Any] | str | bytes, options: tuple[str, ...] = ()) -> Answer:
        """Sends lines, filled up with clinic, time and actor where they leave them out."""
        text = b"\n".join(written(line) for line in lines)
        return self.run("apply", "-", *options, stdin=text)


def written(line: dict[str, Any] | str | bytes) -> bytes:
    if isinstance(line, bytes):
        return line
    if isinstance(line, str):
        return line.encode()
    return json.dumps(filled(line)).encode()


def filled(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "clinic": "glow",
        "at": "2026-01-05T10:00:00-05:00",
        "actor": {"id": "ada", "role": "clinic_admin"},
        "data": {},
        **line,
    }


@pytest.fixture(scope="session")
def defined() -> Iterator[Path]:
    """A data folder with the clinic `glow`, which offers ten drips; its servers are stopped."""
    folder = make_folder()
    try:
        made = Terminal(folder / "data")
        assert made.apply(*LINES).status == 0
        assert made.run("stop").status == 0
        yield made.data
    finally:
        remove_folder(folder)


@pytest.fixture(scope="module")
def terminal(defined: Path) -> Iterator[Terminal]:
    """A folder of the module's own with that clinic, copied with its owners."""
    folder = make_folder()
    try:
        subprocess.run(["cp", "-a", str(defined), str(folder / "data")], check=True)
        yield Terminal(folder / "data")
    finally:
        remove_folder(folder)


def sale(subscription: str, **more: Any) -> dict[str, Any]:
    """The line that sells the series, paid by card."""
    data = {
        "subscription": subscription,
        "offer": "iv-10",
        "patient": "p-1",
        "payment": {"payment": f"pay-{subscription}", "amount": 150000, "tender": "cash"},
    }
    return {"command": "sell_package", "id": f"sell-{subscription}", "data": {**data, **more}}


def visit(key: str, **more: Any) -> dict[str, Any]:
    """The line that records a drip."""
    data = {
        "visit": key,
        "patient": "p-1",
        "status": "completed",
        "lines": [{"line": "1", "service": "drip"}],
    }
    return {"command": "record_visit", "id": f"rec-{key}", "data": {**data, **more}}
