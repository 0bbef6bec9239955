"""Journal entries: balanced, ordered, with their dimensions (accounting.md 12.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from ledger.books.chart import name_of
from ledger.books.posting import Side
from ledger.books.rows import ROWS


class Dimensions(NamedTuple):
    """Where a line belongs; None where it belongs nowhere in particular.

    `grant` is the lot whose value moves: the books need it, no report shows it.
    """

    location: str | None = None
    program: str | None = None
    provider: str | None = None
    offer: str | None = None
    service: str | None = None
    subscription: str | None = None
    line: str | None = None
    grant: str | None = None


#: The dimensions that a line may be given from outside: a lot is named by the books alone.
GIVEN = tuple(name for name in Dimensions._fields if name != "grant")


class Line(NamedTuple):
    """One account moved by `debit` or by `credit` minor units; the other is 0."""

    account: str
    debit: int
    credit: int
    at: Dimensions = Dimensions()


class Movement(NamedTuple):
    """What a rule asks for, before equal lines are merged and zeros left out."""

    side: Side
    account: str
    amount: int
    at: Dimensions = Dimensions()


@dataclass(frozen=True, slots=True)
class Source:
    """The event an entry comes from."""

    position: int
    type: str
    stream: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the journal, posted in the `period` of its day, as ``2026-01``.

    `n` counts the entries of one event; `closing` is 0 for those, else the rank of the row
    among closing entries, which belong to one subscription and, by row, to a `lot` of it.
    """

    entry: str
    posting_date: date
    period: str
    service_date: date
    rule: str
    lines: tuple[Line, ...]
    prior_period_of: str | None = None
    event: Source | None = None
    provisional: bool = False
    n: int = 0
    closing: int = 0
    lot: str = ""

    @property
    def balanced(self) -> bool:
        """Whether debits equal credits."""
        return sum(line.debit - line.credit for line in self.lines) == 0


def arranged(movements: Iterable[Movement]) -> tuple[Line, ...]:
    """Debits, then credits, in the order given; equal account and dimensions become one line.

    Lines of amount 0 are left out; a negative amount stands on the other side, as when an
    agent's cost exceeds what was allocated to the service.
    """
    totals: dict[tuple[Side, str, Dimensions], int] = {}
    for move in movements:
        key = (move.side, move.account, move.at)
        totals[key] = totals.get(key, 0) + move.amount
    lines = [_line(*key, amount) for key, amount in totals.items() if amount]
    return tuple(sorted(lines, key=lambda line: line.debit == 0))


def _line(side: Side, account: str, at: Dimensions, amount: int) -> Line:
    signed = amount if side == "debit" else -amount
    return Line(account, max(signed, 0), max(-signed, 0), at)


def sealed_shape(entry: Entry) -> dict[str, Any]:
    """The entry as the digest of a close sees it: no `name`, no `memo` (accounting.md 12.2).

    A closing entry names no event here: its event is the close, which is only recorded, at
    a position nobody knows yet, once the digest exists.
    """
    event = None if entry.closing else entry.event
    return {
        "entry": entry.entry,
        "posting_date": entry.posting_date.isoformat(),
        "service_date": entry.service_date.isoformat(),
        "period": entry.period,
        "prior_period_of": entry.prior_period_of,
        "rule": entry.rule,
        "provisional": entry.provisional,
        "event": event and _source_shape(event),
        "lines": [_line_shape(line) for line in entry.lines],
    }


def report_shape(entry: Entry) -> dict[str, Any]:
    """The entry as the journal report shows it (interfaces.md 6, journal)."""
    return {
        **sealed_shape(entry),
        "event": entry.event and _source_shape(entry.event),
        "memo": _memo(entry),
        "lines": [{**_line_shape(line), "name": name_of(line.account)} for line in entry.lines],
    }


def _memo(entry: Entry) -> str:
    """The row in words, with the cohort where no contract bears it (interfaces.md 7.5)."""
    title = ROWS[entry.rule].title
    own = any(line.at.subscription for line in entry.lines)
    return title if own or not (entry.closing and entry.lot) else f"{title}: {entry.lot}"


def _source_shape(event: Source) -> dict[str, Any]:
    return {"position": event.position, "type": event.type, "stream": event.stream}


def _line_shape(line: Line) -> dict[str, Any]:
    return {
        "account": line.account,
        "debit": line.debit,
        "credit": line.credit,
        "location": line.at.location,
        "program": line.at.program,
        "provider": line.at.provider,
        "offer": line.at.offer,
        "service": line.at.service,
        "subscription": line.at.subscription,
        "line": line.at.line,
    }
