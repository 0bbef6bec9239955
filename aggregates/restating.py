"""A contract's events as the other framework decides them (accounting.md 12.1, 19).

ASC 606 lets access lines go that are small in the offer; IFRS 15 has no such relief. A contract
with such a line is allocated anew, and what follows from the allocation with it: shares of
funding, draws, what leaves. Facts stay as they were recorded: money, tax, what is billed, store
credit, quantities and days. What the liability then gives more or less is more or less revenue.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from aggregates.restatement import Restated, Told
from aggregates.restating_changes import CHANGES
from aggregates.restating_disputes import DISPUTED
from aggregates.restating_funding import FUNDED
from aggregates.restating_use import USED
from aggregates.subscription import change_events as c
from aggregates.subscription import cycle_events as y
from aggregates.subscription import events as e
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.line import SoldLine
from aggregates.subscription.state import NEW, Subscription
from ledger.changed import changed
from ledger.events import Event, Recorded
from ledger.ids import key_of
from ledger.ratios import largest_remainder

#: The share of SSP, in percent, below which a framework lets an access line go (5.7, 18).
THRESHOLDS: Mapping[str, int] = {"asc606": 5, "ifrs15": 0}
_RULES: Mapping[type[Event], Callable[[Any], Event]] = {
    **FUNDED,
    **USED,
    **CHANGES,
    **DISPUTED,
}


def other(framework: str) -> str:
    """The framework that the clinic does not keep its books by."""
    return "ifrs15" if framework == "asc606" else "asc606"


def reallocated(lines: Sequence[SoldLine], percent: int) -> tuple[SoldLine, ...]:
    """Lines that were sold together, when access below `percent` of their prices is let go.

    Lines keep their amounts where no line is let go, or kept, that was not before.
    """
    priced = [line for line in lines if line.kind != "setup_fee"]
    total = sum((line.ssp for line in priced), Fraction(0))
    others = any(line.ssp for line in priced if line.kind != "access")
    gone = {
        line.grant
        for line in priced
        if others and line.kind == "access" and line.ssp * 100 < total * percent
    }
    if gone == {line.grant for line in priced if line.immaterial and line.ssp}:
        return tuple(lines)
    weights = [Fraction(0) if line.grant in gone else line.ssp for line in priced]
    amounts = largest_remainder(sum(line.allocated for line in priced), weights)
    anew = {
        line.grant: changed_line(line, amount, immaterial=line.grant in gone)
        for line, amount in zip(priced, amounts, strict=True)
    }
    return tuple(anew.get(line.grant, line) for line in lines)


def changed_line(line: SoldLine, allocated: int, *, immaterial: bool) -> SoldLine:
    """The line with another part of the price."""
    return line.model_copy(update={"allocated": allocated, "immaterial": immaterial})


def restate(history: Iterable[Recorded], framework: str) -> Restated:
    """The events of contracts, in the order of recording, as `framework` decides them.

    `history` holds whole streams of contracts, and the disputes that were closed about them.
    """
    found = Restated()
    for recorded in history:
        event = _restated(found, recorded, THRESHOLDS[framework])
        anew = changed(recorded, event=event)
        found.history.setdefault(recorded.stream, []).append(anew)
        if event != recorded.event:
            found.events[recorded.position] = event
    return found


def _restated(found: Restated, recorded: Recorded, percent: int) -> Event:
    event = _sold_anew(recorded.event, percent)
    rule = _RULES.get(type(event))
    key = key_of(recorded.stream)
    told = Told(event, recorded.effective_on, key, found)
    if rule is not None:
        event = rule(told)
    if "/subscription/" in recorded.stream:
        found.was[key] = _after(found.was, key, recorded)
        found.now[key] = _after(found.now, key, changed(recorded, event=event))
    return event


def _after(states: Mapping[str, Subscription], key: str, recorded: Recorded) -> Subscription:
    return SUBSCRIPTION.evolve(states.get(key, NEW), recorded)


def _sold_anew(event: Event, percent: int) -> Event:
    """The event with what it sells allocated anew; other amounts in it as recorded."""
    match event:
        case e.PackageSold() | y.CycleDue():
            return event.model_copy(update={"lines": reallocated(event.lines, percent)})
        case c.PlanChangeScheduled() | c.PlanChanged():
            lines = reallocated(event.plan.lines, percent)
            plan = event.plan.model_copy(update={"lines": lines})
            return event.model_copy(update={"plan": plan})
    return event
