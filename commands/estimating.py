"""Setting estimates, which what is used already may contradict (accounting.md 7.5)."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from aggregates import estimating
from aggregates.estimate.orders import SetEstimate
from aggregates.estimating import CohortUse
from commands.desk import Desk
from commands.permissions import lacks_approval
from ledger.decider import Context, Decision


class Surveyor(Protocol):
    """What an estimate needs from the reading side: the use of cohorts with units left."""

    def uses(self, clinic: str, cut: int, on: date) -> Sequence[CohortUse]: ...


def set_estimate(
    desk: Desk, context: Context, order: SetEstimate, surveyor: Surveyor | None
) -> Decision:
    """A version of an estimate, once all cohorts of its scope can still come to it."""
    refusal = lacks_approval(context, "set_estimate", order.approver)
    if refusal is not None:
        return refusal
    if surveyor is None:
        raise RuntimeError("no replay was wired for estimates")
    head = desk.workspace.head()
    counts = order.kind == "breakage"
    uses = surveyor.uses(desk.clinic_id, head, context.today) if counts else ()
    offer = None if order.scope.offer is None else desk.offer(order.scope.offer)
    known = estimating.Known(desk.clinic(), desk.estimates(), offer, uses)
    return estimating.set_estimate(context, order, known)
