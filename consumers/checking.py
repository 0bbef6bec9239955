"""Is everything as the log says? The hash chain and every read model, compared with a replay."""

from dataclasses import asdict
from datetime import date
from itertools import zip_longest
from typing import Any, LiteralString, Protocol

from consumers.bootstrap import Ledger
from ledger.books.entries import Entry
from ledger.store.anchored import broken_anchor
from ledger.store.feed import Feed, Projection
from ledger.store.pool import Connection
from projections.balances.queries import check as check_balances
from projections.evidence.projection import EvidenceIndex
from projections.lists.projection import Lists

MOST_NAMED = 20


def check(ledger: Ledger, clinic: str) -> dict[str, Any]:
    """{clinic, position, chain, anchors: {ok, broken_at}, read_models: [{projection, ok, ...}]}.

    The read models are brought up to date first; `differences` names the first few.
    """
    ledger.catch_up(clinic)
    broken = ledger.store.verify(clinic)
    cut = broken_anchor(ledger.store, clinic)
    head = ledger.store.head(clinic)
    balances = [asdict(found) for found in check_balances(ledger.store, clinic)]
    models = {
        "balances": balances,
        "journal": journal_differences(ledger, clinic),
        "evidence": index_differences(ledger, clinic, EvidenceIndex()),
        "lists": index_differences(ledger, clinic, Lists()),
    }
    return {
        "clinic": clinic,
        "position": head.position if head else 0,
        "chain": {"ok": broken is None, "broken_at": broken},
        "anchors": {"ok": cut is None, "broken_at": cut},
        "read_models": [
            {"projection": name, "ok": not found, "differences": found[:MOST_NAMED]}
            for name, found in models.items()
        ],
        "ok": broken is cut is None and not any(models.values()),
    }


def journal_differences(ledger: Ledger, clinic: str) -> list[dict[str, Any]]:
    """Entries that the read model and a replay of the log do not have in common."""
    from projections.close.replay import replay  # noqa: PLC0415  loads the engine
    from projections.journal.queries import entries  # noqa: PLC0415

    kept = entries(ledger.store, clinic, date.min, date.max)
    with replay(ledger.conninfo, clinic) as books:
        replayed = list(books.entries())
    return [
        {"entry": _name(mine) or _name(true), "what": _what(mine, true)}
        for mine, true in zip_longest(kept, replayed)
        if mine != true
    ]


class Index(Projection, Protocol):
    """A read model whose rows say all there is to it; `rows` asks for their names and digests."""

    @property
    def rows(self) -> LiteralString: ...


def index_differences(ledger: Ledger, clinic: str, index: Index) -> list[dict[str, Any]]:
    """Rows of a read model that its events do not make, or make otherwise."""

    def look(connection: Connection) -> dict[str, str]:
        return dict(connection.execute(index.rows, {"clinic": clinic}).fetchall())

    kept, true = Feed(ledger.projector, index).compared(clinic, look)
    return [
        {"row": name, "what": _what(kept.get(name), true.get(name))}
        for name in sorted({*kept, *true})
        if kept.get(name) != true.get(name)
    ]


def _name(entry: Entry | None) -> str | None:
    return None if entry is None else entry.entry


def _what(kept: object | None, replayed: object | None) -> str:
    if kept is None:
        return "missing"
    return "not in the log" if replayed is None else "differs"
