"""How often a caller may ask: 429 beyond it (reliability.md 6.7)."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from threading import Lock
from time import monotonic

from consumers.http.problems import Refusal

#: Buckets that are remembered; the one that was asked for longest ago goes first.
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many more in each second."""

    burst: float
    per_second: float


#: Requests of one caller.
REQUESTS = Rate(burst=2000, per_second=500)


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

    def __init__(self, buckets: Buckets, requests: Rate = REQUESTS) -> None:
        self._buckets = buckets
        self._requests = requests

    def request(self, clinic: str, actor: str) -> None:
        """Counts a request; raises Refusal with 429 when there were too many."""
        wait = self._buckets.take(("requests", clinic, actor), self._requests)
        if wait:
            raise _too_many("Too many requests.", wait)


def _too_many(detail: str, wait: float) -> Refusal:
    headers = {"Retry-After": str(ceil(wait))}
    return Refusal(HTTPStatus.TOO_MANY_REQUESTS, "too_many", detail, headers=headers)
