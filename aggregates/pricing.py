"""What each line of a sale is worth: stand-alone prices and the allocation (accounting.md 4)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from aggregates.offer.events import OfferPublished
from aggregates.offer.lines import (
    AccessLine,
    CreditLine,
    DiscountLine,
    OfferLine,
    PointsLine,
    Scoped,
    UnitsLine,
    UnlimitedLine,
)
from aggregates.service.events import ServiceDefined
from aggregates.service.state import stand_alone
from aggregates.subscription.line import ServiceTerm, SoldLine
from aggregates.subscription.validity import Contract, stretch
from aggregates.terms import RecurringBilling
from aggregates.values import Liability
from ledger.ratios import largest_remainder

#: Menu prices further apart than this make the choices unequal in value (accounting.md 5.3).
MENU_TOLERANCE = Fraction(5, 4)
#: A quota whose unit is worth less of the fee than this is access, not units (6.3).
QUOTA_SHARE = Fraction(1, 20)


@dataclass(frozen=True, slots=True)
class Terms:
    """All that the sold lines follow from; sales on the same terms sell the same lines.

    Offer and services are compared and not hashed, because that walks through all their lines.
    """

    offer: OfferPublished = field(hash=False)
    services: tuple[ServiceDefined, ...] = field(hash=False)
    price: int
    starts: date
    ssp_range: str = "mid"
    immaterial_percent: int = 5
    bonus_credit: str = "pool"
    quota_membership: str = "auto"
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


def sold_lines(terms: Terms) -> tuple[SoldLine, ...]:
    """The lines with the price allocated by relative stand-alone price (accounting.md 4.3)."""
    items = [replace(item, ssp=line_price(item, terms)) for item in obligations(terms)]
    dropped = _immaterial(items, terms.immaterial_percent)
    weights = [Fraction(0) if gone else item.ssp for item, gone in zip(items, dropped, strict=True)]
    if not any(weights) and terms.price:
        # The only line that can carry value takes all of the price, whatever its SSP (4.1).
        sole = sole_carrier(terms.offer.lines)
        weights = [Fraction(item.line is sole) for item in items]
    amounts = largest_remainder(terms.price, weights)
    packages = _packages(terms, items, weights)
    return tuple(
        _sold_line(terms, item, amount, packages, immaterial=gone)
        for item, amount, gone in zip(items, amounts, dropped, strict=True)
    )


def obligations(terms: Terms) -> list[Item]:
    """The offer's lines; a bonus credit on the same terms as a paid one joins its pool (5.4)."""
    lines = list(terms.offer.lines)
    if terms.bonus_credit != "pool":
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
        case line if line.ssp is not None:
            extra = item.pooled.ssp if item.pooled and item.pooled.ssp is not None else None
            return line.ssp + (Fraction(_pooled_face(item)) if extra is None else extra)
        case UnitsLine() as line:
            return Fraction(line.quantity) * unit_price(line, terms)
        case CreditLine(face=face):
            return Fraction(face + _pooled_face(item))
        case PointsLine() as line:
            return points_of(line, terms.price) * line.value * (1 - terms.unused_points)
        case _:
            return Fraction(0)


def _pooled_face(item: Item) -> int:
    return 0 if item.pooled is None else item.pooled.face


def unit_price(line: UnitsLine, terms: Terms) -> Fraction:
    """The stand-alone price of one unit, of a menu the mean (4.1)."""
    each = [stand_alone(terms.service(name), terms.ssp_range) for name in line.services]
    return sum(each, Fraction(0)) / len(each)


def points_of(line: PointsLine, price: int) -> int:
    """One point for each full `per_amount` of the price (interfaces.md 4)."""
    return price // line.earn.per_amount


def _immaterial(items: list[Item], percent: int) -> list[bool]:
    """Access lines too small to matter are allocated nothing (606-10-25-16A; accounting.md 5.7)."""
    total = sum((item.ssp for item in items), Fraction(0))
    others = any(item.ssp for item in items if not isinstance(item.line, AccessLine))
    return [
        others and isinstance(item.line, AccessLine) and item.ssp * 100 < total * percent
        for item in items
    ]


def _packages(terms: Terms, items: list[Item], weights: list[Fraction]) -> Liability:
    """2110 for a membership, or when only time lines carry value; else 2100 (accounting.md 12)."""
    valued = [item for item, weight in zip(items, weights, strict=True) if weight]
    by_day = all(isinstance(item.line, AccessLine | UnlimitedLine) for item in valued)
    return "memberships" if terms.is_recurring or (valued and by_day) else "packages"


def _liability(line: OfferLine, packages: Liability) -> Liability:
    match line:
        case CreditLine():
            return "credits"
        case PointsLine() | DiscountLine():
            return "rights"
        case _:
            return packages


def _sold_line(
    terms: Terms, item: Item, amount: int, packages: Liability, *, immaterial: bool
) -> SoldLine:
    line = item.line
    services = service_terms(terms, line)
    unrun = SoldLine(
        line=line.line,
        grant=f"{line.line}.{terms.cycle or 1}",
        kind=line.kind,
        ssp=item.ssp,
        allocated=amount,
        liability=_liability(line, packages),
        starts=terms.starts,
        expires_after=line.expires_after,
        quantity=quantity_of(item, terms),
        services=services,
        scope=(line.services or ()) if isinstance(line, Scoped) else (),
        categories=(line.categories or ()) if isinstance(line, Scoped) else (),
        access=line.access if isinstance(line, AccessLine) else (),
        cap=line.cap if isinstance(line, UnlimitedLine) else None,
        percent=line.percent if isinstance(line, DiscountLine) else None,
        amount=line.amount if isinstance(line, DiscountLine) else None,
        value=line.value if isinstance(line, PointsLine) else None,
        weighted=isinstance(line, UnitsLine) and is_weighted(services),
        immaterial=immaterial,
        bonus=line.bonus,
        bonus_face=None if item.pooled is None else Decimal(item.pooled.face),
        bonus_line=None if item.pooled is None else item.pooled.line,
        ratable=_is_ratable(line, terms),
        cycle=terms.cycle,
        priority=line.priority,
    )
    return running(unrun, terms.contract, terms.starts, first_use=terms.offer.validity)


def running(line: SoldLine, contract: Contract, starts: date, first_use: str = "sale") -> SoldLine:
    """The line over its stretch from `starts`; before its first use such a line has no end."""
    if first_use == "first_use":
        return line
    run = stretch(contract, line.expires_after, starts, of_time=line.by_day)
    return line.model_copy(update={"starts": starts, "ends": run.ends, "lapses": run.lapses})


def quantity_of(item: Item, terms: Terms) -> Decimal | None:
    """What the lot counts: units, face in minor units, points, uses; None on a line of time."""
    match item.line:
        case UnitsLine(quantity=quantity):
            return quantity
        case CreditLine(face=face):
            return Decimal(face + _pooled_face(item))
        case PointsLine() as line:
            return Decimal(points_of(line, terms.price))
        case DiscountLine(uses=uses):
            return None if uses is None else Decimal(uses)
        case _:
            return None


def _is_ratable(line: OfferLine, terms: Terms) -> bool:
    """Whether a membership's quota is earned by day (6.3, policy `quota_membership`)."""
    if not isinstance(line, UnitsLine) or not terms.is_recurring:
        return False
    if terms.quota_membership == "auto":
        return unit_price(line, terms) < terms.price * QUOTA_SHARE
    return terms.quota_membership == "ratable"


def service_terms(terms: Terms, line: OfferLine) -> tuple[ServiceTerm, ...]:
    """The services a line covers, as they are priced at the sale."""
    if not isinstance(line, UnitsLine | UnlimitedLine):
        return ()
    return tuple(_service_term(terms.service(name), terms.ssp_range) for name in line.services)


def _service_term(service: ServiceDefined, outside: str) -> ServiceTerm:
    return ServiceTerm(
        service=service.service,
        list_price=service.list_price,
        ssp=stand_alone(service, outside),
        product=service.product,
        agent_cost=None if service.principal else service.cost or 0,
    )


def is_weighted(terms: Sequence[ServiceTerm]) -> bool:
    """Whether a menu's prices lie too far apart for equal units (accounting.md 5.3)."""
    prices = [term.ssp for term in terms]
    return min(prices) == 0 < max(prices) or max(prices) > MENU_TOLERANCE * min(prices)
