"""Publishing offers: an offer is checked before anyone can buy it (interfaces.md 4)."""

from collections.abc import Iterator, Mapping
from typing import Any

from aggregates.offer.events import OfferPublished, OfferRetired
from aggregates.offer.lines import AccessLine, OfferLine, Scoped, UnitsLine, UnlimitedLine
from aggregates.offer.orders import PublishOffer, RetireOffer
from aggregates.offer.state import Offer
from aggregates.selling import SETUP_FEE
from aggregates.service.events import ServiceDefined
from aggregates.standing import sole_carrier
from aggregates.terms import Description, PlanBilling, RecurringBilling
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent
from ledger.ids import stream


def publish_offer(
    context: Context, order: PublishOffer, offer: Offer, services: Mapping[str, ServiceDefined]
) -> Decision:
    """The next version of an offer; every line must be priceable and must end (4.1)."""
    refusal = next(_problems(order), None) or _unknown_service(order, services)
    if refusal is not None:
        return refusal
    version = len(offer.versions) + 1
    published = OfferPublished(version=version, **_offer_fields(order))
    name = stream(context.clinic, "offer", order.offer)
    return Decided((NewEvent(name, published),), {"offer": order.offer, "version": version})


def retire_offer(context: Context, order: RetireOffer, offer: Offer) -> Decision:
    """The offer is sold no more; what was sold under it goes on."""
    if not offer.versions:
        return Refused(Code.UNKNOWN_OFFER, f"No offer {order.offer}.", "data.offer")
    if offer.retired_at is not None:
        return Decided((), {"offer": order.offer})
    retired = NewEvent(
        stream(context.clinic, "offer", order.offer), OfferRetired(offer=order.offer)
    )
    return Decided((retired,), {"offer": order.offer})


def _offer_fields(order: PublishOffer) -> dict[str, Any]:
    fields = {name: getattr(order, name) for name in PublishOffer.model_fields}
    shown = order.description
    digest = None if shown is None else shown.sha256 or shown.text
    fields["description"] = None if digest is None else Description(sha256=digest)
    return fields


def _problems(order: PublishOffer) -> Iterator[Refused]:
    """What is wrong with the offer itself, before what it names (interfaces.md 3)."""
    seen: set[str] = set()
    for index, line in enumerate(order.lines):
        where = f"data.lines[{index}]"
        if line.line in seen:
            yield Refused(Code.INVALID, f"Line {line.line} stands twice.", f"{where}.line")
        if line.line == SETUP_FEE:
            yield Refused(Code.INVALID, f"{SETUP_FEE} names the joining fee.", f"{where}.line")
        seen.add(line.line)
        problem = _line_problem(order, line)
        if problem is not None:
            yield Refused(Code.INVALID, problem, where)
    yield from _price_problems(order)
    yield from _billing_problems(order, seen)


def _line_problem(order: PublishOffer, line: OfferLine) -> str | None:
    recurring = isinstance(order.billing, RecurringBilling)
    is_time = isinstance(line, AccessLine | UnlimitedLine)
    if is_time and line.expires_after is None and order.term is None and not recurring:
        kind = "An access" if isinstance(line, AccessLine) else "An unlimited"
        return f"{kind} line needs expires_after or the offer a term."
    priced = line.ssp is not None or line.residual or sole_carrier(order.lines) is line
    if isinstance(line, UnlimitedLine) and not priced:
        return "An unlimited line needs an ssp beside other lines that carry value."
    return None


def _price_problems(order: PublishOffer) -> Iterator[Refused]:
    """A bundle is a part of the offer, and one line at most is a residual (4.4)."""
    names = {line.line for line in order.lines}
    residual = {line.line for line in order.lines if line.residual}
    if len(residual) > 1:
        yield Refused(Code.INVALID, "One line can be the residual.", "data.lines")
    if residual and (len(names) == 1 or any(line.residual and line.ssp for line in order.lines)):
        problem = "A residual is what other lines leave, without a price of its own."
        yield Refused(Code.INVALID, problem, "data.lines")
    bundle = set() if order.bundle is None else set(order.bundle.lines)
    if order.bundle is not None and not (len(bundle) > 1 and bundle < names):
        yield Refused(Code.INVALID, "A bundle is some of the offer's lines.", "data.bundle.lines")
    if bundle & residual:
        problem = "The line that takes the residual is in no bundle."
        yield Refused(Code.INVALID, problem, "data.bundle.lines")


def _billing_problems(order: PublishOffer, lines: set[str]) -> Iterator[Refused]:
    billing = order.billing
    if isinstance(billing, RecurringBilling) and order.validity == "first_use":
        yield Refused(Code.INVALID, "A membership runs from its start.", "data.validity")
    if order.rollover is not None and not isinstance(billing, RecurringBilling):
        yield Refused(Code.INVALID, "Only a membership's units roll over.", "data.rollover")
    missing = [
        name for name in (order.rollover.lines if order.rollover else ()) if name not in lines
    ]
    if missing:
        yield Refused(Code.INVALID, f"The offer has no line {missing[0]}.", "data.rollover.lines")
    if isinstance(billing, PlanBilling):
        asked = sum(part.amount for part in billing.instalments)
        if asked < order.price:
            problem = f"The instalments come to {asked}, less than the price."
            yield Refused(Code.AMOUNT_MISMATCH, problem, "data.billing.instalments")


def _unknown_service(order: PublishOffer, services: Mapping[str, ServiceDefined]) -> Refused | None:
    for index, line in enumerate(order.lines):
        for name in named_services(line):
            if name not in services:
                problem = f"No service {name} was defined by then."
                return Refused(Code.UNKNOWN_SERVICE, problem, f"data.lines[{index}].services")
    return None


def named_services(line: OfferLine) -> tuple[str, ...]:
    """Every service a line names, to cover it or to limit itself to it."""
    if isinstance(line, UnitsLine | UnlimitedLine | Scoped):
        return line.services or ()
    return ()
