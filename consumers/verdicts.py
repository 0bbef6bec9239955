"""What an edge does about a failure or a refusal: one table for all of them (style.md rule 12)."""

from enum import Enum, auto

from ledger.codes import Code
from ledger.errors import Broken, Busy, LedgerError, NotYet, Unreadable


class Verdict(Enum):
    """What becomes of a message."""

    ACK = auto()
    """Settled: what it says is recorded."""
    LATER = auto()
    """Something it names may still arrive: again after a while, a bounded number of times."""
    SOON = auto()
    """The machinery was busy or away: again after a while, for as long as that takes."""
    DEAD_LETTER = auto()
    """It will never succeed as it is: kept for a person to look at."""
    STOP = auto()
    """Going on would make things worse: the process ends and says why."""


FAILURES: dict[type[LedgerError], Verdict] = {
    Unreadable: Verdict.DEAD_LETTER,
    NotYet: Verdict.LATER,
    Busy: Verdict.SOON,
    Broken: Verdict.STOP,
}

REFUSALS: dict[Code, Verdict] = {
    Code.UNKNOWN_SUBSCRIPTION: Verdict.LATER,
    Code.UNKNOWN_PAYMENT: Verdict.LATER,
    Code.UNKNOWN_REFUND: Verdict.LATER,
    Code.UNKNOWN_DISPUTE: Verdict.LATER,
    Code.CONFLICT: Verdict.SOON,
}
"""Every other refusal is permanent (interfaces.md 5)."""


def of_failure(error: LedgerError) -> Verdict:
    """The verdict of the nearest class of the error tree; STOP for one the tree does not name."""
    known = (FAILURES[kind] for kind in type(error).__mro__ if kind in FAILURES)
    return next(known, Verdict.STOP)


def of_refusal(code: Code) -> Verdict:
    """The verdict of a business refusal."""
    return REFUSALS.get(code, Verdict.DEAD_LETTER)
