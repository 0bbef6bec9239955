"""What can happen to an offer, and the words an offer is written in (interfaces.md 4)."""

from typing import Annotated, Literal

from pydantic import Field

from aggregates.terms import Description, Notices, OnceBilling, RefundTerms, TermsDocument
from aggregates.values import Duration, Exact, Text, Word
from ledger.events import Event, Frozen
from ledger.ids import Id
from ledger.money import Amount
from ledger.quantity import PositiveQuantity


class UnitsLine(Frozen):
    """Counted units of one service, or of a free choice among several."""

    kind: Literal["units"]
    line: Id
    services: Annotated[tuple[Id, ...], Field(min_length=1, max_length=64)]
    quantity: PositiveQuantity
    ssp: Exact | None = None
    expires_after: Duration | None = None
    priority: Annotated[int, Field(ge=0, le=1000)] = 100


class AccessLine(Frozen):
    """Access over time: messaging, same-day booking and the like; earned by day."""

    kind: Literal["access"]
    line: Id
    access: Annotated[tuple[Word, ...], Field(min_length=1, max_length=16)]
    ssp: Exact | None = None
    expires_after: Duration | None = None


OfferLine = Annotated[UnitsLine | AccessLine, Field(discriminator="kind")]


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
    description: Description | None = None
    notices: Notices = Notices()
