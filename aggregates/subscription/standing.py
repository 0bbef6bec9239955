"""What the books hold of a contract while a dispute has cleared a part of it (accounting.md 8.5).

Commands decide on what lots are funded with, whatever the model of disputes; the liability
accounts say what is left of that until the dispute is closed.
"""

from datetime import date

from aggregates.subscription.lot import Lot


def booked(lot: Lot, through: date) -> int:
    """What the books have earned of a lot by the end of that day; time earns nothing cleared."""
    if not lot.is_time or lot.runs_ahead:
        return lot.earned_by(through)
    return min(lot.accrued(through), max(lot.funded - lot.cleared, 0))


def uncleared(lot: Lot, leaving: int, through: date) -> int:
    """What of a value that leaves a lot is no liability any more, because a dispute cleared it."""
    if not lot.cleared:
        return 0
    there = max(standing(lot, through) - lot.held, 0)
    return min(lot.cleared, max(leaving - there, 0))


def standing(lot: Lot, through: date) -> int:
    """What stands in the contract liability for a lot: what waits for a signature does (6.1)."""
    return lot.funded - lot.cleared - booked(lot, through) + lot.unsigned
