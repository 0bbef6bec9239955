"""The kinds of evidence as an issuer may see them: fields, words and place (evidence.md 9)."""

from collections.abc import Mapping

from aggregates.evidence.events import Kind

#: The fields of a kind that go out. Persons, free text, and classes of issues and perks, which
#: may name a treatment, are none of them (evidence.md 7).
SENT: Mapping[Kind, tuple[str, ...]] = {
    "terms_presented": (
        "document_id",
        "version",
        "sha256",
        "clauses",
        "where_shown",
        "position",
        "separate_from_general_terms",
        "shown_at",
    ),
    "identity_checked": ("type_of_id", "last_4", "result"),
    "perk_used": ("value", "time"),
    "complaint": ("state", "date"),
    "remedy": ("state", "date"),
    "refund_request": (
        "state",
        "date",
        "policy_clause_applied",
        "amount",
        "method",
        "refund_id",
        "arn",
        "settled_date",
    ),
    "cancellation_request": (
        "received_at",
        "channel",
        "target",
        "policy_clause",
        "effective_date",
        "final_charge_due",
    ),
    "cancellation_search": ("channels", "range_from", "range_until", "hits", "result_hash"),
    "card_event": (
        "charge",
        "state",
        "amount",
        "auth_code",
        "response_code",
        "network",
        "network_transaction_id",
        "arn",
        "rrn",
        "descriptor",
    ),
    "account_closed_notice": ("received_at", "channel"),
    "cardholder_withdrawal": ("received_at", "channel"),
}
#: What each kind is called in a packet.
WORDS: Mapping[Kind, str] = {
    "terms_presented": "Terms shown",
    "identity_checked": "Identity document checked",
    "perk_used": "Benefit of the package used",
    "complaint": "Complaint",
    "remedy": "Remedy",
    "refund_request": "Refund request",
    "cancellation_request": "Cancellation received",
    "cancellation_search": "Search for a cancellation",
    "card_event": "Charge",
    "account_closed_notice": "Notice of a closed account",
    "cardholder_withdrawal": "Dispute withdrawn by the cardholder",
}
#: The exhibit that shows each kind.
SECTION: Mapping[Kind, str] = {
    "terms_presented": "presented",
    "identity_checked": "identity",
    "perk_used": "perks",
    "complaint": "remedies",
    "remedy": "remedies",
    "refund_request": "refund_requests",
    "cancellation_request": "cancellations",
    "cancellation_search": "cancellations",
    "card_event": "authorisations",
    "account_closed_notice": "cancellations",
    "cardholder_withdrawal": "cancellations",
}
#: What can only come after the dispute, and counts although it does.
AFTERWARDS = frozenset({"cardholder_withdrawal"})
