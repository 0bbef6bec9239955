"""The terms of an offer that a contract keeps as they were at the sale (interfaces.md 4)."""

from typing import Annotated, Literal

from pydantic import Field

from aggregates.values import Digest, Formula, Word
from ledger.events import Frozen
from ledger.ids import Id
from ledger.money import Amount


class OnceBilling(Frozen):
    """One instalment due on the sale date; unpaid, the sale is a memo while it is cancellable."""

    kind: Literal["once"] = "once"
    cancellable: bool = True
    draw_before_payment: bool | None = None


class RefundTerms(Frozen):
    """What a refund comes to (accounting.md 8.1)."""

    formula: Formula
    fee: Amount = 0
    cooling_off_days: Annotated[int, Field(ge=0, le=365)] = 0


class TermsDocument(Frozen):
    document: Id
    version: Word
    sha256: Digest


class Notices(Frozen):
    """The notices the terms promise before a lot expires; the forfeiture guard asks for them."""

    before_expiry_days: tuple[Annotated[int, Field(ge=1, le=365)], ...] = ()


class Description(Frozen):
    """What the buyer was shown: the text's digest."""

    sha256: Digest
