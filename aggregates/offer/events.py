"""What can happen to an offer (interfaces.md 4)."""

from typing import Annotated, Literal

from pydantic import Field

from aggregates.offer.lines import Bundle, OfferLine
from aggregates.terms import (
    Billing,
    CancellationTerms,
    Description,
    Milestone,
    Notices,
    OnceBilling,
    RefundTerms,
    RolloverTerms,
    TermsDocument,
)
from aggregates.values import Duration, Text, Word
from ledger.events import Event
from ledger.ids import Id
from ledger.money import Amount

Validity = Literal["sale", "first_use"]


class OfferPublished(Event):
    """One version of an offer; a contract keeps the version it was sold under."""

    offer: Id
    version: int
    name: Text
    price: Amount
    lines: tuple[OfferLine, ...]
    program: Word | None = None
    tier: Word | None = None
    term: Duration | None = None
    validity: Validity = "sale"
    billing: Billing = OnceBilling()
    refund: RefundTerms | None = None
    cancellation: CancellationTerms = CancellationTerms()
    rollover: RolloverTerms | None = None
    transferable: bool = False
    shareable: bool = False
    no_show_consumes: bool = True
    grace_days: Annotated[int, Field(ge=0, le=365)] = 0
    requires_consent: bool = False
    terms: TermsDocument | None = None
    locations: tuple[Id, ...] = ()
    description: Description | None = None
    notices: Notices = Notices()
    milestones: tuple[Milestone, ...] = ()
    bundle: Bundle | None = None


class OfferRetired(Event):
    """The offer is sold no more; contracts under it go on."""

    offer: Id
