"""What a refund comes to: every formula with its working, its tax and its effect (8.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, get_args

from aggregates.formulas import Claim, Step, steps_of
from aggregates.subscription.state import Subscription, sale_of
from aggregates.unused import Leaving, liability_of, unused_lots
from aggregates.values import Formula, RefundBasis
from ledger.ratios import part_of, rounded, share

FORMULAS: tuple[Formula, ...] = get_args(Formula)


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


def quote(
    state: Subscription, formula: Formula, leaving: Sequence[Leaving], on: date, whole: bool
) -> Quote:
    """One formula applied to what would leave; `whole` when that is everything unused."""
    liability = liability_of(state, leaving, on)
    claim = Claim(state, leaving, on, whole, liability)
    if not state.has_contract:
        spare = rounded(_spare_deposit(state) * claim.part)
        steps = [Step("deposit, less what was delivered", spare)]
    elif in_cooling_off(state, on):
        steps = [Step("unused value, in full within the cooling-off window", liability)]
    else:
        steps = steps_of(formula, claim)
    refund = sum(item.amount for item in steps)
    tax = tax_back(state, refund)
    if tax:
        steps = [*steps, Step("tax given back", tax)]
    return Quote(formula, refund + tax, tax, refund, liability, tuple(steps))


def in_cooling_off(state: Subscription, on: date) -> bool:
    """Within n days after the sale, the nth included; then F = L and no fee."""
    sold = sale_of(state)
    days = sold.refund.cooling_off_days
    return days > 0 and on <= sold.sold_on + timedelta(days=days)


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


def _spare_deposit(state: Subscription) -> int:
    """What of a deposit is not for services that were delivered, and their tax (2)."""
    used = sum(draw.amount for draw in state.unposted.values())
    tax = part_of(state.tax, used, state.price) if used else 0
    return max(state.deposit - used - tax, 0)


def quotes(state: Subscription, on: date) -> list[dict[str, Any]]:
    """Every formula for all that is unused, the contract's own marked."""
    leaving = unused_lots(state, on)
    own = sale_of(state).refund.formula
    return [
        quote(state, formula, leaving, on, whole=True).data(chosen=formula == own)
        for formula in FORMULAS
    ]
