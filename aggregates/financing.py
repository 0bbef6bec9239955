"""Significant financing: instalments that hold interest, decided with the sale (10.6, row 46)."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from aggregates.owing import unbilled
from aggregates.subscription.financed import Financing, InterestSpan
from aggregates.subscription.funding import Funding, split, unfunded_tax, wanting
from aggregates.subscription.orders import SellPackage
from aggregates.subscription.state import Subscription, sale_of
from aggregates.terms import Billing, Instalment
from ledger.calendar import Duration
from ledger.codes import Code, Refused
from ledger.decider import Context
from ledger.interest import Payment, Schedule, schedule
from ledger.ratios import largest_remainder

#: Payment within a year of the service is no financing (accounting.md 10.6).
A_YEAR = Duration(years=1)


def financing_of(
    context: Context,
    order: SellPackage,
    billing: Billing,
    instalments: Sequence[Instalment],
    policies: Mapping[str, Any],
) -> Financing | Refused | None:
    """The interest in what a sale asks for, at its `discount_rate`; None where there is none.

    Only what is due for good on later days bears interest, with the policy
    `financing_expedient` (606-10-32-18) if some of it is due more than a year after the
    sale. Tax bears none. Refused for a sale that is no contract yet: what it is worth is measured
    once it is one.
    """
    rate = Fraction(order.discount_rate or 0)
    if not rate or billing.kind == "recurring" or billing.cancellable:
        return None
    last = max((part.due for part in instalments), default=context.on)
    relieved = policies["financing_expedient"] == "on"
    if last <= (A_YEAR.after(context.on) if relieved else context.on):
        return None
    if not order.contract_met:
        return Refused(
            Code.INVALID,
            "A sale that meets no contract test is discounted once it does.",
            "data.discount_rate",
        )
    asked = [part.amount for part in instalments]
    untaxed = largest_remainder(sum(asked) - order.tax, asked)
    found = schedule(
        rate,
        context.on,
        [Payment(part.due, amount) for part, amount in zip(instalments, untaxed, strict=True)],
    )
    return _decided(str(order.discount_rate), found)


def _decided(rate: str, found: Schedule) -> Financing:
    return Financing(
        rate=rate,
        months=found.months,
        interest=found.interest,
        spans=tuple(
            InterestSpan(starts=one.starts, ends=one.ends, interest=one.interest)
            for one in found.stretches
        ),
        parts=found.parts,
    )


def funded_by(state: Subscription, amount: int, tax: int | None = None) -> Funding:
    """How an amount that falls due, or is paid ahead, is split: the interest that is in it first,
    the rest over the lines and the tax (4.10).
    """
    interest = _interest_in(state, amount)
    return split(state, amount - interest, tax).bearing(interest)


def _interest_in(state: Subscription, amount: int) -> int:
    """In each instalment the interest comes first; what no line lacks any more is interest."""
    open_interest = state.open_interest
    if not open_interest:
        return 0
    sold = sale_of(state)
    parts = () if sold.financing is None else sold.financing.parts
    found, left = 0, amount
    for due in unbilled(state):
        taken = min(due.amount, left)
        covered = sold.instalments[due.number - 1].amount - due.amount
        found += min(taken, max(parts[due.number - 1] - covered, 0))
        left -= taken
    lines = sum(wanting(state).values()) + unfunded_tax(state)
    return max(min(found, open_interest), min(amount - lines, open_interest))
