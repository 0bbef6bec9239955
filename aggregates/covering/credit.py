"""Prepaid credit pays what is left of the price, and its tax (accounting.md 3.1, 5.4, row 13)."""

from dataclasses import dataclass
from decimal import Decimal

from aggregates.covering.bill import Bill
from aggregates.covering.costs import money_cost
from aggregates.covering.drawing import Earned, affordable, draw
from aggregates.covering.hindrance import is_gift, units_left
from aggregates.covering.holdings import Candidate, Holdings
from aggregates.covering.order import candidates, hinders, in_scope, is_preferred
from aggregates.subscription.state import sale_of
from aggregates.taxing import collected
from aggregates.values import Revenue
from ledger.quantity import times
from ledger.ratios import part_of


@dataclass(slots=True)
class Account:
    """What credit pays of one visit line: `due` with `tax` in it, and an agent's `cost`."""

    due: int
    tax: int
    cost: int
    revenue: Revenue
    paid: int = 0

    def earned(self, face: int, amount: int, owed: int) -> Earned:
        """How the next `face` is posted: its share of the cost and of the tax, `owed` to the
        government, to the cent over all draws of the line. What the lot stands for may be less
        than the tax; then revenue bears the difference, because the tax is owed in full.
        """
        before, after = self.paid, self.paid + face
        tax = part_of(owed, after, self.due) - part_of(owed, before, self.due)
        cost = part_of(self.cost, after, self.due) - part_of(self.cost, before, self.due)
        return Earned(self.revenue, min(cost, max(amount - tax, 0)), tax)


def pay(held: Holdings, bill: Bill) -> None:
    """Pays with the lots in their order; each gives face, worth its share of what was paid."""
    account = _account(bill)
    for candidate in candidates(held, in_scope("credit", bill.service)):
        if not bill.owed:
            return
        if not bill.open_to(held, candidate):
            continue
        most, short = affordable(held, candidate, bill.line.service, Decimal(bill.owed))
        if short is not None:
            bill.reasons.append(short)
        face = int(most)
        if face:
            _pay_from(held, bill, candidate, face, account)


def _account(bill: Bill) -> Account:
    service = bill.service
    cost = 0 if service.principal else times(service.cost or 0, bill.need)
    return Account(bill.owed, bill.tax, cost, "products" if service.product else "services")


def _pay_from(
    held: Holdings, bill: Bill, candidate: Candidate, face: int, account: Account
) -> None:
    contract = held.contract(candidate)
    gift = is_gift(contract, held.lot(candidate))
    owed = collected(account.tax, bill.line.taxes, sale_of(contract).policies)

    def earns(amount: int) -> Earned:
        return Earned(account.revenue) if gift else account.earned(face, amount, owed)

    cost = money_cost(held, candidate, bill, face)
    drawn = draw(held, candidate, bill.line, Decimal(face), earns, cost)
    if drawn is not None:
        bill.draws.append(drawn)
        bill.credit += face
        account.paid += face


def suffices(held: Holdings, bill: Bill) -> bool:
    """Whether credit of preferred contracts can pay all that is left of the line."""
    if not held.order.prefer or not bill.owed:
        return False
    left = Decimal(0)
    for candidate in candidates(held, in_scope("credit", bill.service)):
        if is_preferred(held, candidate) and hinders(held, candidate) is None:
            left += units_left(held.lot(candidate))
    return left >= bill.owed
