"""What an offer can be asked to do: the data of its commands (interfaces.md 4)."""

from typing import Annotated

from pydantic import Field

from aggregates.offer.events import Validity
from aggregates.offer.lines import Bundle, OfferLine
from aggregates.terms import (
    Billing,
    CancellationTerms,
    Milestone,
    Notices,
    OnceBilling,
    RefundTerms,
    RolloverTerms,
    TermsDocument,
)
from aggregates.values import Digest, Duration, Text, Word
from ledger.events import Frozen
from ledger.ids import Id
from ledger.money import Amount
from ledger.personal import FreeText


class DescriptionOrder(Frozen):
    """The description as text or by its digest; the event keeps a digest either way."""

    text: FreeText | None = None
    sha256: Digest | None = None


class PublishOffer(Frozen):
    offer: Id
    name: Text
    price: Amount
    lines: Annotated[tuple[OfferLine, ...], Field(min_length=1, max_length=100)]
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
    description: DescriptionOrder | None = None
    notices: Notices = Notices()
    milestones: Annotated[tuple[Milestone, ...], Field(max_length=50)] = ()
    bundle: Bundle | None = None


class RetireOffer(Frozen):
    offer: Id
