"""What can happen to a piece of evidence: it is recorded (evidence.md 9)."""

from typing import Literal

from pydantic import AwareDatetime

from aggregates.values import Word
from ledger.events import Event
from ledger.ids import Id

Kind = Literal[
    "terms_presented",
    "identity_checked",
    "perk_used",
    "complaint",
    "remedy",
    "refund_request",
    "cancellation_request",
    "cancellation_search",
    "card_event",
    "account_closed_notice",
    "cardholder_withdrawal",
]


class EvidenceRecorded(Event):
    """`fields` are those of the kind, as JSON; a personal one is its salted digest."""

    evidence: Id
    kind: Kind
    occurred_at: AwareDatetime
    patient: Id | None = None
    subscription: Id | None = None
    visit: Id | None = None
    charge: Id | None = None
    dispute: Id | None = None
    fields: dict[Word, str | int | bool | tuple[Word, ...]]
