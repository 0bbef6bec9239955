"""A lot: the units or the time a line granted, with the money in them (accounting.md 4.9)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from aggregates.subscription.line import ServiceTerm, SoldLine
from aggregates.subscription.span import TimeSpan
from aggregates.values import Liability
from ledger.calendar import ONE_DAY
from ledger.changed import changed
from ledger.quantity import steps
from ledger.ratios import part_of, rounded, share

NONE = Decimal(0)
THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class Lot:
    """`amount`, `units`, `drawn`, `recognised` are A, N, U, R of accounting.md 4.9: they start anew
    when units leave or value is added, like `draws`, the visit lines they count; others never do.

    `allocated` is the value promised for the lot, `funded` the liability credited for it less
    what left the liability otherwise than by earning, `billed` the part of it that stands in
    1100, `paid_in` the money received for it. `lapsed` units, worth `lapsed_value`, belong to A
    and N until a late visit takes them back; `lapsed_funded` of it was paid, and `lapsed_to`
    says where what is not `held` of that went: "forfeited", "credited" or nowhere, "held"; what
    was held goes to the state, `escheated`; while that is `unclaimed` the owner may have it back,
    who `claimed` it on a day, and `regained` units that were reinstated. `lapsed_tax` is not owed
    for the rest. `list_thousandths` is use at list price in thousandths of a minor unit.
    `reserved` units wait for a booked visit, `frozen` ones for a dispute, which may have `cleared`
    their part of the liability. The cycle of a `pending` lot is not paid in full. `calendar` counts
    use by the day, week or month of a cap.
    """

    sold: SoldLine
    starts: date
    ends: date | None
    lapses: date | None
    allocated: int
    amount: int
    granted: Decimal = NONE
    units: Decimal = NONE
    drawn: Decimal = NONE
    recognised: int = 0
    chosen: Fraction = Fraction(0)
    draws: tuple[str, ...] = ()
    used: Decimal = NONE
    list_thousandths: int = 0
    expired: Decimal = NONE
    lapsed: Decimal = NONE
    lapsed_value: int = 0
    lapsed_funded: int = 0
    lapsed_tax: int = 0
    lapsed_to: str | None = None
    refunded: Decimal = NONE
    transferred: Decimal = NONE
    frozen: Decimal = NONE
    cleared: int = 0
    reserved: Decimal = NONE
    earned: int = 0
    unsigned: int = 0
    funded: int = 0
    billed: int = 0
    paid_in: int = 0
    held: int = 0
    escheated: int = 0
    unclaimed: int = 0
    claimed: date | None = None
    regained: date | None = None
    spans: tuple[TimeSpan, ...] = ()
    runs_ahead: bool = False
    pending: bool = False
    calendar: Mapping[date, Decimal] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def line(self) -> str:
        return self.sold.line

    @property
    def grant(self) -> str:
        return self.sold.grant

    @property
    def kind(self) -> str:
        return self.sold.kind

    @property
    def liability(self) -> Liability:
        return self.sold.liability

    @property
    def services(self) -> tuple[ServiceTerm, ...]:
        return self.sold.services

    @property
    def used_at_list(self) -> Fraction:
        """What was used, at the list prices of the sale."""
        return Fraction(self.list_thousandths, THOUSAND)

    @property
    def is_time(self) -> bool:
        """Whether the lot is earned by day instead of by use."""
        return self.sold.by_day

    @property
    def remaining(self) -> Decimal:
        """Units that can still be drawn, refunded or expire; those frozen by a dispute included."""
        return self.units - self.drawn - self.lapsed

    @property
    def revivable(self) -> Decimal:
        """Lapsed units that can come back: none once the state has their value (row 21)."""
        return NONE if self.escheated else self.lapsed

    @property
    def free(self) -> Decimal:
        """Units that can be drawn now, by a visit for which none are reserved."""
        return self.remaining - self.frozen - self.reserved

    @property
    def unfunded(self) -> int:
        """What is neither paid nor billed yet (4.10)."""
        return max(self.allocated - self.funded, 0)

    @property
    def kept(self) -> int:
        """Money of a lot that lapsed, kept for what other lots drew ahead of payment (7.6)."""
        return max(self.funded - self.allocated, 0)

    @property
    def expires(self) -> date | None:
        """The last valid local day, as reports show it."""
        return None if self.ends is None else self.ends - ONE_DAY

    def term(self, service: str) -> ServiceTerm | None:
        """The terms of a service in this lot, or None when the lot does not cover it."""
        return self.sold.term(service)

    def is_over(self, on: date) -> bool:
        """Whether the last valid day lies before that day, whether or not it is booked yet."""
        if self.sold.by_day:
            return self.ends is not None and on >= self.ends
        return self.lapses is not None and on > self.lapses

    @property
    def running(self) -> TimeSpan | None:
        """The stretch of days that is not fixed yet; a lot never has two."""
        return next((span for span in self.spans if span.fixed is None), None)

    def still_runs(self, on: date) -> bool:
        """Whether time goes on after that day, even where it carries no value."""
        return any(span.fixed is None and span.runs_after(on) for span in self.spans)

    @property
    def was_stopped(self) -> bool:
        """Whether a refund or a lost dispute stopped the time before its end."""
        fixed = bool(self.spans) and all(span.fixed is not None for span in self.spans)
        return fixed and self.ends == self.spans[-1].end

    def running_earned(self, through: date) -> int:
        """What the stretch of days that runs now has earned by the end of that day."""
        return sum(span.earned(through) for span in self.spans if span.fixed is None)

    def accrued(self, through: date) -> int:
        """What time has earned by the end of that day, never more than is funded; in full where
        the contract may be used ahead of payment and stands as an asset (accounting.md 10.4).
        """
        earned = sum(span.earned(through) for span in self.spans)
        return earned if self.runs_ahead else min(earned, max(self.funded, 0))

    def earned_by(self, through: date) -> int:
        """Everything earned by the end of that day, by use or by time."""
        return self.accrued(through) if self.is_time else self.earned

    def unearned(self, through: date) -> int:
        """The funding of what is still to be delivered: funded less earned."""
        return self.funded - self.earned_by(through)

    def deferred(self, through: date) -> int:
        """What stands in the contract liability (4.10): unearned, or drawn and not signed (6.1)."""
        return self.unearned(through) + self.unsigned

    def value_left(self, through: date) -> int:
        """A − R: the value still to be delivered after that day; all of it before time begins."""
        if self.is_time and not self.spans:
            return 0 if self.pending else self.allocated - self.held
        if self.is_time:
            open_spans = [span for span in self.spans if span.fixed is None]
            return sum(span.amount - span.earned(through) for span in open_spans)
        if self.remaining == 0:
            return 0
        return self.amount - self.lapsed_value - self.recognised

    def draw_amount(self, quantity: Decimal, service: str) -> int:
        """The value of drawing `quantity`: the rounded cumulative share less what is recorded.

        Never below 0, though reversals may leave more recorded than the share. What time earns
        is not earned by use.
        """
        if self.is_time:
            return 0
        earned = self._earned_after(quantity, service, self.lapsed, self.lapsed_value)
        return max(earned - self.recognised, 0)

    def leaving_value(self, quantity: Decimal, through: date) -> int:
        """The value of units that leave otherwise than by a draw (accounting.md 4.9)."""
        if self.is_time:
            return self.value_left(through)
        if self.remaining == 0:
            return 0
        left = self.value_left(through)
        exact = left * Fraction(quantity) / Fraction(self.remaining)
        return rounded(exact, self.sold.rounding)

    def revived_value(self, quantity: Decimal, service: str) -> int:
        """The value with which lapsed units come back: that of a draw before they had lapsed."""
        if quantity == self.lapsed:
            return self.lapsed_value
        if self.remaining:
            exact = self.lapsed_value * Fraction(quantity) / Fraction(self.lapsed)
            return rounded(exact, self.sold.rounding)
        drawn = self._earned_after(quantity, service, NONE, 0)
        return min(max(drawn - self.recognised, 0), self.lapsed_value)

    def revived(self, quantity: Decimal, value: int) -> "Lot":
        """The lot with lapsed units among the valid ones again."""
        return changed(self, lapsed=self.lapsed - quantity, lapsed_value=self.lapsed_value - value)

    def rebased(self, leaving: int, units: Decimal = NONE, added: int = 0) -> "Lot":
        """The lot with a new basis: A := A − R − leaving + added, N := units left, U := R := 0."""
        return changed(
            self,
            amount=self.amount - self.recognised - leaving + added,
            units=self.units - self.drawn - units,
            drawn=NONE,
            recognised=0,
            chosen=Fraction(0),
            draws=(),
        )

    def _earned_after(self, quantity: Decimal, service: str, lapsed: Decimal, worth: int) -> int:
        """A × P(U + quantity) of accounting.md 4.9 and 5.3, without units that are `worth` nothing
        to it because they lapsed.
        """
        amount, units = self.amount - worth, self.units - lapsed
        used = self.drawn + quantity
        if used == units:
            return amount
        if not self.sold.weighted:
            return part_of(amount, steps(used), steps(units), self.sold.rounding)
        mean = sum((term.ssp for term in self.services), Fraction(0)) / len(self.services)
        chosen = self._chosen(quantity, service)
        progress = chosen / (chosen + (Fraction(units) - Fraction(used)) * mean)
        return share(amount, progress, self.sold.rounding)

    def _chosen(self, quantity: Decimal, service: str) -> Fraction:
        """Σ SSP of what was chosen of a menu, with `quantity` more; equal units need none (5.3)."""
        term = self.term(service)
        if not self.sold.weighted or term is None:
            return self.chosen
        return self.chosen + term.ssp * Fraction(quantity)

    def with_draw(self, quantity: Decimal, amount: int, service: str, draw: str) -> "Lot":
        """The lot after a draw by the visit line `draw`; a line without a count keeps none."""
        counted = self.sold.quantity is not None
        return changed(
            self,
            used=self.used + quantity,
            list_thousandths=self.list_thousandths + self.sold.at_list(quantity, service),
            earned=self.earned + amount,
            drawn=self.drawn + quantity if counted else NONE,
            recognised=self.recognised + amount,
            chosen=self._chosen(quantity, service),
            draws=(*self.draws, draw) if counted else (),
        )

    def without_draw(self, quantity: Decimal, amount: int, service: str, draw: str) -> "Lot":
        """The lot after a draw came back: U and R fall, after a re-base A and N rise instead."""
        back = changed(
            self,
            used=self.used - quantity,
            list_thousandths=self.list_thousandths - self.sold.at_list(quantity, service),
            earned=self.earned - amount,
        )
        if self.sold.quantity is None:
            return back
        if draw not in self.draws:
            return changed(back, amount=self.amount + amount, units=self.units + quantity)
        return changed(
            back,
            drawn=self.drawn - quantity,
            recognised=self.recognised - amount,
            chosen=self._chosen(-quantity, service),
            draws=tuple(known for known in self.draws if known != draw),
        )
