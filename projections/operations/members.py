"""Each membership as a member uses it: visits, value for the fee, messages, risk of leaving.

Product.md 109, 127, 128, 131, 132, 139. Contracts are folded one by one and kept as counters,
to which visits and messages are then added in any order.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from aggregates.communication.events import CommunicationLogged
from aggregates.owing import due_cycles, overdue
from aggregates.subscription.state import Subscription, sale_of
from aggregates.visit.state import Visit, recorded_of
from ledger.ratios import rounded
from projections.balances.report import status
from projections.operations.memberships import (
    VOIDED,
    is_active,
    is_membership,
    left_on,
    months_begun,
    since,
)
from projections.operations.milestones import Planned, planned
from projections.operations.reading import took_place
from projections.operations.usage import past_usage
from projections.ratios import ratio_text

#: A member who has not come for so long may leave.
LONG_AGO = timedelta(days=60)


@dataclass(slots=True)
class Member:
    """A membership, and what is counted for it.

    `patients` may use it, from `since` to the last day `left`. `fees` is what was paid and not
    given back, without tax; `at_list` what was used, at list price. `reasons` for which it may
    be lost are those that the contract tells by itself.
    """

    patient: str
    subscription: str
    offer: str
    tier: str | None
    status: str
    since: date
    left: date | None
    active: bool
    patients: frozenset[str]
    paid: int
    missed: int
    at_list: int
    fees: int
    reasons: tuple[str, ...]
    milestones: tuple[Planned, ...]
    visits: int = 0
    last_visit: date | None = None
    messages: dict[str, int] = field(default_factory=lambda: {"in": 0, "out": 0})

    def ran_on(self, on: date) -> bool:
        """Whether that day is one of the membership's."""
        return self.since <= on and (self.left is None or on <= self.left)

    def visited(self, on: date) -> None:
        """One more visit."""
        self.visits += 1
        self.last_visit = on if self.last_visit is None else max(self.last_visit, on)

    def row(self, as_of: date) -> dict[str, Any]:
        """As the report shows it."""
        last = as_of if self.left is None else min(as_of, self.left)
        return {
            "patient": self.patient,
            "subscription": self.subscription,
            "offer": self.offer,
            "tier": self.tier,
            "status": self.status,
            "since": self.since.isoformat(),
            "cycles": {"paid": self.paid, "missed": self.missed},
            "visits": self.visits,
            "visits_per_month": ratio_text(self.visits, months_begun(self.since, last)),
            "used_at_list": self.at_list,
            "fees_paid": self.fees,
            "value_ratio": ratio_text(self.at_list, self.fees) if self.fees > 0 else None,
            "messages": dict(self.messages),
            "last_visit": None if self.last_visit is None else self.last_visit.isoformat(),
            "missed_milestones": sum(milestone.missed for milestone in self.milestones),
            "risk": self._risk(as_of),
        }

    def _risk(self, as_of: date) -> list[str]:
        if not self.active:
            return []
        quiet = as_of - (self.last_visit or self.since) >= LONG_AGO
        return [*(("no_visit_60_days",) if quiet else ()), *self.reasons]


def members(
    contracts: Iterable[Subscription],
    visits: Iterable[Visit],
    messages: Iterable[CommunicationLogged],
    as_of: date,
) -> list[dict[str, Any]]:
    """One row for each membership, in the order of the contracts, which are as `presented`
    gives them. `risk` is told of those that go on: ``no_visit_60_days``, ``payment_failed``,
    ``under_notice``, ``underused`` (less than half of the units of the cycles that are over).
    """
    found = [
        _member(state, as_of)
        for state in contracts
        if is_membership(state) and state.ended != VOIDED
    ]
    club = Club(found)
    for visit in visits:
        club.visited(visit)
    for message in messages:
        club.wrote(message)
    return [member.row(as_of) for member in found]


class Club:
    """The memberships by contract and by patient."""

    def __init__(self, found: Iterable[Member]) -> None:
        self._by_contract = {member.subscription: member for member in found}
        self._by_patient: dict[str, list[Member]] = {}
        for member in self._by_contract.values():
            for patient in member.patients:
                self._by_patient.setdefault(patient, []).append(member)

    def visited(self, visit: Visit) -> None:
        """Counts a visit for the memberships that covered it; where none did, for those that
        the patient had on that day. For milestones it counts in any of them.
        """
        recorded, on = recorded_of(visit), visit.took_place
        if on is None or not took_place(visit):
            return
        rows = [row for row in recorded.coverage if row.line not in visit.reversed_lines]
        own = [member for member in self._by_patient.get(recorded.patient, ()) if member.ran_on(on)]
        drawn = {draw.subscription for row in rows for draw in row.draws}
        covered = [self._by_contract[key] for key in sorted(drawn & self._by_contract.keys())]
        for member in covered or own:
            member.visited(on)
        for member in own:
            for milestone in member.milestones:
                milestone.visited(on, {row.service for row in rows})

    def wrote(self, message: CommunicationLogged) -> None:
        """Counts a message for its contract, or for all memberships of its patient."""
        if message.subscription is not None:
            member = self._by_contract.get(message.subscription)
            concerned = [] if member is None else [member]
        else:
            concerned = self._by_patient.get(message.patient or "", [])
        for member in concerned:
            member.messages[message.direction] += 1


def _member(state: Subscription, as_of: date) -> Member:
    sold = sale_of(state)
    current, left = state.plan or sold, left_on(state)
    statuses = [cycle.status for cycle in state.cycles.values()]
    at_list = sum((lot.used_at_list for lot in state.lots.values()), Fraction(0))
    return Member(
        patient=sold.patient,
        subscription=sold.subscription,
        offer=current.offer,
        tier=current.tier,
        status=status(state, as_of),
        since=since(state),
        left=left,
        active=is_active(state, as_of),
        patients=frozenset({sold.patient, *state.members}),
        paid=statuses.count("granted"),
        missed=statuses.count("lapsed"),
        at_list=rounded(at_list),
        fees=state.paid_ex_tax,
        reasons=tuple(_reasons(state, as_of)),
        milestones=planned(state, left, as_of),
    )


def _reasons(state: Subscription, as_of: date) -> Iterable[str]:
    if _payment_failed(state, as_of):
        yield "payment_failed"
    if state.cancels_on is not None:
        yield "under_notice"
    if past_usage(state, as_of).is_little:
        yield "underused"


def _payment_failed(state: Subscription, as_of: date) -> bool:
    """Whether a payment is late or was refused, or the last cycle that began was never paid."""
    begun = [cycle for cycle in state.cycles.values() if cycle.starts <= as_of]
    refused = {key.split(" ")[-1] for key in state.signals if key.startswith("failed ")}
    waiting = {str(cycle.number) for cycle in due_cycles(state)}
    lapsed = bool(begun) and max(begun, key=lambda cycle: cycle.number).status == "lapsed"
    return overdue(state, as_of) is not None or lapsed or not refused.isdisjoint(waiting)
