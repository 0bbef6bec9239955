"""The exhibits of a packet, in the order that weighs for the code (evidence.md 6.1)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

from projections.evidence.codes.rules import DOCUMENTS, RULES
from projections.evidence.codes.table import Group
from projections.evidence.paper.records import RECORDS
from projections.evidence.paper.tables import MOST_ROWS, Table, timely
from projections.evidence.paper.words import (
    Facts,
    amount_text,
    card_text,
    day_text,
    ends_of,
    moment_text,
    plain,
)

STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One exhibit: a table made from facts, or an attached document by its digest."""

    letter: str
    key: str
    title: str
    caption: str
    table: Table | None = None
    sha256: str | None = None
    media_type: str = "application/pdf"
    position: int = 0

    @property
    def file(self) -> str:
        """Its path in the folder."""
        return f"exhibits/{self.letter}-{self.key}.pdf"


def exhibits(facts: Facts, kind: Group, leave_out: Collection[str] = ()) -> list[Exhibit]:
    """The exhibits that have something to show, lettered in the order of weight.

    `leave_out` are the digests of documents that stay out.
    """
    found: list[Exhibit] = []
    for key in RULES[kind].exhibits:
        if key in _SECTIONS:
            title, caption, tell = _SECTIONS[key]
            table = tell(facts)
            if table.rows:
                found.append(Exhibit(_letter(len(found)), key, title, caption, table))
            continue
        for document in facts["documents"]:
            if DOCUMENTS.get(document["kind"]) == key and _goes(document, leave_out):
                found.append(_attached(_letter(len(found)), facts, document))
    return found


def references(shown: Sequence[Exhibit]) -> dict[str, str]:
    """What an argument's exhibit is called in the packet, by section and class of document."""
    named: dict[str, list[str]] = {}
    for exhibit in shown:
        key = exhibit.key if exhibit.sha256 is None else DOCUMENTS[exhibit.key]
        named.setdefault(key, []).append(exhibit.letter)
    found = {key: f"Exhibit {' and '.join(letters)}" for key, letters in named.items()}
    return {**found, STATEMENT: "section 4"}


def _goes(document: Facts, leave_out: Collection[str]) -> bool:
    return (
        document["available"]
        and document["withheld"] is None
        and not document["late"]
        and document["sha256"] not in leave_out
    )


def _attached(letter: str, facts: Facts, document: Facts) -> Exhibit:
    kind = plain(document["kind"])
    return Exhibit(
        letter=letter,
        key=document["kind"],
        title=f"{kind[:1].upper()}{kind[1:]}",
        caption=f"A copy from the clinic's file (SHA-256 {document['sha256'][:16]}...).",
        sha256=document["sha256"],
        media_type=document["media_type"],
        position=document["position"],
    )


def _letter(index: int) -> str:
    """A to Z, then AA, AB and so on."""
    first, last = divmod(index, 26)
    return (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + last)


def _usage(facts: Facts) -> Table:
    visits = sorted(timely(facts, "visits"), key=itemgetter("on"))
    first, rest, last = ends_of(visits, MOST_ROWS)
    rows = [*map(_visit, first), *_summed_up(rest), *map(_visit, last)]
    columns = ("Date", "Service", "Used", "Where", "Attendance")
    return Table(columns, tuple(rows), (0, 2, 0, 1.2, 1.6), (2,), _entered(visits))


def _visit(visit: Facts) -> tuple[str, ...]:
    attended = "checked in" if visit["checked_in_at"] else plain(visit["status"])
    signed = ", signed" if visit["signature_sha256"] else ""
    return (
        day_text(visit["on"]),
        visit["label"],
        visit["quantity"],
        visit["location"] or "",
        attended + signed,
    )


def _summed_up(visits: list[Facts]) -> list[tuple[str, ...]]:
    if not visits:
        return []
    between = f"{day_text(visits[0]['on'])} to {day_text(visits[-1]['on'])}"
    return [("...", f"{len(visits)} more entries, {between}", "", "", "")]


def _entered(visits: list[Facts]) -> str | None:
    """How many were entered on their own day: what makes them records of the ordinary course.

    Nothing is claimed where most were not; each entry's own time stands in the file of facts.
    """
    if not visits:
        return None
    days = [
        (date.fromisoformat(visit["recorded_at"][:10]) - date.fromisoformat(visit["on"])).days
        for visit in visits
    ]
    same = sum(lag <= 1 for lag in days)
    if 2 * same < len(visits):
        return None
    return f"{same} of {len(visits)} entries were recorded on the day of the visit or the next."


def _agreement(facts: Facts) -> Table:
    rows = [
        (
            moment_text(facts, consent["signed_at"]),
            f"{consent['document']} {consent['version']}",
            plain(consent["method"]),
            _shown(consent),
            ", ".join(map(plain, consent["clauses"])),
        )
        for consent in timely(facts, "consents")
    ]
    columns = ("Accepted", "Document", "By", "Shown", "Clauses")
    return Table(columns, tuple(rows), (1.2, 1, 0.8, 1.2, 1.2))


def _shown(consent: Facts) -> str:
    when = "before payment" if consent["shown_before_payment"] else "after payment"
    if not consent["shown"]:
        return when
    return f"{consent['shown']['where']}, by the {plain(consent['shown']['position'])}, {when}"


def _messages(facts: Facts) -> Table:
    messages = sorted(timely(facts, "communications"), key=itemgetter("sent_at"))
    first, rest, last = ends_of(messages, MOST_ROWS)
    summed = [("...", f"{len(rest)} more messages", "", "", "")] if rest else []
    rows = [*(_message(facts, m) for m in first), *summed, *(_message(facts, m) for m in last)]
    columns = ("Sent", "About", "Direction", "Channel", "Status")
    return Table(columns, tuple(rows), (1.5, 1, 1.2, 0.8, 0.8))


def _message(facts: Facts, item: Facts) -> tuple[str, ...]:
    way = "from the cardholder" if item["direction"] == "in" else "to the cardholder"
    about = plain(item["kind"]) + (f": {item['summary']}" if item.get("summary") else "")
    sent = moment_text(facts, item["sent_at"])
    return (sent, about, way, plain(item["channel"]), plain(item["status"]))


def _refunds(facts: Facts) -> Table:
    rows = [
        (
            day_text(item["on"]),
            amount_text(facts, item["amount"]),
            plain(item["to"]),
            "paid" if item["paid"] else "not paid yet",
            item["refund"],
        )
        for item in timely(facts, "refunds")
    ]
    columns = ("Date", "Amount", "To", "Status", "Reference")
    return Table(columns, tuple(rows), (1, 1, 1, 1, 1.4), (1,))


def _payments(facts: Facts) -> Table:
    payments = facts["payments"]
    first, rest, last = ends_of(payments, MOST_ROWS // 2)
    summed = [("...", "", f"{len(rest)} more payments", "")] if rest else []
    rows = [*(_payment(facts, p) for p in first), *summed, *(_payment(facts, p) for p in last)]
    columns = ("Date", "Amount", "Paid by", "As read and authorised")
    return Table(columns, tuple(rows), (0.9, 0.9, 1.3, 2.6), (1,))


def _payment(facts: Facts, item: Facts) -> tuple[str, ...]:
    card = item["card"]
    tender = card_text(card) if card else plain(item["tender"])
    mark = " (the disputed charge)" if item["disputed"] else ""
    return (
        day_text(item["on"]),
        amount_text(facts, item["amount"]),
        tender + mark,
        _read(card) if card else "",
    )


#: What of a card speaks to an issuer, and how it is called there.
_READ = {
    "auth_code": "approval",
    "arn": "ARN",
    "avs": "AVS",
    "cvc": "CVC check",
    "three_ds": "3-D Secure",
    "descriptor": "descriptor",
}


def _read(card: Facts) -> str:
    present = "card present" if card["present"] else "card absent"
    parts = [f"{plain(card['entry'])}, {present}"]
    emv = card.get("emv", {})
    if emv.get("cvm"):
        parts.append(f"verified by {plain(emv['cvm'])}")
    if emv.get("cryptogram"):
        parts.append(f"cryptogram {emv['cryptogram']}")
    if emv.get("terminal_pin"):
        parts.append("terminal takes PIN")
    parts += [f"{words} {card[name]}" for name, words in _READ.items() if name in card]
    return "; ".join(parts)


_SECTIONS: dict[str, tuple[str, str, Callable[[Facts], Table]]] = {
    "usage": (
        "Services provided",
        "Each visit that used units of the package the charge paid for.",
        _usage,
    ),
    "agreement": (
        "Terms accepted",
        "What was accepted, when, how, and where it was shown.",
        _agreement,
    ),
    "messages": (
        "Messages",
        "Every message on record about this contract; contents are left out.",
        _messages,
    ),
    "refunds": ("Refunds", "Every refund on this contract.", _refunds),
    "payments": (
        "Payments",
        "Every payment of this contract, with what the terminal or gateway reported.",
        _payments,
    ),
    **RECORDS,
}
