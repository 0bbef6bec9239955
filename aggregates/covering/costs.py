"""What a draw costs the clinic, and which location owes which for it (rows 49, 51, 52).

Decided by the policies `post_costs` and `interlocation` in force on the day of the visit: they
are the clinic's books', not a contract's terms.
"""

from decimal import Decimal

from aggregates.covering.bill import Bill
from aggregates.covering.hindrance import is_gift
from aggregates.covering.holdings import Candidate, Holdings
from aggregates.service.costs import NO_COST, Cost, cost_kind
from ledger.quantity import times
from ledger.ratios import part_of


def unit_cost(held: Holdings, candidate: Candidate, bill: Bill, quantity: Decimal) -> Cost:
    """The service's `cost` × what the lot covers of the line."""
    return _cost(held, candidate, bill, times(bill.service.cost or 0, quantity))


def money_cost(held: Holdings, candidate: Candidate, bill: Bill, face: int) -> Cost:
    """The part of the uncovered units' cost that goes with the next `face` paid, to the cent
    over all that is paid of the line; what the patient owes is charged elsewhere.
    """
    whole, due = times(bill.service.cost or 0, bill.need), bill.owed + bill.credit
    part = part_of(whole, bill.credit + face, due) - part_of(whole, bill.credit, due)
    return _cost(held, candidate, bill, part)


def _cost(held: Holdings, candidate: Candidate, bill: Bill, amount: int) -> Cost:
    """Nothing for a missed visit; an agent's cost is no expense (3.6), but that of a gift is."""
    if held.policies.get("post_costs") != "on" or bill.missed or not amount:
        return NO_COST
    if is_gift(held.contract(candidate), held.lot(candidate)):
        return Cost(amount, "promotion")
    if not bill.service.principal:
        return NO_COST
    return Cost(amount, cost_kind(bill.service.category, product=bill.service.product))


def interlocation(held: Holdings, candidate: Candidate, amount: int) -> int:
    """What the delivering location is owed by the one that sold the unit (6.6)."""
    sold_at, served_at = held.contract(candidate).sale.location, held.order.location
    elsewhere = None not in (sold_at, served_at) and sold_at != served_at
    return amount if held.policies.get("interlocation") == "accounts" and elsewhere else 0
