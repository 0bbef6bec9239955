"""Contracts, lots of units and what happened to them, for estimates (accounting.md 7, 8.2)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from aggregates.legs import LIABILITY
from ledger.canonical import canonical
from ledger.quantity import steps

CONTRACTS = (
    "subscription",
    "position",
    "sold_on",
    "offer",
    "program",
    "cooling_off_until",
    "on_demand",
    "state",
    "escheat",
    "minimum_life",
)
LOTS = (
    "subscription",
    "position",
    "lot",
    "line",
    "since",
    "kind",
    "account",
    "rule",
    "offer",
    "program",
    "location",
    "provider",
)
MEASURES = ("granted", "promised", "used", "earned", "lapsed", "frozen")
UNITS = ("subscription", "position", "lot", "effective_on", *MEASURES)
#: Kinds of lines whose use can be counted on by an estimate. A right is measured at each draw
#: (5.6), and what time earns cannot be left unused.
POOLED = ("units", "credit")
Body = dict[str, Any]
Row = tuple[Any, ...]
#: A lot, and how far each of `MEASURES` moves.
_Move = tuple[str, dict[str, int]]


@dataclass(slots=True)
class Stock:
    """Rows of the three tables, in the order of their columns."""

    contracts: list[Row] = field(default_factory=list)
    lots: list[Row] = field(default_factory=list)
    units: list[Row] = field(default_factory=list)

    def read(self, event: str, subscription: str, position: int, on: date, body: Body) -> None:
        """Adds what an event of a contract says; nothing for most."""
        if event == "PackageSold":
            self.contracts.append((subscription, position, on, *_terms(body, on)))
        if event in _PROMISES:
            self.lots += [(subscription, position, *row) for row in _promised(event, on, body)]
        if event in _MOVES:
            for lot, moved in _merged(_MOVES[event](body)):
                self.units.append((subscription, position, lot, on, *moved))


def _terms(body: Body, on: date) -> Row:
    sale, refund, policies = body["sale"], body["refund"], body["policies"]
    days = refund.get("cooling_off_days", 0)
    laws = (
        canonical(policies[name]).decode() if name in policies else None
        for name in ("escheat", "minimum_life")
    )
    return (
        sale.get("offer"),
        sale.get("program"),
        on + timedelta(days=days) if days else None,
        refund.get("on_demand", False),
        body.get("state"),
        *laws,
    )


def _pooled(body: Body) -> Iterator[Body]:
    for line in body["lines"]:
        counted = line["kind"] in POOLED and "quantity" in line and not line.get("ratable")
        if counted and line["allocated"]:
            yield line


def _promised(event: str, on: date, body: Body) -> Iterator[Row]:
    sale = body["sale"]
    by_cycle = event == "CycleDue" or "cycle_ends" in body
    for line in _pooled(body):
        term = line.get("expires_after") or body.get("term")
        yield (
            line["grant"],
            line["line"],
            on,
            line["kind"],
            LIABILITY.code(line["liability"]),
            _rule(term) if term else "cycle" if by_cycle else "open",
            *(sale.get(name) for name in ("offer", "program", "location", "provider")),
        )


def _rule(term: Body) -> str:
    """A duration in short: ``12w``, ``1y6m``."""
    parts = ((name, term.get(name)) for name in ("years", "months", "weeks", "days"))
    return "".join(f"{count}{name[0]}" for name, count in parts if count)


def _merged(moves: Iterable[_Move]) -> Iterator[Row]:
    """One row for each lot that moves."""
    sums: dict[str, dict[str, int]] = {}
    for lot, moved in moves:
        known = sums.setdefault(lot, dict.fromkeys(MEASURES, 0))
        for name, amount in moved.items():
            known[name] += amount
    yield from ((lot, known.values()) for lot, known in sums.items() if any(known.values()))


def _steps(text: str) -> int:
    return steps(Decimal(text))


def _sold(body: Body) -> Iterator[_Move]:
    for line in _pooled(body):
        yield line["grant"], {"granted": _steps(line["quantity"]), "promised": line["allocated"]}


def _drawn(body: Body, sign: int = 1) -> Iterator[_Move]:
    yield (
        body["grant"],
        {"used": sign * _steps(body["quantity"]), "earned": sign * body["amount"]},
    )


def _undrawn(body: Body) -> Iterator[_Move]:
    yield from _drawn(body, -1)


def _lapsed(body: Body, sign: int = 1) -> Iterator[_Move]:
    """What is forfeited was promised and stays unused; what is not is no longer promised."""
    gone = body["held"] + body.get("waived", 0)
    if body["forfeited"]:
        yield body["grant"], {"lapsed": sign * body["forfeited"], "promised": -sign * gone}
    else:
        units = -sign * _steps(body["quantity"])
        yield body["grant"], {"granted": units, "promised": -sign * (gone + body["credited"])}


def _revived(body: Body) -> Iterator[_Move]:
    if body.get("method") != "zero_price":
        yield from _lapsed(body, -1)


def _left(body: Body, sign: int = 1) -> Iterator[_Move]:
    for lot in body["lots"]:
        if not lot.get("time"):
            granted, promised = -sign * _steps(lot["quantity"]), -sign * lot["value"]
            yield lot["grant"], {"granted": granted, "promised": promised}


def _regained(body: Body) -> Iterator[_Move]:
    yield from _left(body, -1)


def _exchanged(body: Body) -> Iterator[_Move]:
    yield from _left(body)
    yield from _sold(body)
    for lot in body.get("caught_up", ()):
        yield (
            lot["grant"],
            {
                "granted": _steps(lot["more"]) - _steps(lot["fewer"]),
                "promised": lot.get("added", 0) - lot.get("taken", 0),
            },
        )


def _extended(body: Body) -> Iterator[_Move]:
    for lot in body["lots"]:
        yield lot["grant"], {"promised": lot["fee"]}


def _reduced(body: Body) -> Iterator[_Move]:
    for part in body["reductions"]:
        yield part["grant"], {"promised": -part["amount"]}


def _froze(body: Body) -> Iterator[_Move]:
    for lot in body["lots"]:
        yield lot["grant"], {"frozen": _steps(lot["quantity"])}


def _settled(body: Body) -> Iterator[_Move]:
    yield from _left(body)
    for lot in body["thawed"]:
        yield lot["grant"], {"frozen": -_steps(lot["quantity"])}
    for lot in body["lots"]:
        if not lot.get("time"):
            yield lot["grant"], {"frozen": -_steps(lot["quantity"])}


_PROMISES = frozenset(
    {"PackageSold", "CycleDue", "UnitsReceived", "PlanChanged", "ContractModified"}
)
_MOVES: dict[str, Callable[[Body], Iterator[_Move]]] = {
    "PackageSold": _sold,
    "CycleDue": _sold,
    "UnitsReceived": _sold,
    "UnitsDrawn": _drawn,
    "DrawReversed": _undrawn,
    "LotExpired": _lapsed,
    "ExpiryReversed": _revived,
    "LotReinstated": _revived,
    "Refunded": _left,
    "WrittenOff": _left,
    "ContractEnded": _left,
    "CycleLapsed": _left,
    "UnitsTransferred": _left,
    "PlanChanged": _exchanged,
    "ContractModified": _exchanged,
    "LotExtended": _extended,
    "CreditNoted": _reduced,
    "UnitsFrozen": _froze,
    "DisputeSettled": _settled,
    "LossReversed": _regained,
}
STOCK_EVENTS = frozenset(_MOVES)
