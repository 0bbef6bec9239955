"""Questions answered by the rules themselves: what would be covered, what a refund comes to.

They read the same streams as the commands and record nothing.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from aggregates.coverage import Holdings, cover_line
from aggregates.quoting import quotes
from aggregates.refunding import refundable
from aggregates.subscription.state import Subscription
from aggregates.values import Word
from aggregates.visit.orders import RecordVisit, VisitLine
from aggregates.visits import coverage_data
from commands.desk import Desk
from commands.envelope import parse_strictly
from commands.handling import Commands
from commands.spec import unknown_subscription
from ledger.calendar import Moment, local_date
from ledger.codes import Code, Refused
from ledger.decider import Context
from ledger.events import Frozen
from ledger.ids import Id
from ledger.quantity import PositiveQuantity


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
    """What would be covered at a time: {coverage, access, tier}; changes nothing."""
    asked = parse_strictly(Check, question)
    if isinstance(asked, Refused):
        return asked
    desk = commands.desk(clinic)
    if desk.clinic().defined is None:
        return Refused(Code.UNKNOWN_CLINIC, f"No clinic {clinic}.", "clinic")
    context = _asking(desk, asked.at or commands.clock(), commands.clock())
    contracts = desk.subscriptions(desk.patient(asked.patient).subscriptions)
    rows = _coverage(desk, context, asked, contracts)
    if isinstance(rows, Refused):
        return rows
    return {
        "patient": asked.patient,
        "coverage": rows,
        "access": {name: _has_access(contracts, name, context) for name in asked.access},
        "tier": _tier(contracts, context),
    }


def _asking(desk: Desk, at: datetime, now: datetime) -> Context:
    timezone = desk.clinic().timezone
    on, today = local_date(at, timezone), local_date(now, timezone)
    return Context(desk.clinic_id, at, on, "check", "service", now, today)


def _coverage(
    desk: Desk, context: Context, asked: Check, contracts: dict[str, Subscription]
) -> list[dict[str, object]] | Refused:
    if not asked.lines:
        return []
    services = desk.services((line.service for line in asked.lines), context.at)
    for index, line in enumerate(asked.lines):
        if line.service not in services:
            return Refused(
                Code.UNKNOWN_SERVICE, f"No service {line.service}.", f"lines[{index}].service"
            )
    lines = tuple(
        VisitLine(line=f"{index + 1}", service=line.service, quantity=line.quantity)
        for index, line in enumerate(asked.lines)
    )
    visit = RecordVisit(visit="check", patient=asked.patient, status="completed", lines=lines)
    held = Holdings(context, dict(contracts), desk.patient(asked.patient).store_credit)
    rows = tuple(
        cover_line(held, visit, line, services[line.service], context.on) for line in lines
    )
    return coverage_data(rows)


def _has_access(contracts: dict[str, Subscription], name: str, context: Context) -> bool:
    """Whether a running, paid contract grants this access on that day."""
    return any(
        name in lot.sold.access
        and lot.starts <= context.on
        and not lot.is_over(context.on)
        and any(span.fixed is None for span in lot.spans)
        for state in contracts.values()
        if _is_paid(state)
        for lot in state.lots.values()
    )


def _tier(contracts: dict[str, Subscription], context: Context) -> str | None:
    """The tier of the patient's newest running contract that has one."""
    running = [
        state.sold.tier
        for state in contracts.values()
        if state.sold is not None and _is_paid(state) and not _is_over(state, context)
    ]
    return next((tier for tier in reversed(running) if tier is not None), None)


def _is_over(state: Subscription, context: Context) -> bool:
    return all(lot.is_over(context.on) for lot in state.lots.values())


def _is_paid(state: Subscription) -> bool:
    return state.ended is None and (state.runs_ahead or state.paid > 0 or not state.price)


def quote_refund(
    commands: Commands, clinic: str, subscription: str, at: datetime | None = None
) -> dict[str, Any] | Refused:
    """Every refund formula with its working, the contract's own marked (interfaces.md 6)."""
    desk = commands.desk(clinic)
    state = desk.subscription(subscription)
    if state.sold is None:
        return unknown_subscription(subscription)
    on = local_date(at or commands.clock(), desk.clinic().timezone)
    return {
        "subscription": subscription,
        "as_of": on.isoformat(),
        "quotes": quotes(state, on),
        "to": refundable(state),
    }
