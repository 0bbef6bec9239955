"""How often a caller may ask, and a clinic undo: 429 beyond it (reliability.md 6.7)."""

import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from threading import Lock
from time import monotonic

from consumers.http.problems import Refusal

log = logging.getLogger(__name__)
#: Buckets that are remembered; the one that was asked for longest ago goes first.
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many more in each second."""

    burst: float
    per_second: float


#: Requests of one caller.
REQUESTS = Rate(burst=2000, per_second=500)
#: What takes back, or gives away, and is not a habit: per clinic and command.
UNDOING = Rate(burst=60, per_second=1)
WATCHED = frozenset(
    {"reverse_consumption", "move_consumption", "extend", "reinstate", "grant_goodwill"}
)


class Buckets:
    """Token buckets by name; safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = monotonic, most: int = _MOST) -> None:
        self._clock = clock
        self._most = most
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, name: Hashable, rate: Rate) -> float:
        """Takes one token: 0, or the seconds until there is one again."""
        with self._lock:
            now = self._clock()
            left, since = self._left.pop(name, (rate.burst, now))
            left = min(rate.burst, left + (now - since) * rate.per_second)
            wait = 0.0 if left >= 1 else (1 - left) / rate.per_second
            self._left[name] = (left if wait else left - 1, now)
            while len(self._left) > self._most:
                self._left.popitem(last=False)
            return wait


class Limits:
    """The limits of one server; each process counts for itself."""

    def __init__(
        self, buckets: Buckets, requests: Rate = REQUESTS, undoing: Rate = UNDOING
    ) -> None:
        self._buckets = buckets
        self._requests = requests
        self._undoing = undoing

    def request(self, clinic: str, actor: str) -> None:
        """Counts a request; raises Refusal with 429 when there were too many."""
        wait = self._buckets.take(("requests", clinic, actor), self._requests)
        if wait:
            raise _too_many("Too many requests.", wait)

    def command(self, clinic: str, command: str) -> None:
        """Counts a command that takes back or gives away; too many are a matter for a person."""
        if command not in WATCHED:
            return
        wait = self._buckets.take((command, clinic), self._undoing)
        if wait:
            log.critical("clinic %s sends %s too often", clinic, command)
            raise _too_many(f"Too many of {command}.", wait)


def _too_many(detail: str, wait: float) -> Refusal:
    headers = {"Retry-After": str(ceil(wait))}
    return Refusal(HTTPStatus.TOO_MANY_REQUESTS, "too_many", detail, headers=headers)
