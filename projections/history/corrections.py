"""Sentences for what corrects, shares or gives away a contract."""

from collections.abc import Callable
from typing import Any

from aggregates.subscription import correction_events as c
from aggregates.subscription.dormancy_events import (
    DormancyReached,
    RefundDormant,
    UnclaimedRemitted,
    UnclaimedReturned,
)
from aggregates.subscription.line import SoldLine
from aggregates.subscription.lot import NONE
from ledger.events import Event
from ledger.quantity import text_of

Amounts = Callable[[int], str]


def _count(line: SoldLine) -> str:
    return text_of(line.quantity or NONE)


def _transferred(event: c.UnitsTransferred, amount: Amounts) -> str:
    units = ", ".join(f"{text_of(lot.quantity)} of {lot.line}" for lot in event.lots)
    value = amount(sum(share.amount for share in event.shares))
    return f"{units} transferred to {event.to_subscription}, with {value}"


def _received(event: c.UnitsReceived, amount: Amounts) -> str:
    units = ", ".join(f"{_count(line)} of {line.line}" for line in event.lines)
    value = amount(sum(share.amount for share in event.shares))
    return f"{units} received from {event.from_subscription}, with {value}"


def _granted(event: c.GoodwillGranted, _: Amounts) -> str:
    gifts = [(line, term.service) for line in event.lines for term in line.services]
    units = ", ".join(f"{_count(line)} of {service}" for line, service in gifts)
    return f"{units} granted as goodwill, approved by {event.approver}"


def _reinstated(event: c.LotReinstated, amount: Amounts) -> str:
    value = event.forfeited + event.credited + event.held
    worth = f"worth {amount(value)}" if value else "at no price"
    return f"{text_of(event.quantity)} of {event.line} reinstated to {event.until}, {worth}"


def _written_off(event: c.WrittenOff, amount: Amounts) -> str:
    lost = f", {amount(event.delivered)} of it delivered" if event.delivered else ""
    return f"{amount(event.amount)} written off{lost}"


def _assessed(event: c.ContractAssessed, amount: Amounts) -> str:
    if not event.met:
        return "Contract test not met"
    return f"Contract test met, deposit of {amount(event.deposit)} released"


def _dormant(event: DormancyReached, amount: Amounts) -> str:
    return f"{amount(event.amount)} of {event.line} is due to the state of {event.state}"


def _uncashed(event: RefundDormant, amount: Amounts) -> str:
    return f"{amount(event.amount)} of refund {event.refund} is due to the state of {event.state}"


def _remitted(event: UnclaimedRemitted, amount: Amounts) -> str:
    return f"{amount(event.amount)} paid to the state with {event.remittance}"


def _returned(event: UnclaimedReturned, amount: Amounts) -> str:
    return f"{amount(event.amount)} claimed by the owner before the state was paid"


CORRECTED: dict[type[Event], Callable[[Any, Amounts], str]] = {
    c.UnitsTransferred: _transferred,
    c.UnitsReceived: _received,
    c.GoodwillGranted: _granted,
    c.MemberAdded: lambda event, _: f"Shared with {event.patient}",
    c.MemberRemoved: lambda event, _: f"No longer shared with {event.patient}",
    c.LotReinstated: _reinstated,
    c.WrittenOff: _written_off,
    DormancyReached: _dormant,
    RefundDormant: _uncashed,
    UnclaimedRemitted: _remitted,
    UnclaimedReturned: _returned,
    c.ContractAssessed: _assessed,
}
