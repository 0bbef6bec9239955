"""Where a payment, a charge, a refund or a use of store credit leads."""

from dataclasses import dataclass, replace

from aggregates.payment.events import (
    ChargeRegistered,
    CreditUseRegistered,
    PaymentRegistered,
    RefundRegistered,
)
from ledger.decider import Decider, impossible
from ledger.events import Recorded


@dataclass(frozen=True, slots=True)
class Payment:
    registered: PaymentRegistered | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """One card charge; `parts` are the payments it made, possibly on several contracts."""

    parts: tuple[ChargeRegistered, ...] = ()

    @property
    def amount(self) -> int:
        return sum(part.amount for part in self.parts)


@dataclass(frozen=True, slots=True)
class Refund:
    registered: RefundRegistered | None = None


@dataclass(frozen=True, slots=True)
class CreditUse:
    registered: CreditUseRegistered | None = None


def _payment(state: Payment, recorded: Recorded) -> Payment:
    match recorded.event:
        case PaymentRegistered() as registered:
            return Payment(registered)
        case other:
            raise impossible("payment", other)


def _charge(state: Charge, recorded: Recorded) -> Charge:
    match recorded.event:
        case ChargeRegistered() as part:
            return replace(state, parts=(*state.parts, part))
        case other:
            raise impossible("charge", other)


def _refund(state: Refund, recorded: Recorded) -> Refund:
    match recorded.event:
        case RefundRegistered() as registered:
            return Refund(registered)
        case other:
            raise impossible("refund", other)


def _credit_use(state: CreditUse, recorded: Recorded) -> CreditUse:
    match recorded.event:
        case CreditUseRegistered() as registered:
            return CreditUse(registered)
        case other:
            raise impossible("use of store credit", other)


PAYMENT: Decider[Payment] = Decider(Payment(), _payment)
CHARGE: Decider[Charge] = Decider(Charge(), _charge)
REFUND: Decider[Refund] = Decider(Refund(), _refund)
CREDIT_USE: Decider[CreditUse] = Decider(CreditUse(), _credit_use)
