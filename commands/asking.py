"""A question answered by the rules themselves: what would be covered.

It reads the same streams as the commands and records nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from aggregates.clinic.state import CLINIC
from aggregates.covering.hindrance import hindrance
from aggregates.covering.holdings import Chart, holdings, may_use
from aggregates.covering.rows import cover_line, coverage_data
from aggregates.patient.state import PATIENT
from aggregates.service.state import SERVICE
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Subscription, sale_of
from aggregates.values import Word
from aggregates.visit.orders import RecordVisit, VisitLine
from aggregates.visit.state import Visit
from commands.desk import Desk
from commands.envelope import parse_strictly
from commands.handling import Commands
from commands.spec import Reads
from commands.using import chart_of
from ledger.calendar import Moment, local_date
from ledger.codes import Code, Refused
from ledger.decider import Context
from ledger.events import Frozen
from ledger.ids import Id
from ledger.quantity import PositiveQuantity, text_of

#: What may hinder a lot of a contract that runs and is paid.
_RUNNING = frozenset({None, Code.HELD, Code.LIMIT_EXCEEDED, Code.NOT_ENOUGH_UNITS})


class CheckLine(Frozen):
    service: Id
    quantity: PositiveQuantity


class Check(Frozen):
    """The question on ``entitlements.<clinic>.check`` (interfaces.md 5)."""

    patient: Id
    lines: Annotated[tuple[CheckLine, ...], Field(max_length=50)] = ()
    access: tuple[Word, ...] = ()
    at: Moment | None = None


def check(commands: Commands, clinic: str, question: Any) -> dict[str, Any] | Refused:
    """What would be covered at a time; changes nothing.

    {patient, coverage, access: {name: bool}, tier, perks: all access there is, discounts}.
    """
    asked = parse_strictly(Check, question)
    if isinstance(asked, Refused):
        return asked
    desk = commands.desk(clinic)
    desk.workspace.load(_reads(desk, asked))
    if desk.clinic().defined is None:
        return Refused(Code.UNKNOWN_CLINIC, f"No clinic {clinic}.", "clinic")
    context = _asking(desk, asked.at or commands.clock(), commands.clock())
    known = desk.services((line.service for line in asked.lines), context.at)
    chart = chart_of(desk, Visit(), asked.patient, known)
    rows = _coverage(context, asked, chart)
    if isinstance(rows, Refused):
        return rows
    usable = {
        name: state for name, state in chart.contracts.items() if may_use(state, asked.patient)
    }
    perks = _perks(usable, context.on)
    return {
        "patient": asked.patient,
        "coverage": rows,
        "access": {name: name in perks for name in asked.access},
        "tier": _tier(usable, context.on),
        "perks": sorted(perks),
        "discounts": _discounts(usable, context.on),
    }


def _reads(desk: Desk, asked: Check) -> Reads:
    """The streams that the answer needs, as far as the cache knows: one query for all of them,
    and another where the patient holds what it has not seen.
    """
    guess = Desk(desk.clinic_id, desk.workspace.remembered())
    yield CLINIC, desk.name("clinic")
    yield PATIENT, desk.name("patient", asked.patient)
    for line in asked.lines:
        yield SERVICE, desk.name("service", line.service)
    for key in guess.patient(asked.patient).subscriptions:
        yield SUBSCRIPTION, desk.name("subscription", key)


def _asking(desk: Desk, at: datetime, now: datetime) -> Context:
    timezone = desk.clinic().timezone
    on, today = local_date(at, timezone), local_date(now, timezone)
    return Context(desk.clinic_id, at, on, "check", "service", now, today)


def _coverage(context: Context, asked: Check, chart: Chart) -> list[dict[str, object]] | Refused:
    if not asked.lines:
        return []
    for index, line in enumerate(asked.lines):
        if line.service not in chart.services:
            return Refused(
                Code.UNKNOWN_SERVICE, f"No service {line.service}.", f"lines[{index}].service"
            )
    lines = tuple(
        VisitLine(line=f"{index + 1}", service=line.service, quantity=line.quantity)
        for index, line in enumerate(asked.lines)
    )
    visit = RecordVisit(visit="check", patient=asked.patient, status="completed", lines=lines)
    held = holdings(context, visit, chart, context.on)
    return coverage_data(
        tuple(cover_line(held, line, chart.services[line.service]) for line in lines)
    )


def _usable(
    contracts: Mapping[str, Subscription], on: date
) -> Iterator[tuple[str, Subscription, Lot]]:
    """The lots of running, paid contracts that may be used on that day."""
    for name, state in contracts.items():
        for lot in state.lots.values():
            if hindrance(state, lot, on) is None:
                yield name, state, lot


def _perks(contracts: Mapping[str, Subscription], on: date) -> set[str]:
    """What access the patient has; before the first use of a contract none of it runs."""
    return {
        name
        for _, state, lot in _usable(contracts, on)
        if not state.awaits_use
        for name in lot.sold.access
    }


def _tier(contracts: Mapping[str, Subscription], on: date) -> str | None:
    """The tier of the newest running, paid contract that has one, used up or not."""
    tiers = [
        state.plan.tier if state.plan is not None else sale_of(state).tier
        for state in contracts.values()
        if any(hindrance(state, lot, on) in _RUNNING for lot in state.lots.values())
    ]
    return next((tier for tier in reversed(tiers) if tier is not None), None)


def _discounts(contracts: Mapping[str, Subscription], on: date) -> list[dict[str, Any]]:
    """What comes off further services: percent or amount, for which of them, how often still."""
    return [
        {
            "subscription": name,
            "line": lot.line,
            **lot.sold.model_dump(
                mode="json", exclude_none=True, include={"percent", "amount", "categories"}
            ),
            "services": list(lot.sold.scope),
            "remaining": None if lot.sold.quantity is None else text_of(lot.free),
        }
        for name, _, lot in _usable(contracts, on)
        if lot.kind == "discount"
    ]
