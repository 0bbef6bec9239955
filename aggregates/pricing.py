"""The lines of a sale with the price allocated to them (accounting.md 4)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from aggregates.allocating import Carrier, Price
from aggregates.offer.lines import (
    AccessLine,
    Bundle,
    CreditLine,
    DiscountLine,
    OfferLine,
    PointsLine,
    Scoped,
    UnitsLine,
    UnlimitedLine,
)
from aggregates.service.events import ServiceDefined
from aggregates.standing import (
    Item,
    Terms,
    line_price,
    obligations,
    points_of,
    pooled_face,
    service_price,
    sole_carrier,
    unit_price,
)
from aggregates.subscription.line import ServiceTerm, SoldLine
from aggregates.subscription.validity import Contract, stretch
from aggregates.values import Liability

#: Menu prices further apart than this make the choices unequal in value (accounting.md 5.3).
MENU_TOLERANCE = Fraction(5, 4)
#: A quota whose unit is worth less of the fee than this is access, not units (6.3).
QUOTA_SHARE = Fraction(1, 20)


def sold_lines(terms: Terms) -> tuple[SoldLine, ...]:
    """The lines with the price allocated by relative stand-alone price (accounting.md 4.3)."""
    items, dropped = _priced(terms)
    price = _price(terms, items, dropped)
    amounts = price.parts()
    packages = _packages(terms, items, price.carriers)
    lines = (
        _sold_line(terms, _with_residual(item, amount), amount, packages, immaterial=gone)
        for item, amount, gone in zip(items, amounts, dropped, strict=True)
    )
    return tuple(_in_bundle(line, price.discounted) for line in lines)


def _in_bundle(line: SoldLine, bundle: Bundle | None) -> SoldLine:
    """The line, marked where the whole discount went to its bundle (4.4)."""
    if bundle is None or line.line not in bundle.lines:
        return line
    return line.model_copy(update={"bundled": True})


def price_to_allocate(terms: Terms) -> Price:
    """The price of a sale on these terms with the lines that may carry it (4.2 to 4.4)."""
    return _price(terms, *_priced(terms))


def _priced(terms: Terms) -> tuple[list[Item], list[bool]]:
    """The obligations at their stand-alone prices, and which of them are dropped (5.7)."""
    items = [replace(item, ssp=line_price(item, terms)) for item in obligations(terms)]
    return items, _immaterial(items, terms.treatment.immaterial_percent)


def _price(terms: Terms, items: list[Item], dropped: list[bool]) -> Price:
    weights = [Fraction(0) if gone else item.ssp for item, gone in zip(items, dropped, strict=True)]
    residual = any(item.line.residual for item in items)
    if not any(weights) and terms.price and not residual:
        # The only line that can carry value takes all of the price, whatever its SSP (4.1).
        sole = sole_carrier(terms.offer.lines)
        weights = [Fraction(item.line is sole) for item in items]
    return Price(
        terms.price,
        tuple(
            Carrier(item.line.line, weight, residual=bool(item.line.residual))
            for item, weight in zip(items, weights, strict=True)
        ),
        terms.treatment.allocation_remainder,
        terms.offer.bundle if terms.treatment.discount_exception == "on" else None,
    )


def _with_residual(item: Item, amount: int) -> Item:
    """A residual line is worth what it took, also when the contract changes later."""
    return replace(item, ssp=Fraction(amount)) if item.line.residual else item


def _immaterial(items: list[Item], percent: int) -> list[bool]:
    """Access lines too small to matter are allocated nothing (606-10-25-16A; accounting.md 5.7)."""
    total = sum((item.ssp for item in items), Fraction(0))
    others = any(item.ssp for item in items if not isinstance(item.line, AccessLine))
    return [
        others and isinstance(item.line, AccessLine) and item.ssp * 100 < total * percent
        for item in items
    ]


def _packages(terms: Terms, items: list[Item], carriers: Sequence[Carrier]) -> Liability:
    """2110 for a membership, or when only time lines carry value; else 2100 (accounting.md 12)."""
    valued = [item for item, part in zip(items, carriers, strict=True) if part.ssp or part.residual]
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
    said = terms.treatment.on_line(terms.timezone, by_day=unrun.by_day)
    unrun = unrun.model_copy(update=said) if said else unrun
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
            return Decimal(face + pooled_face(item))
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
    if terms.treatment.quota_membership == "auto":
        return unit_price(line, terms) < terms.price * QUOTA_SHARE
    return terms.treatment.quota_membership == "ratable"


def service_terms(terms: Terms, line: OfferLine) -> tuple[ServiceTerm, ...]:
    """The services a line covers, as they are priced at the sale."""
    if not isinstance(line, UnitsLine | UnlimitedLine):
        return ()
    return tuple(_service_term(terms, terms.service(name)) for name in line.services)


def _service_term(terms: Terms, service: ServiceDefined) -> ServiceTerm:
    return ServiceTerm(
        service=service.service,
        list_price=service.list_price,
        ssp=service_price(terms, service),
        product=service.product,
        agent_cost=None if service.principal else service.cost or 0,
    )


def is_weighted(terms: Sequence[ServiceTerm]) -> bool:
    """Whether a menu's prices lie too far apart for equal units (accounting.md 5.3)."""
    prices = [term.ssp for term in terms]
    return min(prices) == 0 < max(prices) or max(prices) > MENU_TOLERANCE * min(prices)
