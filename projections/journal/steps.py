"""The events that start, re-spread or end a line earned by day (accounting.md 6.2)."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any

from aggregates.legs import LIABILITY
from aggregates.subscription.line import BY_DAY
from ledger.books.chart import DEFERRED_COMMISSIONS, UNBILLED
from ledger.books.returns import LOT as RETURNS
from ledger.calendar import ONE_DAY

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
    "location",
    "program",
    "provider",
    "offer",
    "day_count",
    "timezone",
    "rounding",
)
Body = dict[str, Any]
#: kind, line, lot, amount, starts, ends, and of a line that is promised: account to rounding.
_Step = tuple[Any, ...]
_UNSAID = (None,) * 8
#: About a whole contract: time stops; time is earned ahead of payment; what is earned before it
#: is due is an unbilled receivable, because nothing but time must pass (accounting.md 10.4).
_STOPPED = ("stop", "", "", 0, None, None, *_UNSAID)
_AHEAD = ("ahead", "", "", 0, None, None, *_UNSAID)
_UNBILLED = ("unbilled", "", "", 0, None, None, *_UNSAID)
#: Name the days of a commission and of interest among the lots of a contract, whose names end in
#: a number.
COMMISSION, INTEREST = "commission", "interest"
_NOT_OWED = ("settle", "", INTEREST, 0, None, None, *_UNSAID)
#: With the contract what is left of a commission ends, and interest that is not due is not owed.
_OVER = (
    ("finish", "", COMMISSION, 0, None, None, *_UNSAID),
    _NOT_OWED,
)
#: The kinds that say how the whole contract is treated, and not what happened to its days.
TREATMENTS = frozenset({"ahead", "combined", "unbilled"})
#: Products that may be brought back before the day `ends`: what they earned, what they cost.
RETURNABLE, RECOVERABLE = "returnable", "recoverable"


def steps_of(
    event: str, subscription: str, position: int, effective_on: date, body: Body
) -> Iterator[tuple[Any, ...]]:
    """Rows of ``views.journal_step`` in the order of `COLUMNS`; none for most events.

    Days that stand still count from the first of them on, also when that lies before the
    event: they were accrued wrongly, and the next close says so (accounting.md 6.2).
    """
    read = _READERS.get(event)
    for n, (kind, line, lot, amount, starts, *rest) in enumerate(read(body) if read else ()):
        on = effective_on
        if kind == "freeze":
            on = min(on, date.fromisoformat(starts))
        yield (subscription, position, n, line, lot, on, kind, amount, starts, *rest)


def by_day(line: Body) -> bool:
    """Whether a sold line, as JSON, is earned by time (`SoldLine.by_day`)."""
    standing = line["kind"] == "discount" and "quantity" not in line
    return line["kind"] in BY_DAY or bool(line.get("ratable")) or standing


def _promised(body: Body, *, runs: bool) -> Iterator[_Step]:
    """The lines of time among new lots; one that does not run yet has no days."""
    sale = body["sale"]
    place = tuple(sale.get(name) for name in ("location", "program", "provider", "offer"))
    for line in filter(by_day, body["lines"]):
        known = runs and "ends" in line
        span = (line["allocated"], line["starts"], line["ends"]) if known else (0, None, None)
        account = LIABILITY.code(line["liability"])
        pace = tuple(line.get(name) for name in ("day_count", "timezone", "rounding"))
        yield ("start", line["line"], line["grant"], *span, account, *place, *pace)


def _sold(body: Body) -> Iterator[_Step]:
    """A membership's first cycle runs once it is paid, other lines from the sale on."""
    asked = body["price"] + body["tax"] + body.get("setup_fee", 0)
    waits = "cycle_ends" in body and asked > 0
    if body["policies"].get("draw_before_payment"):
        yield _AHEAD
    if is_unbilled(body):
        yield _UNBILLED
    if body.get("commission_to") == "asset":
        yield _commission(body)
    yield from _financed(body)
    yield from _promised(body, runs=body.get("contract_met", True) and not waits)


def _commission(body: Body) -> _Step:
    """What a commission's asset comes to, over the days that benefit from it (10.8)."""
    place = tuple(body["sale"].get(name) for name in ("location", "program", "provider", "offer"))
    span = (body["commission"], body["starts"], body["commission_ends"])
    return ("start", "", COMMISSION, *span, DEFERRED_COMMISSIONS, *place, *(None,) * 3)


def _financed(body: Body) -> Iterator[_Step]:
    """The days that bear the interest in a sale's instalments (10.6)."""
    place = tuple(body["sale"].get(name) for name in ("location", "program", "provider", "offer"))
    said: _Step = (UNBILLED, *place, *(None,) * 3)
    for span in body.get("financing", {}).get("spans", ()):
        yield ("start", "", INTEREST, span["interest"], span["starts"], span["ends"], *said)
        said = _UNSAID


def is_unbilled(body: Body) -> bool:
    """Whether the right to a sale's instalments is unconditional, and shown so (policy
    `instalment_right`).
    """
    asked = body["policies"].get("instalment_right") == "unbilled_receivable"
    return asked and body["billing"].get("cancellable") is False


def _fell_due(body: Body) -> Iterator[_Step]:
    yield from _promised(body, runs=False)


def _received(body: Body) -> Iterator[_Step]:
    yield from _promised(body, runs=True)


def _start(lot: Body, amount: int, starts: str, ends: str) -> _Step:
    return ("start", lot["line"], lot["grant"], amount, starts, ends, *_UNSAID)


def _fix(lot: Body) -> _Step:
    return ("fix", lot["line"], lot["grant"], lot["recognised"], None, None, *_UNSAID)


def _granted(body: Body) -> Iterator[_Step]:
    for lot in body["lots"]:
        if lot.get("time") and "ends" in lot:
            yield _start(lot, lot["amount"], lot["starts"], lot["ends"])


def _assessed(body: Body) -> Iterator[_Step]:
    for lot in body["running"]:
        yield _start(lot, lot["amount"], lot["starts"], lot["ends"])


def _respread(body: Body) -> Iterator[_Step]:
    for lot in body["lots"]:
        if "starts" in lot and "ends" in lot:
            yield _fix(lot)
            yield _start(lot, lot["amount"], lot["starts"], lot["ends"])


def _frozen(body: Body) -> Iterator[_Step]:
    for span in body.get("freezes", ()):
        stretch = (span["starts"], span.get("until"))
        yield ("freeze", span["line"], span["grant"], 0, *stretch, *_UNSAID)


def _moved(body: Body) -> Iterator[_Step]:
    yield from _respread(body)
    yield from _frozen(body)


def _left(body: Body) -> Iterator[_Step]:
    for lot in body["lots"]:
        if lot.get("time"):
            yield _fix(lot)
        if "rest_ends" in lot:
            yield _start(lot, lot["rest"], lot["rest_starts"], lot["rest_ends"])
    yield from _frozen(body)
    if body.get("ended"):
        yield from _OVER


def _exchanged(body: Body) -> Iterator[_Step]:
    yield from _left(body)
    yield from _promised(body, runs=True)


def _reduced(body: Body) -> Iterator[_Step]:
    for part in body["reductions"]:
        yield ("less", part["line"], part["grant"], part["amount"], None, None, *_UNSAID)


def _combined(body: Body) -> Iterator[_Step]:
    """The contract counts as one with its party; time lines are spread anew (2, 10.2)."""
    yield ("combined", "", body["party"], 0, None, None, *_UNSAID)
    yield from _respread(body)


def _delivered(body: Body, *, gone: bool = True, posted: bool = False) -> Iterator[_Step]:
    """A product that may be brought back; a signature posts what it earned, its cost stands."""
    if "returnable_until" not in body:
        return
    sign, sale = 1 if gone else -1, body["sale"]
    ends = (date.fromisoformat(body["returnable_until"]) + ONE_DAY).isoformat()
    place = (body.get("location"), sale.get("program"), body.get("provider"), sale["offer"])
    earned = body["amount"] - body["unposted"] - body["payable"] - body["tax"]
    for kind, amount in ((RETURNABLE, earned), (RECOVERABLE, 0 if posted else _stock(body))):
        if amount:
            given = (kind, body["line"], RETURNS, sign * amount, None, ends, None)
            yield (*given, *place, *(None,) * 3)


def _stock(body: Body) -> int:
    """What goods from stock cost, which a return brings back to it."""
    return int(body["cost"]) if body.get("cost_of") == "supply" else 0


def _lapsed(body: Body) -> Iterator[_Step]:
    if body.get("waived_interest"):
        yield _NOT_OWED


def _over(body: Body) -> Iterator[_Step]:
    yield from _left(body)
    yield from _OVER


def _voided(_: Body) -> Iterator[_Step]:
    yield _STOPPED
    yield from _OVER


_READERS: dict[str, Callable[[Body], Iterator[_Step]]] = {
    "PackageSold": _sold,
    "CycleDue": _fell_due,
    "CycleGranted": _granted,
    "ValidityStarted": _granted,
    "ContractAssessed": _assessed,
    "UnitsReceived": _received,
    "LotExtended": _respread,
    "ContractsCombined": _combined,
    "RightExercised": _respread,
    "Paused": _moved,
    "PauseBegan": _moved,
    "Resumed": _moved,
    "LotExpired": _lapsed,
    "Refunded": _left,
    "DisputeSettled": _left,
    "LossReversed": _left,
    "WrittenOff": _left,
    "ContractEnded": _over,
    "PlanChanged": _exchanged,
    "ContractModified": _exchanged,
    "CreditNoted": _reduced,
    "SaleVoided": _voided,
    "UnitsDrawn": _delivered,
    "DrawReversed": partial(_delivered, gone=False),
    "DrawPosted": partial(_delivered, posted=True),
}
STEP_EVENTS = frozenset(_READERS)
