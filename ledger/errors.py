"""Failures of the machinery. Business refusals are values (`ledger.codes.Refused`).

LedgerError
├── Unreadable       never retry: the input cannot be understood; dead letter
├── NotYet           retry later: something it names has not arrived
├── Busy             retry soon: a race was lost too often, or a lock was not had in time
│   └── OutcomeUnknown   the connection died after sending: send the same command ids again
└── Broken           stop: an invariant of the stored history does not hold
"""


class LedgerError(Exception):
    """Root of all failures of the machinery."""


class Unreadable(LedgerError):
    """The input cannot be understood and never will be."""


class NotYet(LedgerError):
    """What the input names is not recorded yet; it may be after a while."""


class Busy(LedgerError):
    """Nothing was recorded because others were faster; the same call may succeed soon."""


class OutcomeUnknown(Busy):
    """The reply to COMMIT was lost; only the command memory can tell (reliability.md 0.4)."""


class Broken(LedgerError):
    """An invariant does not hold; going on would make it worse."""
