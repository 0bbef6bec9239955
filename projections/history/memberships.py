"""Sentences for cycles, changes on the way, bookings, and what other services are told."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from aggregates.subscription import change_events as c
from aggregates.subscription import combining_events as k
from aggregates.subscription import cycle_events as y
from aggregates.subscription import signal_events as s
from aggregates.subscription import using_events as u
from ledger.calendar import ONE_DAY
from ledger.events import Event
from ledger.quantity import text_of

Amounts = Callable[[int], str]


def _days(starts: date, until: date | None) -> str:
    """``from .. to ..``, both days included."""
    return f"from {starts}" if until is None else f"from {starts} to {until - ONE_DAY}"


def _parts(*parts: tuple[int, str], amount: Amounts) -> str:
    return "".join(f", {amount(value)} {word}" for value, word in parts if value)


def _due(event: y.CycleDue, amount: Amounts) -> str:
    asked = amount(event.price + event.tax)
    return f"Cycle {event.cycle} {_days(event.starts, event.ends)} asks for {asked}"


def _granted(event: y.CycleGranted, _: Amounts) -> str:
    how = f", {event.choice}" if event.choice else ""
    return f"Cycle {event.cycle} granted {_days(event.starts, event.ends)}{how}"


def _lapsed(event: y.CycleLapsed, amount: Amounts) -> str:
    parts = (event.credited, "kept as store credit"), (event.waived, "no longer owed")
    return f"Cycle {event.cycle} lapsed{_parts(*parts, amount=amount)}"


def _failed(event: y.PaymentFailed, amount: Amounts) -> str:
    return f"Payment of {amount(event.amount)} failed: {event.code}"


def _paused(event: c.Paused, _: Amounts) -> str:
    mode = event.mode.replace("_", " ")
    return f"Paused {_days(event.starts, event.until)}, {mode}"


def _cancelled(event: c.CancellationRequested, amount: Amounts) -> str:
    penalty = _parts((event.penalty, "penalty"), amount=amount)
    return f"Cancellation by {event.channel}, ends with {event.ends}{penalty}"


def _ended(event: c.ContractEnded, amount: Amounts) -> str:
    return "Contract ended" + _parts(
        (event.forfeited, "forfeited"),
        (event.credited, "kept as store credit"),
        (event.held, "held"),
        (event.penalty_owed, "penalty still owed"),
        (event.waived, "no longer owed"),
        amount=amount,
    )


def _scheduled(event: c.PlanChangeScheduled, _: Amounts) -> str:
    when = event.starts or f"cycle {event.plan.since}"
    return f"Plan {event.plan.name} arranged from {when}"


def _changed(event: c.PlanChanged, amount: Amounts) -> str:
    parts = (event.due, "due"), (event.credited, "kept as store credit")
    return f"Plan changed to {event.plan.name} from {event.starts}{_parts(*parts, amount=amount)}"


def _modified(event: c.ContractModified, amount: Amounts) -> str:
    by = f"by {amount(event.price)}" if event.price else "at no price"
    parts = _parts((event.credited, "kept as store credit"), amount=amount)
    return f"Contract modified {by}, {event.method.replace('_', ' ')}{parts}"


def _combined(event: k.ContractsCombined, amount: Amounts) -> str:
    moved = sum(lot.added - lot.taken for lot in event.lots)
    value = f", {amount(abs(moved))} {'more' if moved > 0 else 'less'} of it here" if moved else ""
    return f"Counts as one contract with {', '.join(event.subscriptions)}{value}"


def _exercised(event: k.RightExercised, amount: Amounts) -> str:
    moved = sum(share.amount for share in event.given)
    return f"Right {event.line} used by visit {event.visit}, {amount(moved)} allocated anew"


def _units(lots: Iterable[Any]) -> str:
    return ", ".join(f"{text_of(lot.quantity)} of {lot.grant}" for lot in lots)


def _reserved(event: u.UnitsReserved, _: Amounts) -> str:
    return f"{_units(event.lots)} held for booking {event.booking} on {event.booked_on}"


def _released(event: u.UnitsReleased, _: Amounts) -> str:
    to = f" to visit {event.visit}" if event.visit else ""
    return f"{_units(event.lots)} released from booking {event.booking}{to}"


def _asked(event: s.PaymentDue, amount: Amounts) -> str:
    return f"{amount(event.amount)} due since {event.due}, attempt {event.attempt}"


def _reminded(event: s.ExpiryReminderDue, _: Amounts) -> str:
    return f"{text_of(event.remaining)} of {event.line} expire on {event.expires}, notice due"


def _renewing(event: s.RenewalNoticeDue, amount: Amounts) -> str:
    return f"Cycle {event.cycle} of {amount(event.amount)} on {event.due}, notice due"


def _milestone(event: s.MilestoneDue, _: Amounts) -> str:
    service = f", service {event.service}" if event.service else ""
    return f"Milestone {event.milestone} {event.number} due{service}"


def _rolled(event: y.UnitsRolledOver, _: Amounts) -> str:
    return f"{text_of(event.quantity)} of {event.line} rolled over to {event.ends - ONE_DAY}"


def _started(event: u.ValidityStarted, _: Amounts) -> str:
    until = f", to {event.expires}" if event.expires else ""
    return f"Validity starts on {event.starts}{until}"


def _signed(event: u.DrawPosted, amount: Amounts) -> str:
    return f"Visit {event.visit} signed, {amount(event.amount)} of {event.line} earned"


MEMBERSHIP: dict[type[Event], Callable[[Any, Amounts], str]] = {
    y.CycleDue: _due,
    y.CycleGranted: _granted,
    y.CycleLapsed: _lapsed,
    y.UnitsRolledOver: _rolled,
    y.PaymentFailed: _failed,
    c.Paused: _paused,
    c.PauseBegan: lambda event, _: f"Pause began on {event.starts}",
    c.Resumed: lambda event, _: f"Resumed, first day back {event.until}",
    c.CancellationRequested: _cancelled,
    c.ContractEnded: _ended,
    c.PlanChangeScheduled: _scheduled,
    c.PlanChanged: _changed,
    c.ContractModified: _modified,
    k.ContractsCombined: _combined,
    k.RightExercised: _exercised,
    u.ValidityStarted: _started,
    u.DrawPosted: _signed,
    u.UnitsReserved: _reserved,
    u.UnitsReleased: _released,
    s.PaymentDue: _asked,
    s.ExpiryReminderDue: _reminded,
    s.RenewalNoticeDue: _renewing,
    s.MilestoneDue: _milestone,
}
