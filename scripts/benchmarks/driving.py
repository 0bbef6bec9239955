"""A lean HTTP/1.1 client: many connections of one loop, so that the server is what is measured."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter

import orjson

MOST = 64 * 1024 * 1024
"""Bytes of an answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it goes over the wire."""

    content: bytes


def request(method: str, path: str, token: str, body: object = None, headers: str = "") -> Asked:
    content = b"" if body is None else orjson.dumps(body)
    return _asked(method, path, token, content, headers + "Content-Type: application/json\r\n")


def bulk(token: str, lines: Sequence[object]) -> Asked:
    """All lines in one request of JSON Lines."""
    content = b"".join(orjson.dumps(line) + b"\n" for line in lines)
    kind = "Content-Type: application/x-ndjson\r\n"
    return _asked("POST", "/v1/commands", token, content, kind)


def _asked(method: str, path: str, token: str, content: bytes, headers: str) -> Asked:
    head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n{headers}"
    length = f"Content-Length: {len(content)}\r\n" if content else ""
    return Asked((head + length + "\r\n").encode() + content)


class Line:
    """One connection that is kept; one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, asked: Asked) -> int:
        """The status; the body is read and dropped."""
        self._writer.write(asked.content)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length: ")[2].partition(b"\r")[0]
        if length:
            await self._reader.readexactly(int(length))
        else:
            told = await self._reader.readuntil(b"\r\n0\r\n\r\n")  # comes in parts
            assert b'"ok":false' not in told
        return int(head[9:12])


@asynccontextmanager
async def lines(port: int, count: int) -> AsyncIterator[list[Line]]:
    opened = [await asyncio.open_connection("127.0.0.1", port, limit=MOST) for _ in range(count)]
    try:
        yield [Line(*one) for one in opened]
    finally:
        for _, writer in opened:
            writer.close()


async def flood(port: int, callers: Sequence[Sequence[Asked]]) -> float:
    """Each caller sends its requests one after the other; answers in a second."""

    async def calls(line: Line, own: Sequence[Asked]) -> None:
        for asked in own:
            _must_be_well(await line.ask(asked))

    async with lines(port, len(callers)) as opened:
        begun = perf_counter()
        await asyncio.gather(*map(calls, opened, callers))
        return sum(map(len, callers)) / (perf_counter() - begun)


async def paced(
    port: int, kinds: Sequence[Sequence[Asked]], per_second: int, seconds: float
) -> list[list[float]]:
    """So many requests a second, the kinds taking turns, whatever the server makes of it: for
    each kind the milliseconds from when a request was due to its answer.
    """
    found: list[list[float]] = [[] for _ in kinds]
    free: asyncio.Queue[Line] = asyncio.Queue()

    async def one(due: float, kind: int, asked: Asked) -> None:
        line = await free.get()
        _must_be_well(await line.ask(asked))
        found[kind].append((perf_counter() - due) * 1000)
        free.put_nowait(line)

    async with lines(port, 64) as opened, asyncio.TaskGroup() as group:
        for line in opened:
            free.put_nowait(line)
        begun = perf_counter()
        for number in range(int(per_second * seconds)):
            due = begun + number / per_second
            await asyncio.sleep(max(0.0, due - perf_counter()))
            kind, turn = number % len(kinds), number // len(kinds)
            group.create_task(one(due, kind, kinds[kind][turn % len(kinds[kind])]))
    return found


def _must_be_well(status: int) -> None:
    """Something else would be measured when it is refused."""
    assert status in {200, 201}, status
