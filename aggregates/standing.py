"""What each line of a sale is worth alone: stand-alone prices (accounting.md 4.1, 4.2, 5.4)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from aggregates.offer.events import OfferPublished
from aggregates.offer.lines import (
    AccessLine,
    CreditLine,
    DiscountLine,
    OfferLine,
    PointsLine,
    UnitsLine,
)
from aggregates.service.events import PriceRange, ServiceDefined
from aggregates.service.state import stand_alone
from aggregates.subscription.validity import Contract
from aggregates.terms import RecurringBilling
from aggregates.treatment import DEFAULTS, Treatment


@dataclass(frozen=True, slots=True)
class Terms:
    """All that the sold lines follow from; sales on the same terms sell the same lines.

    Offer and services are compared and not hashed, because that walks through all their lines.
    """

    offer: OfferPublished = field(hash=False)
    services: tuple[ServiceDefined, ...] = field(hash=False)
    price: int
    starts: date
    treatment: Treatment = DEFAULTS
    timezone: str = "UTC"
    cycle: int | None = None
    cycle_ends: date | None = None
    clinic: str = ""
    unused_points: Fraction = Fraction(0)

    @property
    def contract(self) -> Contract:
        """What the offer says of every line's end."""
        return Contract(self.offer.term, self.offer.grace_days, self.cycle_ends)

    @property
    def is_recurring(self) -> bool:
        """Whether the price is that of a membership's cycle."""
        return isinstance(self.offer.billing, RecurringBilling)

    def service(self, name: str) -> ServiceDefined:
        """The definition of a service as of the sale."""
        return next(service for service in self.services if service.service == name)


@dataclass(frozen=True, slots=True)
class Item:
    """An obligation: a line of the offer, with the bonus credit that is pooled with it (5.4)."""

    line: OfferLine
    ssp: Fraction = Fraction(0)
    pooled: CreditLine | None = None


def obligations(terms: Terms) -> list[Item]:
    """The offer's lines; a bonus credit on the same terms as a paid one joins its pool (5.4)."""
    lines = list(terms.offer.lines)
    if terms.treatment.bonus_credit != "pool":
        return [Item(line) for line in lines]
    pools: dict[str, CreditLine] = {}
    for bonus in [line for line in lines if isinstance(line, CreditLine) and line.bonus]:
        paid = next((line for line in lines if _share_a_pool(line, bonus, pools)), None)
        if paid is not None:
            pools[paid.line] = bonus
    joined = [bonus.line for bonus in pools.values()]
    kept = [line for line in lines if line.line not in joined]
    return [Item(line, pooled=pools.get(line.line)) for line in kept]


def _share_a_pool(paid: OfferLine, bonus: CreditLine, pools: dict[str, CreditLine]) -> bool:
    return (
        isinstance(paid, CreditLine)
        and not paid.bonus
        and paid.line not in pools
        and set(paid.services or ()) == set(bonus.services or ())
        and set(paid.categories or ()) == set(bonus.categories or ())
        and paid.expires_after == bonus.expires_after
    )


def sole_carrier(lines: Sequence[OfferLine]) -> OfferLine | None:
    """The only line that can carry value, or the first where none says it can; else None (4.1)."""
    able = [line for line in lines if line.ssp or not isinstance(line, AccessLine | DiscountLine)]
    if len(able) > 1:
        return None
    return able[0] if able else lines[0]


def line_price(item: Item, terms: Terms) -> Fraction:
    """The stand-alone price of a whole line (accounting.md 4.1); 0 where it has no default."""
    match item.line:
        case line if line.residual:
            return Fraction(0)
        case line if line.ssp is not None:
            extra = item.pooled.ssp if item.pooled and item.pooled.ssp is not None else None
            return line.ssp + (Fraction(pooled_face(item)) if extra is None else extra)
        case UnitsLine() as line:
            return Fraction(line.quantity) * unit_price(line, terms)
        case CreditLine(face=face):
            return Fraction(face + pooled_face(item))
        case PointsLine() as line:
            return points_of(line, terms.price) * line.value * (1 - terms.unused_points)
        case _:
            return Fraction(0)


def pooled_face(item: Item) -> int:
    """The face of the bonus credit in its pool."""
    return 0 if item.pooled is None else item.pooled.face


def unit_price(line: UnitsLine, terms: Terms) -> Fraction:
    """The stand-alone price of one unit, of a menu the mean (4.1)."""
    each = [service_price(terms, terms.service(name)) for name in line.services]
    return sum(each, Fraction(0)) / len(each)


def service_price(terms: Terms, service: ServiceDefined) -> Fraction:
    """A service's stand-alone price; in a range the contract's own price stands (4.2).

    That is its list price, by as much less as the sale is below the lines' list prices.
    """
    if not isinstance(service.ssp, PriceRange):
        return stand_alone(service, terms.treatment.ssp_range)
    listed = sum((_at_list(item, terms) for item in obligations(terms)), Fraction(0))
    stated = service.list_price * terms.price / listed if listed and terms.price else None
    return stand_alone(service, terms.treatment.ssp_range, stated)


def _at_list(item: Item, terms: Terms) -> Fraction:
    if not isinstance(item.line, UnitsLine):
        return line_price(item, terms)
    prices = [terms.service(name).list_price for name in item.line.services]
    return Fraction(item.line.quantity) * Fraction(sum(prices), len(prices))


def points_of(line: PointsLine, price: int) -> int:
    """One point for each full `per_amount` of the price (interfaces.md 4)."""
    return price // line.earn.per_amount
