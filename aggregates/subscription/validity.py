"""How long a line runs: its own last day, the contract's, grace (interfaces.md 4)."""

from dataclasses import dataclass
from datetime import date, timedelta

from aggregates.values import Duration
from ledger.calendar import ONE_DAY


@dataclass(frozen=True, slots=True)
class Stretch:
    """`ends` is the first day after the line's own stretch, `lapses` its last valid day with
    the contract's grace; None for what does not end.
    """

    starts: date
    ends: date | None
    lapses: date | None


@dataclass(frozen=True, slots=True)
class Contract:
    """What a contract says of every line's end: its term, or the first day after its cycle."""

    term: Duration | None
    grace_days: int = 0
    cycle_ends: date | None = None

    def ends(self, starts: date) -> date | None:
        """The first day after the contract's stretch that begins on `starts`."""
        if self.cycle_ends is not None:
            return self.cycle_ends
        return None if self.term is None else self.term.end(starts)

    def last_day(self, starts: date) -> date | None:
        """The contract's last valid day, without grace."""
        ends = self.ends(starts)
        return None if ends is None else ends - ONE_DAY


def stretch(
    contract: Contract, expires_after: Duration | None, starts: date, *, of_time: bool
) -> Stretch:
    """The stretch of a line that begins on `starts`.

    Units never outlive the contract, and lapse on the earlier of their own last day and the
    contract's with grace; a line of time may run longer, and simply ends. In a membership a
    line's own duration counts from its cycle's start and may outlive the cycle (6.3).
    """
    term = contract.ends(starts)
    own = None if expires_after is None else expires_after.end(starts)
    if own is None:
        return Stretch(starts, term, _with_grace(contract, starts, of_time=of_time))
    if of_time or term is None or contract.cycle_ends is not None:
        return Stretch(starts, own, own - ONE_DAY)
    grace = _with_grace(contract, starts, of_time=False) or date.max
    return Stretch(starts, min(own, term), min(own - ONE_DAY, grace))


def _with_grace(contract: Contract, starts: date, *, of_time: bool) -> date | None:
    last = contract.last_day(starts)
    return last if last is None or of_time else last + timedelta(days=contract.grace_days)
