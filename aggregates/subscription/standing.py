"""What the books hold of a contract while a dispute has cleared a part of it (accounting.md 8.5).

Commands decide on what lots are funded with, whatever the model of disputes; the liability
accounts say what is left of that until the dispute is closed.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from aggregates.subscription.lot import Lot
from aggregates.values import Share


def booked(lot: Lot, through: date) -> int:
    """What the books have earned of a lot by the end of that day; time earns nothing cleared."""
    if not lot.is_time or lot.runs_ahead:
        return lot.earned_by(through)
    return min(lot.accrued(through), max(lot.funded - lot.cleared, 0))


def uncleared(lots: Iterable[Lot], leaving: Mapping[str, int], through: date) -> tuple[Share, ...]:
    """What disputes have cleared of the lots and is no liability any more, once so much has left
    them: what leaves beyond what stands there, and what a change of plan had carried elsewhere.
    """
    return tuple(
        Share(line=lot.line, grant=lot.grant, liability=lot.liability, amount=amount)
        for lot in lots
        if (amount := _uncleared(lot, leaving.get(lot.grant, 0), through))
    )


def _uncleared(lot: Lot, leaving: int, through: date) -> int:
    if not lot.cleared:
        return 0
    there = standing(lot, through) - lot.held
    return min(lot.cleared, max(leaving - max(there, 0), 0) + max(-there, 0))


def standing(lot: Lot, through: date) -> int:
    """What stands in the contract liability for a lot: what waits for a signature does (6.1)."""
    return lot.funded - lot.cleared - booked(lot, through) + lot.unsigned
