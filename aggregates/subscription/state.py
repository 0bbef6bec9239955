"""What a subscription's history comes to: lots, money, consents, disputes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeVar

from aggregates.subscription.events import PackageSold
from aggregates.subscription.lot import Lot
from aggregates.values import Tender, TenderPart
from ledger.decider import changed

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment of this contract: what it brought each lot, and what of it went back.

    `excess` was more than was owed and became store credit.
    """

    payment: str
    amount: int
    tender: Tender
    tax: int
    shares: tuple[tuple[str, int], ...]
    charge: str | None = None
    excess: int = 0
    refunded: int = 0
    lost: int = 0
    withdrawn: bool = False

    @property
    def refundable(self) -> int:
        """What can still go back on it; nothing while a dispute has withdrawn the money."""
        left = self.amount - self.excess - self.refunded - self.lost
        return 0 if self.withdrawn else max(left, 0)


@dataclass(frozen=True, slots=True)
class RefundGiven:
    """A refund: where it goes back, and whether the money has left."""

    refund: str
    payments: tuple[TenderPart, ...]
    store_credit: bool
    paid: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A communication about this contract; one that failed is no notice."""

    communication: str
    kind: str
    sent_on: date
    failed: bool


@dataclass(frozen=True, slots=True)
class Freeze:
    """Units a dispute holds back, by grant."""

    dispute: str
    payment: str
    lots: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Subscription:
    """The folded contract. `sold` is None before the sale.

    `received` is gross and never falls; `returned` is what went back by refunds and lost
    disputes; `waived` is what was owed and no longer is. All three include tax, as `price`
    and `paid_ex_tax` do not. `tax_returned` is the tax in refunds, `tax_lost` that in lost
    disputes; `lost_delivered` is lost money for which nothing left the liability.
    """

    sold: PackageSold | None = None
    lots: Mapping[str, Lot] = field(default_factory=lambda: MappingProxyType({}))
    price: int = 0
    tax: int = 0
    received: int = 0
    returned: int = 0
    waived: int = 0
    paid_ex_tax: int = 0
    tax_funded: int = 0
    tax_returned: int = 0
    tax_lost: int = 0
    lost_delivered: int = 0
    refunded_ex_tax: int = 0
    receivable: int = 0
    billed: int = 0
    consents: tuple[str, ...] = ()
    clauses: frozenset[str] = frozenset()
    payments: Mapping[str, Paid] = field(default_factory=lambda: MappingProxyType({}))
    refunds: Mapping[str, RefundGiven] = field(default_factory=lambda: MappingProxyType({}))
    notices: tuple[Notice, ...] = ()
    freezes: Mapping[str, Freeze] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[str, ...] = ()
    ended: str | None = None
    ended_on: date | None = None
    last_day: date | None = None

    @property
    def paid(self) -> int:
        """What was received less what went back, with tax (interfaces.md 6, balance)."""
        return self.received - self.returned

    @property
    def owed(self) -> int:
        """What the contract still asks for, with tax; it does not rise when money goes back.

        One that has ended asks only for what was billed and delivered.
        """
        if self.ended is not None:
            return self.receivable
        return max(self.price + self.tax - self.received - self.waived, 0)

    @property
    def runs_ahead(self) -> bool:
        """Whether draws may exceed what is paid (policy `draw_before_payment`)."""
        return self.sold is not None and bool(self.sold.policies.get("draw_before_payment"))

    def drawable(self, revived: int = 0) -> int:
        """The value that draws may still take: paid, ex tax, and neither drawn nor left otherwise
        (policy `draw_before_payment`). `revived` is funding that comes back with lapsed units.
        """
        lots = self.lots.values()
        funded = sum(lot.funded - lot.held for lot in lots) + revived
        paid = sum(lot.paid_in for lot in lots) - self.lost_delivered
        return min(funded, paid) - sum(lot.earned for lot in lots)

    def deferred(self, through: date) -> int:
        """What stands in the contract-liability accounts; negative is a contract asset."""
        return sum(lot.deferred(through) for lot in self.lots.values())

    def with_lot(self, lot: Lot) -> "Subscription":
        return changed(self, lots=put(self.lots, lot.grant, lot))

    def with_lots(self, lots: Iterable[Lot], **changes: Any) -> "Subscription":
        """The contract with these lots and, at once, with other fields changed."""
        moved = {lot.grant: lot for lot in lots}
        return changed(self, lots=MappingProxyType({**self.lots, **moved}), **changes)

    def lots_of(self, line: str | None) -> list[Lot]:
        """The lots of one line, or of all of them, in contract order."""
        return [lot for lot in self.lots.values() if line is None or lot.line == line]


def sale_of(state: Subscription) -> PackageSold:
    """The sale of a contract that has one; raises AssertionError for a stream without."""
    if state.sold is None:
        raise AssertionError("a contract begins with its sale")
    return state.sold


def put(mapping: Mapping[str, Item], key: str, item: Item) -> Mapping[str, Item]:
    """A copy of `mapping` with one more or one other item."""
    return MappingProxyType({**mapping, key: item})


NEW = Subscription()
