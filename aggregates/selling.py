"""Selling: what a package or a membership promises, copied onto the contract."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from aggregates.allocating import problem_with
from aggregates.clinic.knobs import refund_terms
from aggregates.clinic.policies import of_contracts
from aggregates.clinic.state import Clinic
from aggregates.commissions import commission_of
from aggregates.estimate.state import Estimates, Sold
from aggregates.financing import financing_of
from aggregates.lawtables import of_state
from aggregates.offer.events import OfferPublished
from aggregates.offer.lines import OfferLine, UnitsLine, UnlimitedLine
from aggregates.pricing import price_to_allocate, sold_lines
from aggregates.service.events import ServiceDefined
from aggregates.standing import Terms
from aggregates.subscription import events as e
from aggregates.subscription.financed import interest_in
from aggregates.subscription.line import SoldLine
from aggregates.subscription.orders import SellPackage
from aggregates.terms import Instalment, PlanBilling, RecurringBilling, due_date
from aggregates.treatment import Treatment
from aggregates.values import SaleDimensions
from ledger.calendar import ONE_DAY, Duration
from ledger.codes import Code, Refused
from ledger.decider import Context
from ledger.money import LARGEST
from ledger.ratios import largest_remainder

SETUP_FEE = "setup_fee"
"""The line of a membership's joining fee; no line of an offer may take the name (5.8)."""


#: What a contract keeps word for word of its offer, and of the sale.
OFFERED = (
    "offer",
    "name",
    "tier",
    "term",
    "validity",
    "billing",
    "cancellation",
    "rollover",
    "transferable",
    "shareable",
    "no_show_consumes",
    "requires_consent",
    "grace_days",
    "terms",
    "notices",
    "milestones",
    "locations",
)
ORDERED = (
    "subscription",
    "patient",
    "payer",
    "members",
    "tax",
    "channel",
    "present",
    "invoice",
    "promotion",
    "contract_met",
    "discount_rate",
    "taxes",
)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a sale needs to know: the clinic, the offer version and the services as of the sale,
    and of an offer with points the estimates.
    """

    clinic: Clinic
    offer: OfferPublished
    services: Mapping[str, ServiceDefined]
    estimates: Estimates = field(default_factory=Estimates)

    def unused_points(self, on: date) -> Fraction:
        """The share of points that the estimate in force on a day counts as never used (4.1)."""
        about = Sold.on(on, self.offer.offer, self.offer.program)
        return self.estimates.rate("breakage", about, on) or Fraction(0)


Policies = Mapping[str, Any]


def services_of(lines: tuple[OfferLine, ...]) -> list[str]:
    """The services that lines of units and unlimited lines cover, and are priced by."""
    priced = [line for line in lines if isinstance(line, UnitsLine | UnlimitedLine)]
    return [name for line in priced for name in line.services]


def price_of(order: SellPackage, offer: OfferPublished) -> int | Refused:
    """What a sale asks for: its price, else the offer's, less the discount (3)."""
    price = offer.price if order.price is None else order.price
    if price + order.tax > LARGEST:
        return Refused(Code.INVALID, "Price and tax are more than a ledger can hold.", "data.price")
    if order.discount > price:
        return Refused(
            Code.AMOUNT_MISMATCH, "The discount is larger than the price.", "data.discount"
        )
    return price - order.discount


def package_sold(
    context: Context,
    order: SellPackage,
    catalogue: Catalogue,
    price: int,
    owner_state: str | None = None,
) -> e.PackageSold | Refused:
    """The contract as sold at what it asks for, `price`, its interest apart (10.6): everything
    that matters later is copied onto it (interfaces.md 4).

    Refused where it cannot be allocated to the lines (accounting.md 4). The law is that of the
    owner's state, else of the place of sale, else of the clinic (7.8).
    """
    offer, clinic = catalogue.offer, catalogue.clinic
    starts = order.starts or context.on
    where = owner_state or clinic.state_of(order.location)
    policies = contract_policies(clinic, offer, context.on, where)
    priced = _priced(context, order, catalogue, price, policies)
    if isinstance(priced, Refused):
        return priced
    commission = commission_of(order, clinic, offer, context.on, starts)
    if isinstance(commission, Refused):
        return commission
    return e.PackageSold(
        **{name: getattr(offer, name) for name in OFFERED},
        **{name: getattr(order, name) for name in ORDERED},
        **priced,
        **{part.name: getattr(commission, part.name) for part in fields(commission)},
        offer_version=offer.version,
        sale=sale_dimensions(order, offer),
        currency=clinic.currency,
        state=where,
        sold_on=context.on,
        starts=starts,
        refund=offer.refund or refund_terms(policies["refund_formula"]),
        description=None if offer.description is None else offer.description.sha256,
        policies=policies,
    )


def _priced(
    context: Context, order: SellPackage, catalogue: Catalogue, price: int, policies: Policies
) -> dict[str, Any] | Refused:
    """What is asked for and when, the interest in it, and the lines at the price without it, by
    the calendar of the place of sale.
    """
    offer, starts = catalogue.offer, order.starts or context.on
    asked = instalments(order, offer, context.on, starts, price)
    financing = financing_of(context, order, offer.billing, asked, policies)
    if isinstance(financing, Refused):
        return financing
    price -= interest_in(financing)
    timezone = catalogue.clinic.zone_of(order.location, context.on)
    contents = contents_of(terms_of(catalogue, price, starts, policies, timezone))
    if isinstance(contents, Refused):
        return contents
    sold = {part.name: getattr(contents, part.name) for part in fields(contents)}
    sold |= {"price": price, "instalments": asked, "financing": financing}
    return sold | {"timezone": timezone}


@dataclass(frozen=True, slots=True)
class Contents:
    """What is sold: the lines, a joining fee among them, and the last day of contract and cycle."""

    lines: tuple[SoldLine, ...]
    expires: date | None
    cycle_ends: date | None
    setup_fee: int


@lru_cache(maxsize=256)
def contents_of(terms: Terms) -> Contents | Refused:
    """What a sale on these terms promises."""
    price = price_to_allocate(terms)
    problem = problem_with(price)
    if problem is not None:
        return problem
    fee = setup_fee_line(terms)
    return Contents(
        lines=(*sold_lines(terms), *fee),
        expires=_expires(terms),
        cycle_ends=terms.cycle_ends,
        setup_fee=sum(line.allocated for line in fee),
    )


def terms_of(
    catalogue: Catalogue, price: int, starts: date, policies: Policies, timezone: str
) -> Terms:
    """The terms of a sale at `price`; a membership's are those of its first cycle."""
    offer = catalogue.offer
    billing = offer.billing
    recurring = isinstance(billing, RecurringBilling)
    return Terms(
        offer=offer,
        services=tuple(catalogue.services.values()),
        price=price,
        starts=starts,
        treatment=Treatment.of(policies),
        timezone=timezone,
        cycle=1 if recurring else None,
        cycle_ends=billing.cycle.end(starts) if isinstance(billing, RecurringBilling) else None,
        clinic="" if catalogue.clinic.defined is None else catalogue.clinic.defined.clinic,
        unused_points=catalogue.unused_points(starts),
    )


def _expires(terms: Terms) -> date | None:
    """The contract's last valid day: unknown before a first use. A membership's term ends it."""
    if terms.offer.validity == "first_use" or terms.offer.term is None:
        return None
    return terms.offer.term.end(terms.starts) - ONE_DAY


def setup_fee_line(terms: Terms) -> tuple[SoldLine, ...]:
    """A joining fee is no service: earned by day over the commitment or the first cycle, or over
    the months that customers stay where renewal without it is a material right (5.8).
    """
    billing, starts = terms.offer.billing, terms.starts
    if not isinstance(billing, RecurringBilling) or not billing.setup_fee or not terms.cycle_ends:
        return ()
    months = terms.treatment.setup_fee_months
    ends = (
        billing.cycle.span().after(starts, billing.commitment_cycles or 1)
        if months == "term"
        else Duration(months=months).after(starts)
    )
    return (
        SoldLine(
            line=SETUP_FEE,
            grant=f"{SETUP_FEE}.1",
            kind="setup_fee",
            ssp=Fraction(billing.setup_fee),
            allocated=billing.setup_fee,
            liability="setup_fees",
            starts=starts,
            ends=ends,
            lapses=ends - ONE_DAY,
            cycle=1,
            **terms.treatment.on_line(terms.timezone, by_day=True),
        ),
    )


def instalments(
    order: SellPackage, offer: OfferPublished, sold_on: date, starts: date, price: int
) -> tuple[Instalment, ...]:
    """What is asked for, and when; a plan is scaled to the sale's price (interfaces.md 4)."""
    asked = price + order.tax
    billing = offer.billing
    if isinstance(billing, PlanBilling):
        amounts = largest_remainder(asked, [part.amount for part in billing.instalments])
        dated = [
            (due_date(part.due, sold_on), amount)
            for part, amount in zip(billing.instalments, amounts, strict=True)
        ]
        return tuple(Instalment(due=due, amount=amount) for due, amount in sorted(dated) if amount)
    if isinstance(billing, RecurringBilling):
        return (Instalment(due=starts, amount=asked + billing.setup_fee),)
    return (Instalment(due=sold_on, amount=asked),)


def sale_dimensions(order: SellPackage, offer: OfferPublished) -> SaleDimensions:
    """What every line of the journal says about this sale (accounting.md 12.2)."""
    return SaleDimensions(
        subscription=order.subscription,
        offer=offer.offer,
        program=offer.program,
        location=order.location,
        provider=order.provider,
    )


def contract_policies(
    clinic: Clinic, offer: OfferPublished, on: date, where: str | None
) -> dict[str, Any]:
    """The policies as they were at the sale, of law tables the rows of the contract's state; the
    billing terms may say more (18).
    """
    policies = of_state(of_contracts(clinic.policies(on)), where)
    if offer.billing.draw_before_payment is not None:
        policies["draw_before_payment"] = offer.billing.draw_before_payment
    return policies
