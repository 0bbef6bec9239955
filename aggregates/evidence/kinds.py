"""The fields of each kind of evidence, by the names of evidence.md 9; all but the first optional.

Whatever a person wrote, and whoever he is, is personal: the event holds its salted digest.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from aggregates.values import Clause, Digest, Word
from ledger.calendar import Day, Moment
from ledger.events import Frozen
from ledger.ids import Id
from ledger.money import Amount
from ledger.personal import FreeText, Personal

Last4 = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{4}$")]


class TermsPresented(Frozen):
    kind: Literal["terms_presented"]
    document_id: Id
    version: Word | None = None
    sha256: Digest | None = None
    language: Word | None = None
    clauses: Annotated[tuple[Clause, ...], Field(strict=False, max_length=40)] = ()
    where_shown: Literal["paper", "tablet", "checkout", "receipt"] | None = None
    position: Literal["signature", "checkbox", "final_screen"] | None = None
    separate_from_general_terms: bool | None = None
    shown_at: Moment | None = None
    screenshot_hash: Digest | None = None


class IdentityChecked(Frozen):
    kind: Literal["identity_checked"]
    type_of_id: Word
    last_4: Last4 | None = None
    matched_name: Personal | None = None
    result: Literal["matched", "not_matched", "not_readable"] | None = None
    by_whom: Personal | None = None


class PerkUsed(Frozen):
    kind: Literal["perk_used"]
    perk_id: Id
    value: Amount | None = None
    time: Moment | None = None
    door_id: Id | None = None
    check_in_id: Id | None = None


class Complaint(Frozen):
    kind: Literal["complaint"]
    issue_class: Word
    state: Literal["opened", "closed"] | None = None
    date: Day | None = None
    response: FreeText | None = None


class Remedy(Frozen):
    kind: Literal["remedy"]
    offer: FreeText
    state: Literal["offered", "accepted", "declined"] | None = None
    issue_class: Word | None = None
    date: Day | None = None
    response: FreeText | None = None


class RefundRequest(Frozen):
    kind: Literal["refund_request"]
    requester: Personal
    state: Literal["requested", "denied"] | None = None
    date: Day | None = None
    reason: FreeText | None = None
    policy_clause_applied: Clause | None = None
    amount: Amount | None = None
    method: Word | None = None
    charge_id: Id | None = None
    refund_id: Id | None = None
    arn: Word | None = None
    settled_date: Day | None = None
    promise_text_hash: Digest | None = None


class CancellationRequest(Frozen):
    kind: Literal["cancellation_request"]
    received_at: Moment
    requester: Personal | None = None
    channel: Literal["app", "phone", "email", "in_person", "post", "text"] | None = None
    raw_message_ref: Id | None = None
    target: Literal["membership", "package", "permission_to_charge"] | None = None
    policy_clause: Clause | None = None
    effective_date: Day | None = None
    final_charge_due: Amount | None = None
    confirmation_message_id: Id | None = None
    reason: FreeText | None = None


class CancellationSearch(Frozen):
    kind: Literal["cancellation_search"]
    channels: Annotated[tuple[Word, ...], Field(strict=False, min_length=1, max_length=40)]
    identifiers_searched: Personal | None = None
    range_from: Day | None = None
    range_until: Day | None = None
    hits: Amount | None = None
    operator: Personal | None = None
    result_hash: Digest | None = None


class CardEvent(Frozen):
    kind: Literal["card_event"]
    charge: Id
    state: Literal["authorized", "voided", "settled"] | None = None
    processor: Word | None = None
    amount: Amount | None = None
    auth_code: Word | None = None
    response_code: Word | None = None
    network: Word | None = None
    network_transaction_id: Word | None = None
    arn: Word | None = None
    rrn: Word | None = None
    descriptor: Word | None = None


class AccountClosedNotice(Frozen):
    kind: Literal["account_closed_notice"]
    received_at: Moment
    channel: Word | None = None
    raw_message_ref: Id | None = None


class CardholderWithdrawal(Frozen):
    kind: Literal["cardholder_withdrawal"]
    received_at: Moment
    channel: Word | None = None
    raw_message_ref: Id | None = None
    document_id: Id | None = None


Fields = Annotated[
    TermsPresented
    | IdentityChecked
    | PerkUsed
    | Complaint
    | Remedy
    | RefundRequest
    | CancellationRequest
    | CancellationSearch
    | CardEvent
    | AccountClosedNotice
    | CardholderWithdrawal,
    Field(discriminator="kind"),
]
