"""Selling: what a package promises and what each of its lines is worth."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any

from aggregates.clinic.state import Clinic
from aggregates.offer.events import AccessLine, OfferLine, OfferPublished, UnitsLine
from aggregates.service.events import ServiceDefined
from aggregates.service.state import stand_alone
from aggregates.subscription import events as e
from aggregates.subscription.orders import SellPackage
from aggregates.terms import RefundTerms
from aggregates.values import Liability, SaleDimensions
from ledger.calendar import ONE_DAY
from ledger.codes import Code, Refused
from ledger.decider import Context
from ledger.money import LARGEST
from ledger.ratios import largest_remainder

#: Menu prices further apart than this make the choices unequal in value (accounting.md 5.3).
MENU_TOLERANCE = Fraction(5, 4)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a sale needs to know: the clinic, the offer version and the services as of the sale."""

    clinic: Clinic
    offer: OfferPublished
    services: Mapping[str, ServiceDefined]


@dataclass(frozen=True, slots=True)
class Worth:
    """What a line is worth: its stand-alone price, and the part of the contract's price it got."""

    ssp: Fraction
    allocated: int
    liability: Liability
    immaterial: bool


Policies = Mapping[str, Any]


def price_of(order: SellPackage, offer: OfferPublished) -> int | Refused:
    """The transaction price: the sale's price, else the offer's, less the discount (3)."""
    price = offer.price if order.price is None else order.price
    if price + order.tax > LARGEST:
        return Refused(Code.INVALID, "Price and tax are more than a ledger can hold.", "data.price")
    if order.discount > price:
        return Refused(
            Code.AMOUNT_MISMATCH, "The discount is larger than the price.", "data.discount"
        )
    return price - order.discount


def package_sold(
    context: Context, order: SellPackage, catalogue: Catalogue, price: int
) -> e.PackageSold:
    """The contract as sold: everything that matters later is copied onto it (interfaces.md 4)."""
    offer, clinic = catalogue.offer, catalogue.clinic
    starts = order.starts or context.on
    policies = contract_policies(clinic, offer, context.on)
    contents = contents_of(Terms.of(context.clinic, catalogue, price, starts, policies))
    return e.PackageSold(
        subscription=order.subscription,
        patient=order.patient,
        payer=order.payer,
        offer=offer.offer,
        offer_version=offer.version,
        name=offer.name,
        tier=offer.tier,
        sale=sale_dimensions(order, offer),
        currency=clinic.currency,
        timezone=clinic.timezone,
        sold_on=context.on,
        starts=starts,
        expires=contents.expires,
        price=price,
        tax=order.tax,
        lines=contents.lines,
        instalments=(e.Instalment(due=context.on, amount=price + order.tax),),
        billing=offer.billing,
        refund=offer.refund or RefundTerms(formula=policies["refund_formula"]),
        no_show_consumes=offer.no_show_consumes,
        requires_consent=offer.requires_consent,
        grace_days=offer.grace_days,
        terms=offer.terms,
        notices=offer.notices,
        locations=offer.locations,
        description=None if offer.description is None else offer.description.sha256,
        channel=order.channel,
        present=order.present,
        invoice=order.invoice,
        policies=policies,
    )


def sale_dimensions(order: SellPackage, offer: OfferPublished) -> SaleDimensions:
    """What every line of the journal says about this sale (accounting.md 12.2)."""
    return SaleDimensions(
        subscription=order.subscription,
        offer=offer.offer,
        program=offer.program,
        location=order.location,
        provider=order.provider,
    )


def contract_policies(clinic: Clinic, offer: OfferPublished, on: date) -> dict[str, Any]:
    """The policies as they were at the sale; the billing terms may say more (18)."""
    policies = clinic.policies(on)
    if offer.billing.draw_before_payment is not None:
        policies["draw_before_payment"] = offer.billing.draw_before_payment
    return policies


@dataclass(frozen=True, slots=True)
class Terms:
    """All that the contents follow from; sales on the same terms have the same contents.

    Offer and services are compared and not hashed, because that walks through all their lines.
    """

    clinic: str
    offer: OfferPublished = field(hash=False)
    services: tuple[ServiceDefined, ...] = field(hash=False)
    price: int
    starts: date
    ssp_range: str
    immaterial_percent: int

    @classmethod
    def of(
        cls, clinic: str, catalogue: Catalogue, price: int, starts: date, policies: Policies
    ) -> "Terms":
        """The terms of a sale at `price`."""
        services = tuple(catalogue.services.values())
        ranged, percent = policies["ssp_range"], policies["immaterial_percent"]
        return cls(clinic, catalogue.offer, services, price, starts, ranged, percent)

    def service(self, name: str) -> ServiceDefined:
        """The definition of a service as of the sale."""
        return next(service for service in self.services if service.service == name)


@dataclass(frozen=True, slots=True)
class Contents:
    """What is sold: the lines, and the last valid day of the contract."""

    lines: tuple[e.SoldLine, ...]
    expires: date | None


@lru_cache(maxsize=256)
def contents_of(terms: Terms) -> Contents:
    """What a sale on these terms promises."""
    return Contents(sold_lines(terms), _last_day(terms.offer, terms.starts))


def sold_lines(terms: Terms) -> tuple[e.SoldLine, ...]:
    """The lines with the price allocated by relative stand-alone price (accounting.md 4.3)."""
    lines = terms.offer.lines
    prices = [line_price(line, terms) for line in lines]
    dropped = _immaterial(lines, prices, terms.immaterial_percent)
    weights = [Fraction(0) if gone else value for value, gone in zip(prices, dropped, strict=True)]
    if not any(weights) and terms.price:
        # The only line that can carry value takes all of the price, whatever its SSP (4.1).
        weights = [Fraction(1), *[Fraction(0)] * (len(weights) - 1)]
    amounts = largest_remainder(terms.price, weights)
    liability = _liability(lines, weights)
    worths = [
        Worth(value, amount, liability, gone)
        for value, amount, gone in zip(prices, amounts, dropped, strict=True)
    ]
    return tuple(_sold_line(terms, line, worth) for line, worth in zip(lines, worths, strict=True))


def line_price(line: OfferLine, terms: Terms) -> Fraction:
    """The stand-alone price of a whole line (accounting.md 4.1).

    Units: quantity × the service's price, a menu by its mean. Access carries none by default.
    """
    if line.ssp is not None:
        return line.ssp
    if isinstance(line, AccessLine):
        return Fraction(0)
    each = [stand_alone(terms.service(name), terms.ssp_range) for name in line.services]
    return Fraction(line.quantity) * sum(each, Fraction(0)) / len(each)


def _immaterial(lines: tuple[OfferLine, ...], prices: list[Fraction], percent: int) -> list[bool]:
    """Access lines too small to matter are allocated nothing (606-10-25-16A; accounting.md 5.7)."""
    total = sum(prices, Fraction(0))
    others = any(value for line, value in zip(lines, prices, strict=True) if line.kind != "access")
    return [
        others and line.kind == "access" and value * 100 < total * percent
        for line, value in zip(lines, prices, strict=True)
    ]


def _liability(lines: tuple[OfferLine, ...], weights: list[Fraction]) -> Liability:
    """2110 when only time lines carry value, else 2100 (accounting.md 12)."""
    valued = {line.kind for line, weight in zip(lines, weights, strict=True) if weight}
    return "memberships" if valued == {"access"} else "packages"


def _sold_line(terms: Terms, line: OfferLine, worth: Worth) -> e.SoldLine:
    units = line if isinstance(line, UnitsLine) else None
    services = _service_terms(terms, line)
    return e.SoldLine(
        line=line.line,
        grant=f"{line.line}.1",
        kind=line.kind,
        ssp=worth.ssp,
        allocated=worth.allocated,
        liability=worth.liability,
        starts=terms.starts,
        ends=line_end(terms.offer, line, terms.starts),
        lapses=_lapses(terms.offer, line, terms.starts),
        quantity=None if units is None else units.quantity,
        services=services,
        access=line.access if isinstance(line, AccessLine) else (),
        weighted=units is not None and _is_weighted(services),
        immaterial=worth.immaterial,
        priority=100 if units is None else units.priority,
    )


def _service_terms(terms: Terms, line: OfferLine) -> tuple[e.ServiceTerm, ...]:
    if not isinstance(line, UnitsLine):
        return ()
    return tuple(_service_term(terms.service(name), terms.ssp_range) for name in line.services)


def _service_term(service: ServiceDefined, outside: str) -> e.ServiceTerm:
    return e.ServiceTerm(
        service=service.service,
        list_price=service.list_price,
        ssp=stand_alone(service, outside),
        product=service.product,
        agent_cost=None if service.principal else service.cost or 0,
    )


def _is_weighted(terms: tuple[e.ServiceTerm, ...]) -> bool:
    """Whether a menu's prices lie too far apart for equal units (accounting.md 5.3)."""
    prices = [term.ssp for term in terms]
    return min(prices) == 0 < max(prices) or max(prices) > MENU_TOLERANCE * min(prices)


def line_end(offer: OfferPublished, line: OfferLine, starts: date) -> date | None:
    """The first day after a line's own stretch: `expires_after`, else the offer's term.

    Units never outlive the contract; a line of time may.
    """
    term = None if offer.term is None else offer.term.end(starts)
    if line.expires_after is None:
        return term
    own = line.expires_after.end(starts)
    return own if term is None or isinstance(line, AccessLine) else min(own, term)


def _lapses(offer: OfferPublished, line: OfferLine, starts: date) -> date | None:
    """The day a lot expires and posts: its own last day or, if earlier, the contract's last day
    plus grace (interfaces.md 4). A time line simply ends.
    """
    own = None if line.expires_after is None else line.expires_after.end(starts) - ONE_DAY
    contract = _last_day(offer, starts)
    if contract is None:
        return own
    with_grace = contract + timedelta(days=offer.grace_days)
    if isinstance(line, AccessLine):
        return own or contract
    return with_grace if own is None else min(own, with_grace)


def _last_day(offer: OfferPublished, starts: date) -> date | None:
    return None if offer.term is None else offer.term.end(starts) - ONE_DAY
