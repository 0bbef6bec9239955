"""What a refund comes to: every formula with its working (accounting.md 8.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, get_args

from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Subscription, sale_of
from aggregates.values import Formula, RefundBasis
from ledger.codes import Code, Refused
from ledger.ratios import rounded, share

FORMULAS: tuple[Formula, ...] = get_args(Formula)

#: The wanted quantity by line, None for all of a line; the whole None for every line.
Wanted = Mapping[str, Decimal | None] | None


@dataclass(frozen=True, slots=True)
class Leaving:
    """A lot's units that would come back, with their value and the part of the lot they are."""

    lot: Lot
    quantity: Decimal
    value: int
    freed: int

    @property
    def part(self) -> Fraction:
        """The named units as a share of the lot's unused ones."""
        if self.lot.is_time:
            return Fraction(1)
        return Fraction(self.quantity) / Fraction(self.lot.free)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a quote's working."""

    step: str
    amount: int


@dataclass(frozen=True, slots=True)
class Quote:
    """`amount` is money out with tax; `liability` is L and `refund` is F of accounting.md 8.1."""

    formula: RefundBasis
    amount: int
    tax: int
    refund: int
    liability: int
    working: tuple[Step, ...]

    @property
    def revenue_effect(self) -> int:
        """D = L − F: kept as forfeiture when positive, a concession when negative."""
        return self.liability - self.refund

    def data(self, *, chosen: bool) -> dict[str, Any]:
        """The quote as the interface shows it (interfaces.md 6)."""
        return {
            "formula": self.formula,
            "amount": self.amount,
            "chosen": chosen,
            "working": [{"step": item.step, "amount": item.amount} for item in self.working],
            "revenue_effect": self.revenue_effect,
            "liability_effect": -self.liability,
        }


def unused_lots(state: Subscription, on: date) -> list[Leaving]:
    """All that a refund can take back."""
    lots = state.lots.values()
    return [item for lot in lots if (item := _leaving(lot, _unused(lot, on), on))]


def _leaving(lot: Lot, quantity: Decimal, on: date) -> Leaving | None:
    value = lot.leaving_value(quantity, on)
    if quantity or value or lot.still_runs(on):
        return Leaving(lot, quantity, value, _freed(lot, value, on))
    return None


def leaving_lots(state: Subscription, wanted: Wanted, on: date) -> list[Leaving] | Refused:
    """The lots that a refund takes back; expired and disputed units are not unused."""
    if wanted is None:
        return unused_lots(state, on)
    found = []
    for lot in state.lots.values():
        if lot.line not in wanted:
            continue
        unused = _unused(lot, on)
        quantity = wanted[lot.line] or unused
        if quantity > unused and not lot.is_time:
            return Refused(
                Code.NOT_ENOUGH_UNITS,
                f"Line {lot.line} has {unused} unused units.",
                "data.lines",
                {"line": lot.line, "unused": str(unused)},
            )
        found.append(_leaving(lot, quantity, on))
    return [item for item in found if item is not None]


def unknown_line(state: Subscription, wanted: Wanted) -> str | None:
    """The first wanted line that the contract does not have."""
    lines = {lot.line for lot in state.lots.values()}
    return next((line for line in wanted or () if line not in lines), None)


def _unused(lot: Lot, on: date) -> Decimal:
    return Decimal(0) if lot.is_time or lot.is_over(on) else lot.free


def _freed(lot: Lot, value: int, on: date) -> int:
    """The funding of the value that leaves, in proportion when only a part leaves."""
    left = lot.value_left(on)
    deferred = max(lot.deferred(on) - lot.held, 0)
    if not left or value == left:
        return min(deferred, value)
    return min(rounded(Fraction(deferred * value, left)), value)


def liability_of(state: Subscription, leaving: list[Leaving], on: date) -> int:
    """L: the paid funding freed, less what first fills what the remaining lines lack (8.1).

    Lines whose last day has passed keep what they have: the forfeiture guard decides on it.
    """
    value = sum(item.value for item in leaving)
    staying = -value
    paid = 0
    for lot in state.lots.values():
        own = lot.deferred(on) - lot.held - lot.billed
        paid += min(own, 0) if lot.is_over(on) else own
        staying += 0 if lot.is_over(on) else lot.value_left(on)
    return max(min(paid - staying, value), 0)


def quote(
    state: Subscription, formula: Formula, leaving: list[Leaving], on: date, whole: bool
) -> Quote:
    """One formula applied to what would leave; `whole` when nothing unused stays behind."""
    liability = liability_of(state, leaving, on)
    if in_cooling_off(state, on):
        steps = [Step("unused value, in full within the cooling-off window", liability)]
        return _finished(state, formula, liability, liability, steps)
    if formula == "pro_rata":
        steps = [Step("funded value of the unused units", liability)]
    else:
        steps = _clawback(state, leaving, on, whole)
    fee = rounded(sale_of(state).refund.fee * (Fraction(1) if whole else _named_part(leaving, on)))
    if fee:
        steps.append(Step("less the contract's fee", -fee))
    refund = max(sum(item.amount for item in steps), 0)
    return _finished(state, formula, liability, refund, steps)


def _named_part(leaving: list[Leaving], on: date) -> Fraction:
    """The named units as a part of all that is unused in their lines (8.1)."""
    unused = sum(item.lot.value_left(on) for item in leaving)
    named = sum(item.value for item in leaving)
    return Fraction(named, unused) if unused else Fraction(1)


def in_cooling_off(state: Subscription, on: date) -> bool:
    """Within n days after the sale, the nth included; then F = L and no fee."""
    sold = sale_of(state)
    days = sold.refund.cooling_off_days
    return days > 0 and on <= sold.sold_on + timedelta(days=days)


def _clawback(state: Subscription, leaving: list[Leaving], on: date, whole: bool) -> list[Step]:
    """Paid − Σ used × list price, over the contract or over the named lines alone."""
    if whole:
        used = sum((used_at_list(lot, on) for lot in state.lots.values()), Fraction(0))
        return [
            Step("paid, without tax", state.paid_ex_tax),
            Step("less what was used, at list price", -rounded(used)),
        ]
    steps = []
    for item in leaving:
        value = item.lot.paid_in - used_at_list(item.lot, on)
        label = f"{item.lot.line}: paid less used at list price, for the named units"
        steps.append(Step(label, rounded(value * item.part)))
    return steps


def used_at_list(lot: Lot, on: date) -> Fraction:
    """Use at the list prices of the sale; a time line's use is SSP × days used ÷ days."""
    if not lot.is_time:
        return lot.used_at_list
    total = sum(span.amount for span in lot.spans)
    if not total:
        return Fraction(0)
    return lot.sold.ssp * Fraction(sum(span.earned(on) for span in lot.spans), total)


def _finished(
    state: Subscription, formula: Formula, liability: int, refund: int, steps: list[Step]
) -> Quote:
    tax = tax_back(state, refund)
    if tax:
        steps = [*steps, Step("tax given back", tax)]
    return Quote(formula, refund + tax, tax, refund, liability, tuple(steps))


def tax_back(state: Subscription, refund: int) -> int:
    """F × tax ÷ TP over all refunds so far, less the tax given back before (8.1)."""
    if not state.price:
        return 0
    return _still_there(
        state, share(state.tax, Fraction(state.refunded_ex_tax + refund, state.price))
    )


def tax_within(state: Subscription, amount: int) -> int:
    """The contract's share of tax in a gross amount, over all refunds so far (8.6a)."""
    total = state.price + state.tax
    if not total:
        return 0
    gross = state.refunded_ex_tax + state.tax_returned + amount
    return min(_still_there(state, share(state.tax, Fraction(gross, total))), amount)


def _still_there(state: Subscription, target: int) -> int:
    """Tax up to a cumulative target; never more than came in and was neither returned nor lost."""
    return max(min(target, state.tax_funded - state.tax_lost) - state.tax_returned, 0)


def quotes(state: Subscription, on: date) -> list[dict[str, Any]]:
    """Every formula for all that is unused, the contract's own marked."""
    leaving = unused_lots(state, on)
    own = sale_of(state).refund.formula
    return [
        quote(state, formula, leaving, on, whole=True).data(chosen=formula == own)
        for formula in FORMULAS
    ]
