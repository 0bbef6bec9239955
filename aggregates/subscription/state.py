"""What a subscription's history comes to: lots, money, consents, disputes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal

from aggregates.subscription.events import DisputeSettled, PackageSold
from aggregates.subscription.line import SoldLine
from aggregates.subscription.lot import Lot
from aggregates.subscription.moves import Unposted
from aggregates.subscription.notice import Notice
from aggregates.subscription.pause import POSTPONING, Pause, pause_on
from aggregates.subscription.refund import RefundGiven
from aggregates.subscription.serving import Serving
from aggregates.subscription.standing import standing
from aggregates.subscription.waiting import Freeze, Hold
from aggregates.terms import RecurringBilling
from aggregates.values import ForfeitsTo, SaleDimensions, Tender
from ledger.changed import changed, copied, put
from ledger.ratios import part_of


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
class Cycle:
    """A membership's cycle over ``[starts, ends)``: what it asks for, and what became of it.

    `committed` cycles cannot be cancelled: what they ask for is owed whatever happens. `status`
    is "due" until the cycle is paid in full, then "granted"; a cycle that ended unpaid "lapsed".
    """

    number: int
    starts: date
    ends: date
    price: int
    tax: int
    committed: bool
    status: Literal["due", "granted", "lapsed"]
    setup_fee: int = 0
    due_on: date | None = None

    @property
    def asked(self) -> int:
        """What the cycle costs, with tax."""
        return self.price + self.tax + self.setup_fee


@dataclass(frozen=True, slots=True)
class Plan:
    """What the next cycle of a membership will be: the offer in force, its price, its lines.

    `anchor` is the day that cycles are counted from, `first` the number of the cycle that began
    on it: month ends never drift (engines.md, "Month arithmetic"). It holds from the cycle
    `since` on.
    """

    offer: str
    offer_version: int
    name: str
    tier: str | None
    sale: SaleDimensions
    billing: RecurringBilling
    price: int
    tax: int
    lines: tuple[SoldLine, ...]
    anchor: date
    first: int = 1
    since: int = 1

    def starts(self, number: int) -> date:
        """The first day of a cycle."""
        return self.billing.cycle.span().after(self.anchor, number - self.first)


@dataclass(frozen=True, slots=True)
class Subscription:
    """The folded contract. `sold` is None before the sale.

    `received` is gross and never falls; `returned` is what went back by refunds and lost
    disputes; `waived` is what was owed and no longer is. All three include tax, as `price`
    and `paid_ex_tax` do not. `price` is all that was asked for so far, setup fees included:
    a membership's grows with each cycle. `tax_returned` is the tax in refunds, `tax_lost` that
    in lost disputes; `lost_delivered` is lost money for which nothing left the liability.
    `written_off` is what was delivered, lost, and may still be recovered. Until the contract
    test is met, money is a `deposit` and draws are `unposted` (accounting.md 2). Under notice
    the contract `cancels_on` its last day; of its `leaving_penalty`, `penalty` is owed then.
    Of the price, `given` went with units to another contract; `elsewhere` counts as paid there.
    `active_on` is the owner's last own act (7.8); `party` names combined contracts (2).
    Beside the price instalments hold `interest` (10.6); of it 1100 holds `interest_billed`.
    What left 1100 unpaid is `forgone`: it was asked for, and is not asked for again.
    `serving` is kept where breakage belongs to the location that delivers.
    """

    sold: PackageSold | None = None
    sold_at: datetime | None = None
    party: str | None = None
    lots: Mapping[str, Lot] = field(default_factory=lambda: MappingProxyType({}))
    price: int = 0
    tax: int = 0
    received: int = 0
    returned: int = 0
    waived: int = 0
    given: int = 0
    elsewhere: int = 0
    paid_ex_tax: int = 0
    tax_funded: int = 0
    tax_returned: int = 0
    tax_lost: int = 0
    lost_delivered: int = 0
    refunded_ex_tax: int = 0
    receivable: int = 0
    interest: int = 0
    interest_funded: int = 0
    interest_billed: int = 0
    forgone: int = 0
    consents: tuple[str, ...] = ()
    clauses: frozenset[str] = frozenset()
    payments: Mapping[str, Paid] = field(default_factory=lambda: MappingProxyType({}))
    refunds: Mapping[str, RefundGiven] = field(default_factory=lambda: MappingProxyType({}))
    notices: tuple[Notice, ...] = ()
    freezes: Mapping[str, Freeze] = field(default_factory=lambda: MappingProxyType({}))
    losses: Mapping[str, DisputeSettled] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[str, ...] = ()
    modifications: tuple[str, ...] = ()
    ended: str | None = None
    ended_on: date | None = None
    last_day: date | None = None
    started_on: date | None = None
    active_on: date | None = None
    cycles: Mapping[int, Cycle] = field(default_factory=lambda: MappingProxyType({}))
    plan: Plan | None = None
    next_plan: Plan | None = None
    changes_on: date | None = None
    change_proration: Literal["days", "none"] = "none"
    pauses: tuple[Pause, ...] = ()
    holds: Mapping[str, Hold] = field(default_factory=lambda: MappingProxyType({}))
    members: tuple[str, ...] = ()
    cancels_on: date | None = None
    leaving_penalty: int = 0
    penalty: int = 0
    written_off: int = 0
    deposit: int = 0
    unposted: Mapping[str, Unposted] = field(default_factory=lambda: MappingProxyType({}))
    assessed: bool = False
    signals: frozenset[str] = frozenset()
    serving: Serving | None = None

    @property
    def paid(self) -> int:
        """What was received less what went back, with tax (interfaces.md 6, balance).

        Money in units that were transferred counts where they are (6.6).
        """
        return self.received - self.returned - self.elsewhere

    @property
    def owed(self) -> int:
        """What the contract still asks for, with tax; it does not rise when money goes back.

        One that has ended asks only for what was billed, for what was delivered ahead of payment
        with its tax (10.4), and for the penalty.
        """
        if self.ended is not None:
            used = self.overdrawn(self.ended_on or date.max)
            tax = part_of(self.tax, used, self.price) if used and not self.cycles else 0
            open_tax = max(self.tax - self.tax_funded, 0)
            return self.receivable + self.penalty + used + min(tax, open_tax)
        return max(self.price + self.interest + self.tax - self.received - self.waived, 0)

    @property
    def open_interest(self) -> int:
        """The interest in instalments that are neither due nor paid; it ends with a contract."""
        return max(self.interest - self.interest_funded, 0) if self.ended is None else 0

    @property
    def has_contract(self) -> bool:
        """Whether the sale meets the contract test, from the start or by a later assessment."""
        return self.assessed or (self.sold is not None and self.sold.contract_met)

    @property
    def awaits_use(self) -> bool:
        """Whether nothing runs before the first draw (validity `first_use`)."""
        return self.sold is not None and self.sold.validity == "first_use" and not self.started_on

    @property
    def sale(self) -> SaleDimensions:
        """The dimensions of what is sold now: the sale's, or those of a later plan (9.4)."""
        return sale_of(self).sale if self.plan is None else self.plan.sale

    def plan_of(self, number: int) -> Plan | None:
        """What a cycle of a membership will be: a plan change may be arranged for it."""
        later = self.next_plan
        return later if later is not None and number >= later.since else self.plan

    def is_stopped(self, on: date) -> bool:
        """Whether the clock stands still: no draws, no accrual, no billing (6.4)."""
        return pause_on(self.pauses, on, frozenset({"stop_clock"})) is not None

    def postpones(self, on: date) -> bool:
        """Whether nothing falls due on that day, because due dates move (6.4)."""
        return pause_on(self.pauses, on, POSTPONING) is not None

    def skips(self, on: date) -> bool:
        """Whether a cycle that starts on that day is neither billed nor granted (6.4)."""
        return pause_on(self.pauses, on, frozenset({"skip_billing"})) is not None

    @property
    def runs_ahead(self) -> bool:
        """Whether draws may exceed what is paid (policy `draw_before_payment`)."""
        return self.sold is not None and bool(self.sold.policies.get("draw_before_payment"))

    @property
    def forfeits_to(self) -> ForfeitsTo | None:
        """Where value kept at an end or refund goes, if not to 4040 (`forfeiture_account`)."""
        policies = {} if self.sold is None else self.sold.policies
        return "4030" if policies.get("forfeiture_account") == "4030" else None

    @property
    def forfeits_as_cancelled(self) -> bool:
        """Whether what lapses now is kept in 4040 because the contract was cancelled."""
        return self.ended == "cancelled" and self.forfeits_to is None

    def drawable(self, revived: int = 0) -> int:
        """The value that draws may still take: paid, ex tax, and neither drawn nor left otherwise
        (policy `draw_before_payment`). `revived` is funding that comes back with lapsed units.
        """
        lots = self.lots.values()
        funded = sum(lot.funded - lot.held for lot in lots) + revived
        paid = sum(lot.paid_in for lot in lots) - self.lost_delivered
        return min(funded, paid) - sum(lot.earned for lot in lots) + self._drawable_deposit()

    def _drawable_deposit(self) -> int:
        """What a deposit, less the tax in it, still allows to be drawn."""
        if self.has_contract:
            return 0
        untaxed = self.deposit - part_of(self.deposit, self.tax, max(self.price + self.tax, 1))
        return untaxed - sum(draw.amount for draw in self.unposted.values())

    def deferred(self, through: date) -> int:
        """What stands in the contract-liability accounts; negative is a contract asset."""
        return sum(standing(lot, through) for lot in self.lots.values())

    def overdrawn(self, through: date) -> int:
        """What lots drew ahead of payment, and no money is kept for yet."""
        drawn = sum(min(lot.unearned(through), 0) for lot in self.lots.values())
        return max(-drawn - sum(lot.kept for lot in self.lots.values()), 0)

    def with_lot(self, lot: Lot) -> "Subscription":
        return changed(self, lots=put(self.lots, lot.grant, lot))

    def with_lots(self, lots: Iterable[Lot], **changes: Any) -> "Subscription":
        """The contract with these lots and, at once, with other fields changed."""
        moved = {lot.grant: lot for lot in lots}
        return changed(self, lots=MappingProxyType(copied(self.lots) | moved), **changes)

    def lots_of(self, line: str | None) -> list[Lot]:
        """The lots of one line, or of all of them, in contract order."""
        return [lot for lot in self.lots.values() if line is None or lot.line == line]


def sale_of(state: Subscription) -> PackageSold:
    """The sale of a contract that has one; raises AssertionError for a stream without."""
    if state.sold is None:
        raise AssertionError("a contract begins with its sale")
    return state.sold


NEW = Subscription()
