"""The refund formulas, step by step (accounting.md 8.1).

Each is worked out on the contract as a whole, or on the named lines alone; for a part of what is
unused there it gives that part.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from aggregates.bonuses import bonus_excess
from aggregates.listprices import used_at_list
from aggregates.penalties import penalty
from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.state import Subscription, sale_of
from aggregates.terms import RefundTerms
from aggregates.unused import Leaving, is_refundable
from aggregates.values import Formula
from ledger.ratios import rounded


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a quote's working."""

    step: str
    amount: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What a refund is worked out on: `whole` when it is everything unused, else the lines of
    what leaves; `liability` is L.
    """

    state: Subscription
    leaving: Sequence[Leaving]
    on: date
    whole: bool
    liability: int

    @property
    def lines(self) -> list[str]:
        """The lines that give something back, in contract order."""
        return list(dict.fromkeys(item.lot.line for item in self.leaving))

    @property
    def lots(self) -> list[Lot]:
        """The lots that the formula counts: all of them, or those of the lines.

        Each cycle of a membership is a contract of its own (accounting.md 6.3): those that have
        ended, with what was paid for them and used of them, do not count.
        """
        lots = [lot for lot in self.state.lots.values() if self.whole or lot.line in self.lines]
        if not sale_of(self.state).is_recurring:
            return lots
        return [lot for lot in lots if is_refundable(lot, self.on)]

    def of(self, line: str) -> list[Lot]:
        """The lots of one line among them."""
        return [lot for lot in self.lots if lot.line == line]

    @property
    def paid(self) -> int:
        """What was paid for the contract, without tax, less what went back or was lost."""
        if sale_of(self.state).is_recurring:
            return sum(lot.paid_in for lot in self.lots)
        return self.state.paid_ex_tax

    @property
    def part(self) -> Fraction:
        """What leaves as a share of what is unused, by value; less than 1 where units stay."""
        unused = sum(lot.value_left(self.on) for lot in self.lots if is_refundable(lot, self.on))
        leaving = sum(item.value for item in self.leaving)
        return Fraction(leaving, unused) if unused else Fraction(1)

    def part_of(self, line: str) -> Fraction:
        """The units of a line that leave as a share of its unused ones."""
        lots = [lot for lot in self.of(line) if is_refundable(lot, self.on)]
        unused = sum((lot.remaining for lot in lots), NONE)
        named = sum((item.quantity for item in self.leaving if item.lot.line == line), NONE)
        return Fraction(named) / Fraction(unused) if unused else Fraction(1)


def steps_of(formula: Formula, claim: Claim) -> list[Step]:
    """The working of a formula; its steps add up to F before tax, never below 0."""
    if formula == "none":
        return [Step("the terms give nothing back", 0)]
    steps = [*_FORMULAS[formula](claim), *_deductions(claim)]
    total = sum(item.amount for item in steps)
    if total < 0:
        return [*steps, Step("never below nothing", -total)]
    if total > 0 and not any(item.value for item in claim.leaving):
        return [*steps, Step("nothing of value is unused", -total)]
    paid = claim.state.paid_ex_tax
    if claim.state.party is not None and total > paid:
        # A combined contract may hold more value than its own price (accounting.md 2).
        return [*steps, Step("no more than was paid for this sale", paid - total)]
    return steps


def _pro_rata(claim: Claim) -> list[Step]:
    return [Step("funded value of the unused units", claim.liability)]


def _bonus_last(claim: Claim) -> list[Step]:
    """As pro rata, with bonus units worth nothing and all use counted against paid units first."""
    excess = rounded(bonus_excess(claim.state, claim.lots, claim.on) * claim.part)
    steps = _pro_rata(claim)
    if excess:
        steps.append(
            Step("less what paid units are worth less, with bonus units used last", -excess)
        )
    return steps


def _list_clawback(claim: Claim) -> list[Step]:
    """Paid − Σ used × list price, over the contract or over each of the named lines."""
    if not claim.whole:
        return [_clawed_back(claim, line) for line in claim.lines]
    used = sum((used_at_list(lot, claim.on) for lot in claim.lots), Fraction(0))
    steps = [
        Step("paid, without tax", claim.paid),
        Step("less what was used, at list price", -rounded(used)),
    ]
    return steps + _held_back(claim, sum(item.amount for item in steps))


def _clawed_back(claim: Claim, line: str) -> Step:
    lots = claim.of(line)
    used = sum((used_at_list(lot, claim.on) for lot in lots), Fraction(0))
    value = sum(lot.paid_in for lot in lots) - used
    label = f"{line}: paid less used at list price, for the named units"
    return Step(label, rounded(value * claim.part_of(line)))


def _fixed_schedule(claim: Claim) -> list[Step]:
    """A percentage of what was paid, by the days since the sale."""
    sold = sale_of(claim.state)
    days = (claim.on - sold.sold_on).days
    percent = _percent(sold.refund, days)
    label = f"{percent} % of what was paid, without tax, {days} days after the sale"
    if not claim.whole:
        return [Step(f"{line}: {label}", _scheduled(claim, line, percent)) for line in claim.lines]
    amount = rounded(Fraction(claim.paid * percent, 100))
    return [Step(label, amount), *_held_back(claim, amount)]


def _percent(terms: RefundTerms, days: int) -> int:
    """The percentage of the first row that reaches as far, else 0."""
    rows = sorted(terms.schedule, key=lambda row: row.within_days)
    return next((row.percent for row in rows if row.within_days >= days), 0)


def _scheduled(claim: Claim, line: str, percent: int) -> int:
    paid = sum(lot.paid_in for lot in claim.of(line))
    return rounded(Fraction(paid * percent, 100) * claim.part_of(line))


def _held_back(claim: Claim, amount: int) -> list[Step]:
    """What units that a dispute or a booking holds keep of a formula over the whole contract."""
    kept = amount - rounded(amount * claim.part)
    return [Step("less the part of the units on hold", -kept)] if kept > 0 else []


def _deductions(claim: Claim) -> list[Step]:
    """The contract's fee, and the penalty for leaving within the commitment."""
    price = None if claim.whole else sum(lot.sold.allocated for lot in claim.lots)
    left = penalty(claim.state, claim.on, price)
    charges = (
        ("less the contract's fee", sale_of(claim.state).refund.fee),
        ("less the penalty for leaving within the commitment", left),
    )
    steps = [Step(label, -rounded(charge * claim.part)) for label, charge in charges]
    return [item for item in steps if item.amount]


_FORMULAS: dict[Formula, Callable[[Claim], list[Step]]] = {
    "pro_rata": _pro_rata,
    "list_clawback": _list_clawback,
    "fixed_schedule": _fixed_schedule,
    "bonus_last": _bonus_last,
}
