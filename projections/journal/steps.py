"""The events that start, re-spread or end a line earned by day (accounting.md 6.2)."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from aggregates.effects import LIABILITY

COLUMNS = (
    "subscription",
    "position",
    "n",
    "line",
    "lot",
    "effective_on",
    "kind",
    "amount",
    "starts",
    "ends",
    "account",
    "runs_ahead",
    "location",
    "program",
    "provider",
    "offer",
)
#: kind, line, lot, amount, starts, ends, and of a start by sale: account to offer.
_Step = tuple[Any, ...]
_UNSAID = (None,) * 6
Body = dict[str, Any]


def steps_of(
    event: str, subscription: str, position: int, effective_on: date, body: Body
) -> Iterator[tuple[Any, ...]]:
    """Rows of ``views.journal_step`` in the order of `COLUMNS`; none for most events."""
    read = _READERS.get(event)
    for n, (kind, line, lot, *rest) in enumerate(read(body) if read else ()):
        yield (subscription, position, n, line, lot, effective_on, kind, *rest)


def _sold(body: Body) -> Iterator[_Step]:
    sale = body["sale"]
    ahead = bool(body["policies"].get("draw_before_payment"))
    place = tuple(sale.get(name) for name in ("location", "program", "provider", "offer"))
    for line in body["lines"]:
        if line["kind"] == "access" and "ends" in line:
            span = (line["allocated"], line["starts"], line["ends"])
            account = LIABILITY.code(line["liability"])
            yield ("start", line["line"], line["grant"], *span, account, ahead, *place)


def _extended(body: Body) -> Iterator[_Step]:
    for lot in body["lots"]:
        if "starts" in lot:
            yield ("fix", lot["line"], lot["grant"], lot["recognised"], None, None, *_UNSAID)
            span = (lot["amount"], lot["starts"], lot["ends"])
            yield ("start", lot["line"], lot["grant"], *span, *_UNSAID)


def _left(body: Body) -> Iterator[_Step]:
    for lot in body["lots"]:
        if lot.get("time"):
            yield ("fix", lot["line"], lot["grant"], lot["recognised"], None, None, *_UNSAID)
        if "rest_starts" in lot:
            span = (lot["rest"], lot["rest_starts"], lot["rest_ends"])
            yield ("start", lot["line"], lot["grant"], *span, *_UNSAID)


def _reduced(body: Body) -> Iterator[_Step]:
    for part in body["reductions"]:
        yield ("less", part["line"], part["grant"], part["amount"], None, None, *_UNSAID)


def _voided(body: Body) -> Iterator[_Step]:
    yield ("stop", "", "", 0, None, None, *_UNSAID)


_READERS: dict[str, Callable[[Body], Iterator[_Step]]] = {
    "PackageSold": _sold,
    "LotExtended": _extended,
    "Refunded": _left,
    "DisputeSettled": _left,
    "CreditNoted": _reduced,
    "SaleVoided": _voided,
}
STEP_EVENTS = frozenset(_READERS)
