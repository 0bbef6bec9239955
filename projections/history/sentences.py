"""One sentence for each event, with amounts as people write them and no personal data."""

from collections.abc import Callable
from typing import Any

from aggregates.books.events import AdjustmentPosted, AdjustmentReversed
from aggregates.communication.events import CommunicationLogged
from aggregates.dispute.events import DisputeClosed, DisputeOpened
from aggregates.payment.events import ChargeRegistered, PaymentRegistered, RefundRegistered
from aggregates.subscription import events as e
from aggregates.subscription.financed import interest_in
from aggregates.subscription.link_events import CommunicationLinked
from aggregates.subscription.regaining_events import LossReversed
from ledger import money
from ledger.events import Event
from ledger.quantity import text_of
from projections.history.corrections import CORRECTED
from projections.history.memberships import MEMBERSHIP

Sentence = Callable[[Any, Callable[[int], str]], str]
Amounts = Callable[[int], str]


def _sold(event: e.PackageSold, amount: Amounts) -> str:
    until = f", valid to {event.expires}" if event.expires else ""
    tax = f" plus {amount(event.tax)} tax" if event.tax else ""
    return f"{event.name} sold for {amount(event.price + interest_in(event.financing))}{tax}{until}"


def _consented(event: e.ConsentRecorded, _: Amounts) -> str:
    when = "before payment" if event.shown_before_payment else "not before payment"
    return f"{event.kind} consent to {event.document.id} {event.document.version}, shown {when}"


def _paid(event: e.PaymentReceived, amount: Amounts) -> str:
    card = f" {event.card.brand} ending {event.card.last4}" if event.card else ""
    excess = f", {amount(event.excess)} more than owed" if event.excess else ""
    return f"{amount(event.amount)} paid by {event.tender}{card}{excess}"


def _drawn(event: e.UnitsDrawn, amount: Amounts) -> str:
    how = {"completed": "used", "no_show": "charged for a no-show"}.get(
        event.status, "charged for a late cancellation"
    )
    value = amount(event.amount)
    if event.carried_over:
        return f"{text_of(event.quantity)} of {event.line} carried over as used, worth {value}"
    return f"{text_of(event.quantity)} of {event.line} {how} in visit {event.visit}, worth {value}"


def _undrawn(event: e.DrawReversed, amount: Amounts) -> str:
    value = amount(event.amount)
    back = f"{text_of(event.quantity)} of {event.line}"
    if event.carried_over:
        return f"{back} given back that was carried over as used, worth {value}"
    return f"{back} given back from visit {event.visit}, worth {value}"


def _expired(event: e.LotExpired, amount: Amounts) -> str:
    parts = (
        (event.forfeited, "forfeited"),
        (event.credited, "kept as store credit"),
        (event.held, "held"),
        (event.waived, "never paid and no longer owed"),
    )
    fate = "".join(f", {amount(value)} {word}" for value, word in parts if value)
    return f"{text_of(event.quantity)} of {event.line} expired{fate}"


def _unexpired(event: e.ExpiryReversed, amount: Amounts) -> str:
    value = amount(event.forfeited + event.credited + event.held)
    return f"Expiry of {text_of(event.quantity)} of {event.line} taken back, worth {value}"


def _extended(event: e.LotExtended, amount: Amounts) -> str:
    fee = f" for {amount(event.fee)}" if event.fee else ""
    return f"{', '.join(lot.line for lot in event.lots)} extended to {event.until}{fee}"


def _refunded(event: e.Refunded, amount: Amounts) -> str:
    units = ", ".join(
        f"{text_of(lot.quantity)} of {lot.line}" for lot in event.lots if lot.quantity
    )
    state = "refunded" if event.paid else "approved as a refund, not paid yet"
    return f"{amount(event.amount)} {state}{f' for {units}' if units else ''}"


def _frozen(event: e.UnitsFrozen, amount: Amounts) -> str:
    held = sum(lot.quantity for lot in event.lots)
    taken = f", {amount(event.withdrawn)} withdrawn" if event.withdrawn else ""
    return f"Dispute {event.dispute} of charge {event.charge} opened{taken}, {held} units held"


def _settled(event: e.DisputeSettled, amount: Amounts) -> str:
    lost = f", {amount(event.lost)} lost" if event.lost else ""
    return f"Dispute {event.dispute} {event.outcome}{lost}"


def _regained(event: LossReversed, amount: Amounts) -> str:
    units = ", ".join(f"{text_of(lot.quantity)} of {lot.line}" for lot in event.lots)
    back = f", {units} back" if units else ""
    return f"Dispute {event.dispute} won after all, {amount(event.regained)} regained{back}"


def _opened(event: DisputeOpened, amount: Amounts) -> str:
    code = event.network_reason_code or event.reason
    return f"Dispute of {amount(event.amount)} opened, reason {code}"


def _closed(event: DisputeClosed, amount: Amounts) -> str:
    lost = sum(part.lost for part in event.parts)
    if event.recovered:
        return f"Dispute won after all, {amount(sum(p.amount for p in event.recovered))} back"
    return f"Dispute {event.outcome}{f', {amount(lost)} lost' if lost else ''}"


def _adjusted(event: AdjustmentPosted, amount: Amounts) -> str:
    accounts = ", ".join(dict.fromkeys(line.account for line in event.lines))
    total = amount(sum(line.debit for line in event.lines))
    again = ", to be reversed" if event.auto_reverse else ""
    return f"Manual journal {event.adjustment} of {total} on {accounts}{again}"


_SENTENCES: dict[type[Event], Sentence] = {
    e.PackageSold: _sold,
    e.ConsentRecorded: _consented,
    e.InstalmentDue: lambda event, amount: f"{amount(event.amount)} fell due",
    e.PaymentReceived: _paid,
    e.UnitsDrawn: _drawn,
    e.DrawReversed: _undrawn,
    e.LotExpired: _expired,
    e.ForfeitureHeld: lambda event, amount: (
        f"{amount(event.amount)} of {event.line} not forfeited: {', '.join(event.missing)} missing"
    ),
    e.ExpiryReversed: _unexpired,
    e.LotExtended: _extended,
    e.Refunded: _refunded,
    e.RefundSettled: lambda event, _: f"Refund {event.refund} {event.status}",
    e.SaleVoided: lambda *_: "Sale voided",
    e.CreditNoted: lambda event, amount: f"Price lowered by {amount(event.amount)}",
    CommunicationLinked: lambda event, _: (
        f"{event.kind} message {event.communication} logged{', failed' if event.failed else ''}"
    ),
    e.UnitsFrozen: _frozen,
    e.DisputeSettled: _settled,
    LossReversed: _regained,
    ChargeRegistered: lambda event, amount: (
        f"{amount(event.amount)} of the charge paid for {event.subscription}"
    ),
    PaymentRegistered: lambda event, amount: (
        f"{amount(event.amount)} by {event.tender} for {event.subscription}"
    ),
    RefundRegistered: lambda event, _: f"Refund of {event.subscription} registered",
    DisputeOpened: _opened,
    DisputeClosed: _closed,
    CommunicationLogged: lambda event, _: (
        f"{event.kind} message by {event.channel}, {event.direction}, {event.status}"
    ),
    AdjustmentPosted: _adjusted,
    AdjustmentReversed: lambda event, _: f"Manual journal {event.adjustment} reversed",
    **CORRECTED,
    **MEMBERSHIP,
}


def sentence(event: Event, currency: str) -> str:
    """What happened, in one sentence; the event's name where no sentence is known."""
    say = _SENTENCES.get(type(event))
    if say is None:
        return type(event).__name__
    return say(event, lambda amount: money.text_of(amount, currency))
