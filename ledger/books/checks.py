"""The identities asserted at every close (accounting.md 15.6)."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figures:
    """What the identities compare, in minor units or counts; each counts 0 when all is well.

    `allocation`, `outside_allocation`, `negative_liability`, `finished` and `units` count the
    contracts, lines or lots that break the rule.
    """

    debits: int
    credits: int
    allocation: int
    outside_allocation: int
    negative_liability: int
    subledger: int
    liabilities: int
    finished: int
    units: int
    clearing: int
    processor: int
    rounding: int
    rolled_forward: int
    changed_digests: int


@dataclass(frozen=True, slots=True)
class Check:
    """`figure` is the difference found, or the number of violations: 0 when `ok`."""

    check: str
    figure: int

    @property
    def ok(self) -> bool:
        """Whether the identity holds."""
        return self.figure == 0


#: The check of contracts with nothing left to deliver: net revenue is what is kept of them.
FINISHED = "finished_contracts_earned_what_is_kept"
_IDENTITIES: tuple[tuple[str, Callable[[Figures], int]], ...] = (
    ("debits_equal_credits", lambda f: f.debits - f.credits),
    ("allocation_equals_price", lambda f: f.allocation),
    ("recognised_within_allocation", lambda f: f.outside_allocation),
    ("liability_not_negative", lambda f: f.negative_liability),
    ("subledger_equals_ledger", lambda f: f.subledger - f.liabilities),
    ("rollforward_closes", lambda f: f.rolled_forward - f.liabilities),
    (FINISHED, lambda f: f.finished),
    ("units_add_up", lambda f: f.units),
    ("clearing_equals_processor", lambda f: f.clearing - f.processor),
    ("rounding_is_zero", lambda f: f.rounding),
    ("closed_periods_unchanged", lambda f: f.changed_digests),
)


def checked(figures: Figures) -> tuple[Check, ...]:
    """Every identity with the figure it compared, in the order of accounting.md 15.6."""
    return tuple(Check(name, difference(figures)) for name, difference in _IDENTITIES)
