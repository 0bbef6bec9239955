"""The lines of a contract after a modification, and what each is worth on its day (9.2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from aggregates.numbering import next_number
from aggregates.offer.events import OfferPublished
from aggregates.pricing import sold_lines
from aggregates.prorating import running_days
from aggregates.service.events import ServiceDefined
from aggregates.service.state import stand_alone
from aggregates.standing import Terms
from aggregates.subscription.change_orders import ModifiedLine, ModifyContract
from aggregates.subscription.line import ServiceTerm, SoldLine
from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.state import Cycle, Subscription, sale_of
from aggregates.treatment import Treatment
from ledger.calendar import ONE_DAY

Services = Mapping[str, ServiceDefined]


@dataclass(frozen=True, slots=True)
class Shaped:
    """A lot, if there was one, and the line that goes on instead of it with `units` and the
    stand-alone price `ssp`; `added` units of it, worth `added_ssp`, come new, `removed` ones go.
    """

    lot: Lot | None
    line: SoldLine
    units: Decimal | None
    ssp: Fraction
    added: Decimal = NONE
    added_ssp: Fraction = Fraction(0)
    removed: Decimal = NONE

    @property
    def is_new(self) -> bool:
        """Whether the line is new to the contract."""
        return self.lot is None

    @property
    def goes_on(self) -> bool:
        """Whether anything of the line is left."""
        return self.ssp > 0 or (self.units is not None and self.units > 0)


@dataclass(frozen=True, slots=True)
class Shape:
    """A contract on the day `on` of its modification; a membership's within `cycle`."""

    state: Subscription
    on: date
    services: Services

    @property
    def cycle(self) -> Cycle | None:
        """The cycle that runs on that day; none of a contract without cycles."""
        found = (item for item in self.state.cycles.values() if item.starts <= self.on < item.ends)
        return max(found, key=lambda item: item.number, default=None)

    @property
    def ends(self) -> date | None:
        """The first day after the contract, or after the cycle."""
        if self.cycle is not None:
            return self.cycle.ends
        return None if self.state.last_day is None else self.state.last_day + ONE_DAY

    def current(self, line: str | None = None) -> list[Lot]:
        """The lots, of one line or of all, that have something left and carry a price; goodwill,
        a joining fee and what is immaterial stay as they are.
        """
        return [
            lot for lot in self.state.lots_of(line) if self.is_open(lot) and self._has_left(lot)
        ]

    def is_open(self, lot: Lot) -> bool:
        """Whether the lot belongs to what is modified, and is not over."""
        cycle = self.cycle
        is_own = cycle is None or lot.sold.cycle == cycle.number
        is_priced = lot.sold.ssp > 0 and lot.kind != "setup_fee" and not lot.sold.immaterial
        return is_own and is_priced and not lot.pending and not lot.is_over(self.on)

    def _has_left(self, lot: Lot) -> bool:
        return lot.still_runs(self.on - ONE_DAY) if lot.is_time else lot.remaining > 0

    def delivered(self) -> list[Lot]:
        """The counted lots of which everything was used: a change of their price is revenue at
        once (606-10-32-43).
        """
        lots = (lot for lot in self.state.lots.values() if self.is_open(lot) and not lot.is_time)
        return [lot for lot in lots if lot.drawn > 0 and lot.remaining == 0]

    def template(self, line: str) -> Lot | None:
        """The lot that units of a line join, though none may be left of it."""
        lots = [lot for lot in self.state.lots_of(line) if self.is_open(lot)]
        return lots[-1] if lots else None


def is_repriced(order: ModifyContract, line: str) -> bool:
    """Whether a catch-up gives the line, as it is, a part of the price: named without a quantity,
    or one of all.
    """
    bare = [entry.line for entry in order.lines if entry.kind is None and entry.quantity is None]
    return order.method == "catch_up" and (line in bare or not order.lines)


def shaped(shape: Shape, order: ModifyContract) -> list[Shaped]:
    """Every line of the contract as it goes on, and the new ones."""
    entries = {entry.line: entry for entry in order.lines if entry.kind is None}
    found = []
    for lot in _lots(shape, order, entries):
        entry = entries.get(lot.line)
        last = shape.template(lot.line)
        own = entry if last is not None and last.grant == lot.grant else None
        found.append(_going_on(shape, lot, own))
    return _numbered(shape, found + _new_lines(shape, order))


def _lots(shape: Shape, order: ModifyContract, named: Iterable[str]) -> list[Lot]:
    """The lots that go on, and those that the order names or gives a part of the price."""
    lots = [*shape.current(), *filter(None, map(shape.template, named))]
    lots += [lot for lot in shape.delivered() if is_repriced(order, lot.line)]
    grants = {lot.grant for lot in lots}
    return [lot for lot in shape.state.lots.values() if lot.grant in grants]


def _numbered(shape: Shape, parts: list[Shaped]) -> list[Shaped]:
    """The parts with lots named by the next free numbers of their lines (12.2)."""
    numbers: dict[str, int] = {}
    named = []
    for part in parts:
        name = part.line.line
        numbers[name] = numbers.get(name, next_number(shape.state, name) - 1) + 1
        line = part.line.model_copy(update={"grant": f"{name}.{numbers[name]}"})
        named.append(replace(part, line=line))
    return named


def _going_on(shape: Shape, lot: Lot, entry: ModifiedLine | None) -> Shaped:
    change = NONE if entry is None or entry.quantity is None else entry.quantity
    if lot.is_time:
        return _time_line(shape, lot, ends=change < 0)
    each = unit_price(shape, lot)
    added, removed = max(change, NONE), max(-change, NONE)
    said = entry.ssp if entry is not None and added else None
    added_ssp = Fraction(added) * each if said is None else said
    units = lot.remaining + change
    ssp = Fraction(lot.remaining - removed) * each + added_ssp
    return Shaped(lot, _renewed(shape, lot, units, ssp), units, ssp, added, added_ssp, removed)


def _time_line(shape: Shape, lot: Lot, *, ends: bool) -> Shaped:
    """A line of time is worth its price for the days that are left; removed, it ends."""
    last = lot.ends or shape.on
    days = running_days(lot.sold.starts, last, shape.state.pauses)
    left = running_days(max(shape.on, lot.starts), last, shape.state.pauses)
    ssp = Fraction(0) if ends or not days else lot.sold.ssp * Fraction(left, days)
    return Shaped(lot, _renewed(shape, lot, None, ssp), None, ssp)


def unit_price(shape: Shape, lot: Lot) -> Fraction:
    """The stand-alone price of a unit on the day: that of its services now, in the proportion
    in which the line was priced when it was sold.
    """
    sold = lot.sold
    then = sold.ssp / Fraction(sold.quantity) if sold.quantity else Fraction(0)
    before = _mean(sold.services)
    if not before:
        return then
    return then * _mean(_repriced(shape, sold)) / before


def _mean(terms: tuple[ServiceTerm, ...]) -> Fraction:
    return sum((term.ssp for term in terms), Fraction(0)) / len(terms) if terms else Fraction(0)


def _repriced(shape: Shape, line: SoldLine) -> tuple[ServiceTerm, ...]:
    """The services at their stand-alone prices of the day, where a range that still holds the
    price as sold changes nothing; list prices stay as sold.
    """
    outside, now = sale_of(shape.state).policies["ssp_range"], shape.services
    return tuple(
        term.model_copy(update={"ssp": stand_alone(now[term.service], outside, term.ssp)})
        if term.service in now
        else term
        for term in line.services
    )


def _renewed(shape: Shape, lot: Lot, units: Decimal | None, ssp: Fraction) -> SoldLine:
    """The line of a lot that begins anew on the day, with the lot's own last day."""
    return lot.sold.model_copy(
        update={
            "ssp": ssp,
            "allocated": 0,
            "starts": max(shape.on, lot.starts),
            "ends": lot.ends,
            "lapses": lot.lapses,
            "quantity": None if units is None else max(units, NONE),
            "services": _repriced(shape, lot.sold),
            "bonus_face": None,
            "bonus_line": None,
        }
    )


def _new_lines(shape: Shape, order: ModifyContract) -> list[Shaped]:
    lines = tuple(entry.new_line() for entry in order.lines if entry.kind is not None)
    if not lines:
        return []
    sold, cycle = sale_of(shape.state), shape.cycle
    terms = Terms(
        offer=OfferPublished(
            offer=sold.offer,
            version=sold.offer_version,
            name=sold.name,
            price=0,
            lines=lines,
            billing=sold.billing,
            grace_days=sold.grace_days,
        ),
        services=tuple(shape.services.values()),
        price=0,
        starts=shape.on,
        treatment=replace(
            Treatment.of(sold.policies), immaterial_percent=0, bonus_credit="separate"
        ),
        timezone=sold.timezone,
        cycle=None if cycle is None else cycle.number,
        cycle_ends=shape.ends,
    )
    return [_new_line(shape, line) for line in sold_lines(terms)]


def _new_line(shape: Shape, line: SoldLine) -> Shaped:
    """A new line in the account of the contract's others; units do not outlive the contract."""
    known = [lot.liability for lot in shape.state.lots.values()]
    packages = next((name for name in known if name in ("packages", "memberships")), None)
    named: dict[str, object] = {}
    if packages is not None and line.liability in ("packages", "memberships"):
        named["liability"] = packages
    end = shape.ends
    if shape.cycle is None and end is not None and line.ends is not None and line.ends > end:
        named |= {} if line.by_day else {"ends": end, "lapses": end - ONE_DAY}
    fresh = line.model_copy(update=named)
    added = line.quantity or NONE
    return Shaped(None, fresh, line.quantity, line.ssp, added, line.ssp)
