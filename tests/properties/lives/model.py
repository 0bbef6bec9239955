"""The naive model: money and units of a contract counted one by one, obviously right."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from aggregates.subscription import change_events as ch
from aggregates.subscription import correction_events as co
from aggregates.subscription import cycle_events as cy
from aggregates.subscription import events as e
from aggregates.subscription.moves import Draw, Lapse
from aggregates.subscription.regaining_events import LossReversed
from ledger.events import Event, Recorded
from ledger.ids import key_of, kind_of

NONE = Decimal(0)
ENDS = (e.Refunded, e.DisputeSettled, e.SaleVoided, ch.ContractEnded)


@dataclass
class Counted:
    """Units of one lot, by what happened to them."""

    granted: Decimal = NONE
    used: Decimal = NONE
    expired: Decimal = NONE
    refunded: Decimal = NONE
    transferred: Decimal = NONE

    @property
    def remaining(self) -> Decimal:
        return self.granted - self.used - self.expired - self.refunded - self.transferred


@dataclass
class Refund:
    """What goes back on each payment, and whether it has left."""

    parts: list[tuple[str, int]]
    paid: bool = False


@dataclass
class Dispute:
    """What the processor took of a contract's money, and its fee."""

    key: str
    amount: int
    fee: int
    is_open: bool = True
    lost: int = 0


#: Events that take units out of lots, and what they then count as.
LEAVING: dict[tuple[type[Event], ...], str] = {
    (ch.ContractEnded,): "expired",
    (e.Refunded, e.DisputeSettled, co.WrittenOff): "refunded",
    (co.UnitsTransferred,): "transferred",
}


@dataclass
class Naive:
    """`paid` lists what each contract received and gave back, `cash` what the clinic did.

    Money is told by commands and their answers, units by the events.
    """

    paid: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    cash: list[int] = field(default_factory=list)
    lots: dict[tuple[str, str], Counted] = field(default_factory=lambda: defaultdict(Counted))
    tenders: dict[str, str] = field(default_factory=dict)
    charges: dict[str, tuple[str, int]] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    disputes: dict[str, Dispute] = field(default_factory=dict)
    tax_on_visits: int = 0
    over: set[str] = field(default_factory=set)
    came_back: set[str] = field(default_factory=set)

    def payment(self, key: str, payment: str, amount: int, tender: str) -> None:
        self.paid[key].append(amount)
        self.tenders[payment] = tender
        self.charges[f"ch-{payment}"] = key, amount
        self._moves(payment, amount)

    def _moves(self, payment: str, amount: int) -> None:
        """Money in, or out when negative; what was paid with store credit is no cash."""
        if self.tenders[payment] != "store_credit":
            self.cash.append(amount)

    def refund(self, key: str, refund: str, answer: dict[str, Any], *, paid: bool) -> None:
        self.paid[key].append(-answer["amount"])
        parts = [(part["payment"], part["amount"]) for part in answer["payments"]]
        self.refunds[refund] = Refund(parts)
        self.settle(refund, paid=paid)

    def settle(self, refund: str, *, paid: bool) -> None:
        """The money leaves, or comes back; the same said twice moves nothing."""
        found = self.refunds[refund]
        for payment, amount in found.parts if found.paid != paid else ():
            self._moves(payment, -amount if paid else amount)
        found.paid = paid

    @property
    def unsettled(self) -> int:
        """Refunds that are approved, and whose money has not left."""
        waiting = [refund.parts for refund in self.refunds.values() if not refund.paid]
        return sum(amount for parts in waiting for _, amount in parts)

    def dispute(self, key: str, name: str, amount: int, fee: int) -> None:
        """`amount` is what the processor took; it takes no fee for an inquiry."""
        self.disputes[name] = Dispute(key, amount, fee if amount else 0)
        self.cash.append(-amount - self.disputes[name].fee)

    def withdrawn(self, name: str, amount: int, fee: int) -> None:
        """The money of an inquiry is taken after all."""
        dispute = self.disputes[name]
        dispute.amount, dispute.fee = amount, fee
        self.cash.append(-amount - fee)

    def decided(self, name: str, lost: int, *, fee: bool) -> None:
        """The first time what is not lost comes back, in a late win what was."""
        dispute = self.disputes[name]
        back = dispute.lost if not dispute.is_open else dispute.amount - lost
        self.paid[dispute.key].append(dispute.lost - lost)
        self.cash.append(back + (dispute.fee if fee else 0))
        dispute.lost, dispute.is_open = lost, False
        dispute.fee = 0 if fee else dispute.fee

    @property
    def lost(self) -> list[str]:
        """Disputes of which something is lost."""
        return [name for name, dispute in self.disputes.items() if dispute.lost]

    @property
    def disputed(self) -> int:
        """What processors hold until disputes are decided."""
        return sum(dispute.amount for dispute in self.disputes.values() if dispute.is_open)

    def hear(self, recorded: Recorded) -> None:
        if kind_of(recorded.stream) == "subscription":
            self._hear(key_of(recorded.stream), recorded.event)

    def _hear(self, key: str, event: Event) -> None:
        self._count(key, event)
        if isinstance(event, ENDS) and getattr(event, "ended", True):
            self.over.add(key)
        if isinstance(event, LossReversed):
            self._regained(key, event)

    def _count(self, key: str, event: Event) -> None:
        match event:
            case e.PackageSold():
                if not event.is_recurring or not event.price + event.tax + event.setup_fee:
                    self._granted(key, event.lines)
            case cy.CycleGranted():
                for lot in event.lots:
                    self.lots[key, lot.grant].granted += lot.quantity or NONE
            case co.UnitsReceived():
                self._granted(key, event.lines)
                self.paid[key].append(event.moved)
            case co.GoodwillGranted():
                self._granted(key, event.lines)
            case ch.PlanChanged() | ch.ContractModified():
                self._exchanged(key, event)
            case e.SaleVoided():
                for (contract, _), counted in self.lots.items():
                    counted.granted -= counted.remaining if contract == key else NONE
            case _:
                self._moved(key, event)

    def _moved(self, key: str, event: Event) -> None:
        match event:
            case Draw():
                sign = 1 if isinstance(event, e.UnitsDrawn) else -1
                self.lots[key, event.grant].used += sign * event.quantity
                self.tax_on_visits += sign * event.tax
                if key in self.over:
                    self.came_back.add(key)
            case Lapse():
                sign = 1 if isinstance(event, e.LotExpired) else -1
                self.lots[key, event.grant].expired += sign * event.quantity
            case cy.CycleLapsed():
                self.paid[key].append(-event.credited)
            case _:
                self._left(key, event)

    def _left(self, key: str, event: Event) -> None:
        """Units that went otherwise than by a visit, under the name of their way; what was paid of
        those that were transferred counts where they are.
        """
        if isinstance(event, co.UnitsTransferred):
            self.paid[key].append(-event.moved)
        for kinds, way in LEAVING.items():
            if isinstance(event, kinds):
                for leaving in event.lots:  # type: ignore[attr-defined]
                    counted = self.lots[key, leaving.grant]
                    setattr(counted, way, getattr(counted, way) + leaving.quantity)

    def _regained(self, key: str, event: LossReversed) -> None:
        """Units of a lost dispute are back; in a contract that is over they can be refunded."""
        for lot in event.lots:
            self.lots[key, lot.grant].refunded -= lot.quantity
        if event.reopens:
            self.over.discard(key)
        elif key in self.over:
            self.came_back.add(key)

    def _granted(self, key: str, lines: tuple[Any, ...]) -> None:
        for line in lines:
            self.lots[key, line.grant].granted += line.quantity or NONE

    def _exchanged(self, key: str, event: ch.PlanChanged | ch.ContractModified) -> None:
        """What a change takes away was never granted, what it gives is."""
        self._granted(key, event.lines)
        for leaving in event.lots:
            self.lots[key, leaving.grant].granted -= leaving.quantity
        for caught in event.caught_up if isinstance(event, ch.ContractModified) else ():
            self.lots[key, caught.grant].granted += caught.more - caught.fewer
