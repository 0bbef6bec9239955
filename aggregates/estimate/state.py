"""Which estimates hold, for what and from when."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Self

from aggregates.estimate.events import EstimateKind, EstimateScope, EstimateSet
from ledger.decider import Decider, impossible
from ledger.events import Recorded

MONTHS_OF_A_QUARTER = 3


def cohort_of(sold_on: date) -> str:
    """The quarter of a sale, as in ``2026Q1``."""
    return f"{sold_on.year}Q{(sold_on.month - 1) // MONTHS_OF_A_QUARTER + 1}"


@dataclass(frozen=True, slots=True)
class Sold:
    """What an estimate may be about: an offer as it was sold in a quarter."""

    offer: str
    program: str | None
    cohort: str

    @classmethod
    def on(cls, sold_on: date, offer: str | None, program: str | None) -> Self:
        """A sale of that day, also of one whose offer the books do not name."""
        return cls(offer or "", program, cohort_of(sold_on))


def covers(scope: EstimateScope, sold: Sold) -> bool:
    """Whether the sale lies in the scope."""
    return (
        scope.offer in (None, sold.offer)
        and scope.program in (None, sold.program)
        and scope.cohort in (None, sold.cohort)
    )


def _narrowness(scope: EstimateScope) -> tuple[int, bool, bool]:
    """More is narrower: the scope that says more, then an offer before a quarter."""
    said = [scope.offer, scope.cohort, scope.program]
    return sum(part is not None for part in said), said[0] is not None, said[1] is not None


@dataclass(frozen=True, slots=True)
class Estimates:
    """Every version of every estimate, in the order of recording."""

    versions: tuple[EstimateSet, ...] = ()

    def version(self, estimate: str, on: date) -> EstimateSet | None:
        """The version of one estimate that holds on a day: the latest by date, then recording."""
        return _latest(one for one in self.versions if one.estimate == estimate and one.holds(on))

    def last(self, kind: str, scope: EstimateScope, on: date) -> EstimateSet | None:
        """The version that holds on a day for exactly that scope."""
        same = (one for one in self.versions if (one.kind, one.scope) == (kind, scope))
        return _latest(one for one in same if one.holds(on))

    def in_force(self, kind: EstimateKind, sold: Sold, on: date) -> EstimateSet | None:
        """The estimate that holds on a day for what was sold: of several the narrowest."""
        if not self.versions:
            return None
        names = dict.fromkeys(one.estimate for one in self.versions if one.kind == kind)
        found = (self.version(name, on) for name in names)
        matching = [one for one in found if one is not None and covers(one.scope, sold)]
        narrowest = max((_narrowness(one.scope) for one in matching), default=None)
        return _latest(one for one in matching if _narrowness(one.scope) == narrowest)

    def held(self, on: date) -> Iterator[EstimateSet]:
        """The version of every estimate that holds on a day, in the order of first setting."""
        for name in dict.fromkeys(one.estimate for one in self.versions):
            found = self.version(name, on)
            if found is not None:
                yield found

    def rate(self, kind: EstimateKind, sold: Sold, on: date) -> Fraction | None:
        """The rate in force, or None where nobody has estimated anything."""
        found = self.in_force(kind, sold, on)
        return None if found is None else Fraction(found.rate)

    def has(self, kind: EstimateKind, on: date) -> bool:
        """Whether any estimate of the kind holds on a day."""
        return any(one.kind == kind and one.holds(on) for one in self.versions)

    def with_version(self, version: EstimateSet) -> Self:
        """The estimates after one more version."""
        return replace(self, versions=(*self.versions, version))


def _latest(versions: Iterable[EstimateSet]) -> EstimateSet | None:
    """The last by day of effect; of one day, the one recorded last."""
    latest: EstimateSet | None = None
    for one in versions:
        if latest is None or one.effective >= latest.effective:
            latest = one
    return latest


def evolve(state: Estimates, recorded: Recorded) -> Estimates:
    """The state after one more event."""
    match recorded.event:
        case EstimateSet() as version:
            return state.with_version(version)
        case other:
            raise impossible("list of estimates", other)


ESTIMATES: Decider[Estimates] = Decider(Estimates(), evolve)
