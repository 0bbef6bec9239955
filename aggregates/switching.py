"""What another plan within a cycle comes to: what is due, and what the new lots are (9.4)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from aggregates.exchanging import Exchange, Old, exchange, old_lot, unrecognised
from aggregates.numbering import free_grant
from aggregates.pricing import running
from aggregates.prorating import Rate, gap, running_days
from aggregates.subscription import change_events as c
from aggregates.subscription.line import SoldLine
from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Cycle, Plan, Subscription, sale_of
from aggregates.subscription.validity import Contract
from aggregates.treatment import Treatment
from ledger.calendar import ONE_DAY


@dataclass(frozen=True, slots=True)
class Switch:
    """A change within `cycle` on the day `on`, from the contract's plan to `plan`."""

    state: Subscription
    cycle: Cycle
    plan: c.PlanTerms
    on: date
    proration: c.Proration

    @property
    def old(self) -> Plan:
        """The plan that ends."""
        return plan_of(self.state)

    @property
    def restarts(self) -> bool:
        """Whether a new cycle begins, because the interval is another (interfaces.md 7.11)."""
        return self.plan.billing.every != self.old.billing.every

    @property
    def number(self) -> int:
        """The cycle that the new lots belong to."""
        return max(self.state.cycles) + 1 if self.restarts else self.cycle.number

    @property
    def ends(self) -> date:
        """The first day after that cycle."""
        return self.plan.billing.cycle.end(self.on) if self.restarts else self.cycle.ends

    @property
    def days(self) -> int:
        """The days of the cycle in which the change falls."""
        return running_days(self.cycle.starts, self.cycle.ends, self.state.pauses)

    @property
    def left(self) -> int:
        """Those of them that are left, the day of the change included."""
        return running_days(self.on, self.cycle.ends, self.state.pauses)

    @property
    def part(self) -> Fraction:
        """How much of a whole cycle the new lots stand for."""
        return Fraction(1) if self.restarts else Fraction(self.left, self.days)


def plan_of(state: Subscription) -> Plan:
    """The plan of a membership; raises AssertionError for a contract without cycles."""
    if state.plan is None:
        raise AssertionError("a membership has a plan")
    return state.plan


def old_lots(state: Subscription, cycle: Cycle, on: date) -> list[Lot]:
    """The lots of the cycle that still hold something; a joining fee is no part of a plan."""
    return [
        lot
        for lot in state.lots.values()
        if lot.sold.cycle == cycle.number
        and lot.kind != "setup_fee"
        and not lot.is_over(on)
        and (lot.still_runs(on - ONE_DAY) if lot.is_time else lot.remaining > 0)
    ]


def _olds(switch: Switch) -> list[Old]:
    """The day of a plan change belongs to the new plan (engines.md)."""
    lots = old_lots(switch.state, switch.cycle, switch.on)
    return [old_lot(lot, switch.on - ONE_DAY) for lot in lots]


def _due(switch: Switch) -> int:
    """By days: the new price for what is left, or for a new cycle, less the old price for it."""
    if switch.proration == "none":
        return 0
    old = Rate(switch.cycle.price, switch.days)
    if switch.restarts:
        return gap(Rate(switch.plan.price, switch.left), old, switch.left)
    return gap(Rate(switch.plan.price, switch.days), old, switch.left)


def extra_of(switch: Switch) -> int:
    """What joins the unrecognised value; a credit is never more than is left of it."""
    return max(_due(switch), -unrecognised(_olds(switch)))


def exchanged(switch: Switch) -> Exchange:
    lines = [_new_line(switch, line) for line in switch.plan.lines]
    weights = [Fraction(0) if line.immaterial else line.ssp for line in lines]
    if not any(weights):
        weights = [Fraction(line.allocated) for line in switch.plan.lines]
    olds = _olds(switch)
    remainder = Treatment.of(sale_of(switch.state).policies).allocation_remainder
    return exchange(olds, lines, weights, extra_of(switch), switch.old.sale, remainder)


def _new_line(switch: Switch, line: SoldLine) -> SoldLine:
    """A line of the plan for what is left of the cycle: quantity, stand-alone price and time in
    proportion of days, the quantity rounded up to whole units.
    """
    contract = Contract(None, sale_of(switch.state).grace_days, switch.ends)
    begins = switch.on if switch.restarts else switch.cycle.starts
    run = running(line, contract, begins)
    return run.model_copy(
        update={
            "grant": free_grant(switch.state, line.line, switch.number),
            "cycle": switch.number,
            "starts": switch.on,
            "ssp": line.ssp * switch.part,
            "quantity": _whole(line.quantity, switch.part),
        }
    )


def _whole(quantity: Decimal | None, part: Fraction) -> Decimal | None:
    if quantity is None or part == 1:
        return quantity
    exact = Fraction(quantity) * part
    return Decimal(-(-exact.numerator // exact.denominator))


def answer(switch: Switch) -> dict[str, Any]:
    """The answer to `change_plan`: what is due, and how it came about."""
    olds = _olds(switch)
    extra = extra_of(switch)
    working: list[dict[str, Any]] = [
        {"step": "not recognised yet of the old plan", "amount": unrecognised(olds)},
        {"step": _formula(switch), "amount": _due(switch)},
    ]
    if extra != _due(switch):
        working.append({"step": "no more than is left of the old plan", "amount": extra})
    working += [
        {"step": f"allocated to {line.line}", "amount": line.allocated}
        for line in exchanged(switch).lines
    ]
    return {"due": extra, "working": working}


def _formula(switch: Switch) -> str:
    new, old, left, days = switch.plan.price, switch.cycle.price, switch.left, switch.days
    if switch.proration == "none":
        return "nothing is prorated"
    if switch.restarts:
        return f"{new} - {old} * {left} / {days} days"
    return f"({new} - {old}) * {left} / {days} days"
