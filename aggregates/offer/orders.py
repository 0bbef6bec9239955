"""What an offer can be asked to do: the data of `publish_offer` (interfaces.md 4)."""

from typing import Annotated, Literal

from pydantic import Field

from aggregates.offer.events import OfferLine
from aggregates.terms import Notices, OnceBilling, RefundTerms, TermsDocument
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
    validity: Literal["sale"] = "sale"
    billing: OnceBilling = OnceBilling()
    refund: RefundTerms | None = None
    transferable: bool = False
    shareable: bool = False
    no_show_consumes: bool = True
    grace_days: Annotated[int, Field(ge=0, le=365)] = 0
    requires_consent: bool = False
    terms: TermsDocument | None = None
    locations: tuple[Id, ...] = ()
    description: DescriptionOrder | None = None
    notices: Notices = Notices()
