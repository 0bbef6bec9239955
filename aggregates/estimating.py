"""Setting estimates: who may, from when, and what they cannot deny (accounting.md 7.5, 16)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from aggregates.clinic.state import Clinic
from aggregates.estimate.events import EstimateSet
from aggregates.estimate.orders import SetEstimate
from aggregates.estimate.state import Estimates, Sold
from aggregates.offer.state import Offer
from ledger.codes import ORDER, Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent
from ledger.ids import stream
from ledger.quantity import ONE, text_of

#: Who answers for a change beyond `breakage_max_change`.
CONTROLLER = "clinic_admin"
#: A rate of 1 is so many points.
POINTS = 100


@dataclass(frozen=True, slots=True)
class CohortUse:
    """Units granted and used in a cohort that still has some left, in thousandths of a unit."""

    name: str
    sold: Sold
    granted: int
    used: int

    def allows(self, rate: Fraction) -> bool:
        """Whether as many are expected to be used as have been already (7.5)."""
        return self.granted * (1 - rate) >= self.used


@dataclass(frozen=True, slots=True)
class _Problem:
    code: Code
    field: str
    words: str


@dataclass(frozen=True, slots=True)
class Known:
    """What an estimate is checked against; `offer` is the one its scope names."""

    clinic: Clinic
    estimates: Estimates
    offer: Offer | None
    uses: Sequence[CohortUse]


def set_estimate(context: Context, order: SetEstimate, known: Known) -> Decision:
    """A version of an estimate from a date in an open period.

    Refused with everything that is wrong with it: the code is the first in the order of
    interfaces.md 3, `details.problems` lists each with its own.
    """
    problems = sorted(_problems(context, order, known), key=lambda one: ORDER[one.code])
    if problems:
        first = problems[0]
        return Refused(first.code, first.words, first.field, {"problems": _listed(problems)})
    event = EstimateSet.model_validate(order.model_dump())
    return Decided(
        (NewEvent(stream(context.clinic, "estimates"), event),),
        {"estimate": order.estimate, "rate": order.rate, "effective": order.effective.isoformat()},
    )


def _problems(context: Context, order: SetEstimate, known: Known) -> Iterator[_Problem]:
    yield from _of_another_kind(order, known.estimates)
    if order.scope.offer is not None and (known.offer is None or not known.offer.versions):
        yield _Problem(Code.UNKNOWN_OFFER, "data.scope.offer", f"No offer {order.scope.offer}.")
    closed = known.clinic.closed_for(order.effective)
    if closed is not None:
        yield _Problem(Code.PERIOD_CLOSED, "data.effective", closed)
    if order.approver == context.actor:
        words = "Approver and requester are two people."
        yield _Problem(Code.APPROVAL_REQUIRED, "data.approver", words)
    if order.kind == "breakage":
        yield from _changed_too_much(context, order, known)
        yield from _denied_by_use(order, known)


def _of_another_kind(order: SetEstimate, estimates: Estimates) -> Iterator[_Problem]:
    """A version keeps what the estimate is of and about; another one has another id."""
    earlier = [one for one in estimates.versions if one.estimate == order.estimate]
    for field in ("kind", "scope"):
        if any(getattr(one, field) != getattr(order, field) for one in earlier):
            words = f"Estimate {order.estimate} has another {field}."
            yield _Problem(Code.INVALID, f"data.{field}", words)


def _changed_too_much(context: Context, order: SetEstimate, known: Known) -> Iterator[_Problem]:
    before = known.estimates.last(order.kind, order.scope, order.effective)
    most = known.clinic.policy("breakage_max_change", order.effective)
    if before is None or context.role == CONTROLLER:
        return
    points = abs(Fraction(order.rate) - Fraction(before.rate)) * POINTS
    if points > most:
        words = f"A change of more than {most} points is asked for by a {CONTROLLER}."
        yield _Problem(Code.APPROVAL_REQUIRED, "data.rate", words)


def _denied_by_use(order: SetEstimate, known: Known) -> Iterator[_Problem]:
    """Cohorts of which more is used than the estimate expects ever to be (7.5)."""
    event = EstimateSet.model_validate(order.model_dump())
    after = known.estimates.with_version(event)
    for use in known.uses:
        if after.in_force("breakage", use.sold, order.effective) == event and not use.allows(
            Fraction(order.rate)
        ):
            words = f"{use.name}: {_units(use.used)} of {_units(use.granted)} units are used."
            yield _Problem(Code.CONFLICT, "data.rate", words)


def _units(steps: int) -> str:
    return text_of(Decimal(steps) / ONE)


def _listed(problems: Iterable[_Problem]) -> list[dict[str, Any]]:
    return [{"code": one.code.value, "field": one.field, "message": one.words} for one in problems]
