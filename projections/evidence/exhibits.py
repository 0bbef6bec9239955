"""The exhibits of a packet, in the order that weighs for the code (evidence.md 6.1)."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from ledger import money
from projections.evidence.reasons import Group

Facts = dict[str, Any]
_SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "text/plain": "txt"}
_USUAL = ("usage", "agreement", "statement", "messages", "refunds", "payments")
_ORDER: dict[Group, tuple[str, ...]] = {
    "card_present": ("payments", "agreement", "usage", "statement", "messages", "refunds"),
    "card_absent": ("agreement", "payments", "usage", "statement", "messages", "refunds"),
    "recurring": ("messages", "agreement", "usage", "payments", "statement", "refunds"),
    "described": ("agreement", "usage", "messages", "statement", "refunds", "payments"),
    "misrepresented": ("agreement", "messages", "usage", "statement", "refunds", "payments"),
    "credit": ("refunds", "agreement", "statement", "messages", "usage", "payments"),
    "cancelled": ("agreement", "statement", "usage", "messages", "refunds", "payments"),
    "duplicate": ("payments", "statement", "usage", "agreement", "messages", "refunds"),
}


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One exhibit: text made from facts, or an attached document by its digest."""

    letter: str
    key: str
    title: str
    lines: tuple[str, ...] = ()
    sha256: str | None = None
    media_type: str = "application/pdf"

    @property
    def file(self) -> str:
        """Its path in the folder."""
        suffix = _SUFFIX.get(self.media_type, "bin")
        return f"exhibits/{self.letter}-{self.key}.{suffix}"


def exhibits(facts: Facts, kind: Group) -> list[Exhibit]:
    """The exhibits that have something to show, lettered in order; documents come last."""
    made = [(key, *_SECTIONS[key]) for key in _ORDER.get(kind, _USUAL)]
    shown = [(key, title, lines) for key, title, tell in made if (lines := tell(facts))]
    texts = [
        Exhibit(_letter(index), key, title, tuple(lines))
        for index, (key, title, lines) in enumerate(shown)
    ]
    documents = [
        Exhibit(
            letter=_letter(len(texts) + index),
            key=document["kind"].replace(" ", "_"),
            title=f"Document: {document['kind']}",
            sha256=document["sha256"],
            media_type=document["media_type"],
        )
        for index, document in enumerate(d for d in facts["documents"] if d["available"])
    ]
    return texts + documents


def _letter(index: int) -> str:
    """A to Z, then AA, AB and so on."""
    first, last = divmod(index, 26)
    return (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + last)


def amount_text(facts: Facts, amount: int) -> str:
    """An amount in the currency of the case."""
    return money.text_of(amount, facts["identifiers"]["currency"])


def _late(fact: Facts) -> str:
    return " (recorded after the dispute opened)" if fact.get("late") else ""


def _usage(facts: Facts) -> list[str]:
    return [
        f"{visit['on']}  {visit['label']}  {visit['quantity']} used  {visit['status']}"
        f"{_place(visit)}{_attended(visit)}{_late(visit)}"
        for visit in sorted(facts["visits"], key=itemgetter("on"))
    ]


def _place(visit: Facts) -> str:
    return f"  at {visit['location']}" if visit["location"] else ""


def _attended(visit: Facts) -> str:
    checked_in = f"  checked in {visit['checked_in_at']}" if visit["checked_in_at"] else ""
    return checked_in + ("  signed" if visit["signature_sha256"] else "")


def _agreement(facts: Facts) -> list[str]:
    sales = [
        f"Sold on {sale['sold_on']}: {sale['name']}, price {amount_text(facts, sale['price'])}, "
        f"tax {amount_text(facts, sale['tax'])}, valid to {sale['expires'] or 'no expiry'}, "
        f"refund formula {sale['refund_formula']}"
        for sale in facts["sale"]
    ]
    lines = [
        f"  {line['label']}: {line['quantity'] or 'over time'}"
        for sale in facts["sale"]
        for line in sale["lines"]
    ]
    accepted = [
        f"Accepted {consent['signed_at']} by {consent['method']}: {consent['document']} "
        f"{consent['version']} (sha256 {consent['sha256']}), clauses "
        f"{', '.join(consent['clauses']) or 'none'}, shown "
        f"{'before' if consent['shown_before_payment'] else 'after'} payment{_late(consent)}"
        for consent in facts["consents"]
    ]
    return sales + lines + accepted


def _statement(facts: Facts) -> list[str]:
    unused = facts["charge_statement"]["unused_value"]
    lots = [
        f"{lot['label']}: granted {lot['granted'] or 'over time'}, used {len(lot['used'])} times, "
        f"expired {lot['expired']}, refunded {lot['refunded']}, remaining "
        f"{lot['remaining'] or 'over time'}, valid to {lot['expires']}, funded by this charge "
        f"{amount_text(facts, lot['funded_by_charge'])}"
        for lot in facts["charge_statement"]["lots"]
    ]
    working = [
        f"  {step['step']}: {amount_text(facts, step['amount'])}" for step in unused["working"]
    ]
    total = f"Unused value as of {facts['as_of']}: {amount_text(facts, unused['amount'])}"
    return [*lots, "", f"Method: {unused['method']}", *working, total]


def _messages(facts: Facts) -> list[str]:
    return [
        f"{item['sent_at']}  {item['kind']}  {item['channel']}  {item['direction']}  "
        f"{item['status']}{_late(item)}"
        for item in facts["communications"]
    ]


def _refunds(facts: Facts) -> list[str]:
    return [
        f"{item['on']}  {amount_text(facts, item['amount'])} to {item['to']}, "
        f"{'paid' if item['paid'] else 'not paid yet'}{_late(item)}"
        for item in facts["refunds"]
    ]


def _payments(facts: Facts) -> list[str]:
    return [
        f"{item['on']}  {amount_text(facts, item['amount'])} by {item['tender']}{_card(item)}"
        f"{'  (disputed charge)' if item['disputed'] else ''}"
        for item in facts["payments"]
    ]


def _card(payment: Facts) -> str:
    card = payment["card"]
    if not card:
        return ""
    named = ("entry", "pin", "avs", "cvc", "three_ds", "auth_code", "arn")
    details = ", ".join(f"{name} {card[name]}" for name in named if name in card)
    return f"  {card['brand']} ending {card['last4']}: {details}"


_SECTIONS: dict[str, tuple[str, Callable[[Facts], list[str]]]] = {
    "usage": ("Services provided", _usage),
    "agreement": ("What was sold and accepted", _agreement),
    "statement": ("Charge statement", _statement),
    "messages": ("Messages sent and received", _messages),
    "refunds": ("Refunds", _refunds),
    "payments": ("Payments", _payments),
}
