"""The disputes to answer, by due date, with what each needs; and how past ones ended."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aggregates.dispute.events import ClosedPart, DisputeOpened
from aggregates.dispute.state import DISPUTE, Dispute
from ledger.ids import stream
from ledger.store.store import EventStore
from projections.evidence.assessment.gates import assess
from projections.evidence.gather import gather
from projections.evidence.projection import listed

DIMENSIONS = ("code", "offer", "location")


def work_list(store: EventStore, clinic: str, now: datetime) -> list[dict[str, Any]]:
    """Every dispute, open ones first by due date; open ones are assessed as of now.

    The read model `evidence` must be up to date.
    """
    return [_row(store, clinic, row, now) for row in listed(store, clinic)]


def _row(store: EventStore, clinic: str, row: dict[str, Any], now: datetime) -> dict[str, Any]:
    found = {
        "dispute": row["dispute"],
        "due_by": row["due_by"].isoformat() if row["due_by"] else None,
        "status": _status(row, now),
        "amount": row["amount"],
        "currency": row["currency"],
        "code": row["network_reason_code"] or row["reason"],
        "recommendation": None,
        "supported_amount": None,
        "complete": None,
        "missing": [],
    }
    case = None if row["outcome"] else gather(store, clinic, row["dispute"], now)
    if case is None:
        return found
    if case.dispute.answered:
        found["status"] = "under_review"
    judged = assess(case)
    held, needed = judged.completeness
    return {
        **found,
        "recommendation": judged.advice,
        "supported_amount": judged.supported,
        "complete": f"{held} of {needed}",
        "missing": list(judged.missing),
    }


def _status(row: dict[str, Any], now: datetime) -> str:
    if row["outcome"]:
        return str(row["outcome"])
    if row["due_by"] is None:
        return "no_response_possible"
    return "past_due" if row["due_by"] <= now else "needs_response"


@dataclass(slots=True)
class _Tally:
    """Disputes of one code, offer or location by how they ended; amounts in minor units."""

    amount: int = 0
    lost_amount: int = 0
    won_late: int = 0
    ended: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("open", "won", "lost", "accepted", "withdrawn"), 0)
    )

    def data(self) -> dict[str, Any]:
        """The counts, with the share won of those that were fought to the end."""
        fought = self.ended["won"] + self.ended["lost"]
        share = f"{100 * self.ended['won'] // fought}%" if fought else None
        counts = {"disputes": sum(self.ended.values()), **self.ended, "won_late": self.won_late}
        return {
            **counts,
            "won_share": share,
            "amount": self.amount,
            "lost_amount": self.lost_amount,
        }


def outcomes(store: EventStore, clinic: str) -> list[dict[str, Any]]:
    """How disputes ended, by code, offer and location; one of several contracts counts in each."""
    names = [stream(clinic, "dispute", row["dispute"]) for row in listed(store, clinic)]
    tallies: dict[tuple[str, str], _Tally] = {}
    for history in store.load(clinic, names).values():
        state = DISPUTE.fold(history)
        if state.opened is not None:
            for key, amount, lost in _shares(state.opened, state):
                tally = tallies.setdefault(key, _Tally())
                tally.amount += amount
                tally.lost_amount += lost
                tally.ended[state.closed.outcome if state.closed else "open"] += 1
                tally.won_late += state.lost_first is not None
    order = sorted(tallies, key=lambda key: (DIMENSIONS.index(key[0]), key[1]))
    return [{"by": by, "value": value, **tallies[by, value].data()} for by, value in order]


def _shares(opened: DisputeOpened, state: Dispute) -> Iterator[tuple[tuple[str, str], int, int]]:
    """Each key of a dispute once, with its disputed and its lost amount."""
    parts = {part.sale.subscription: part for part in (state.closed.parts if state.closed else ())}
    code = opened.network_reason_code or opened.reason
    yield ("code", code), opened.amount, sum(part.lost for part in parts.values())
    for dimension in DIMENSIONS[1:]:
        found: dict[str, tuple[int, int]] = {}
        for part in opened.parts:
            value = getattr(part.sale, dimension) or "none"
            amount, lost = found.get(value, (0, 0))
            closed: ClosedPart | None = parts.get(part.sale.subscription)
            found[value] = amount + part.amount, lost + (closed.lost if closed else 0)
        for value, (amount, lost) in found.items():
            yield (dimension, value), amount, lost
