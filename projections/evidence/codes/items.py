"""The items of evidence: which a code needs, which one of several, which help (evidence.md 10)."""

from typing import Literal

from projections.evidence.codes.table import Group

Level = Literal["required", "one_of", "optional"]
_LEVELS: dict[str, Level] = {"r": "required", "o": "one_of", "+": "optional"}
_COLUMNS: tuple[Group, ...] = (
    "card_present",
    "card_absent",
    "not_received",
    "recurring",
    "described",
    "misrepresented",
    "credit",
    "cancelled",
    "duplicate",
    "amount",
    "authorisation",
    "compliance",
    "general",
)
#: A row of evidence.md 10, in the columns above: r required, o one of, + helps, - leave out.
_MATRIX: dict[str, str] = {
    "card_present": "r-+------++--",
    "authentication": "-o--------+--",
    "identity": "++----------+",
    "agreement": "+o+r+r+r+r--+",
    "policy": "---r--or-----",
    "invoice": "rrrrrrrrrrr-r",
    "usage": "+oo+++-++---+",
    "attendance": "+oo++--+----+",
    "availability": "--o----------",
    "statement": "--+++-+r----+",
    "cancellation_record": "---r--+r-----",
    "renewal_notice": "---+-c-------",
    "refund": "++++++o+++--+",
    "refusal": "------or-----",
    "communications": "++++++++++--+",
    "offer": "--+-rr-------",
    "remedy": "----++-------",
    "prior_payments": "+o-+---------",
    "paired_charges": "--------r----",
    "approval": "----------r--",
    "fee_acknowledged": "-----------r-",
}

#: Where an item that is missing should have come from.
ORIGIN: dict[str, str] = {
    "card_present": "record_payment (card: entry, emv)",
    "authentication": "record_payment (card: avs, cvc, three_ds)",
    "agreement": "record_consent, or attach_document (agreement)",
    "policy": "record_consent (shown, clauses, copy) with the document the offer was sold under",
    "invoice": "sell_package (invoice), or attach_document (receipt)",
    "identity": "record_evidence (identity_checked)",
    "usage": "record_visit, or record_evidence (perk_used)",
    "attendance": "record_visit (attendance), or record_booking (checked_in)",
    "availability": "sell_package (term), or record_booking",
    "statement": "record_payment (charge)",
    "cancellation_record": "cancel or log_communication (cancellation), or record_evidence "
    "(cancellation_request, cancellation_search)",
    "renewal_notice": "log_communication (renewal)",
    "refund": "refund",
    "refusal": "log_communication (refund, out), or record_evidence (refund_request, denied)",
    "communications": "log_communication",
    "offer": "publish_offer (description)",
    "remedy": "record_evidence (remedy), or attach_document (remedy)",
    "prior_payments": "record_payment (card: fingerprint)",
    "paired_charges": "record_payment (charge) for each obligation",
    "approval": "record_payment (card: auth_code), or record_evidence (card_event)",
    "fee_acknowledged": "a recorded approval of the network's fee",
}


def levels(kind: Group, *, renews: bool) -> dict[str, Level]:
    """The items a group asks for; a notice before renewal only where something renews."""
    if kind == "programme":
        return {}
    column = _COLUMNS.index(kind)
    found: dict[str, Level] = {}
    for item, row in _MATRIX.items():
        mark = row[column]
        if mark == "c":
            mark = "r" if renews else "+"
        if mark in _LEVELS:
            found[item] = _LEVELS[mark]
    return found
