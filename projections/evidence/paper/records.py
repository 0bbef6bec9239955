"""Exhibits of what was captured: appointments, and other evidence by what it shows."""

from collections.abc import Callable
from functools import partial
from operator import itemgetter

from projections.evidence.codes.captured import SECTION, WORDS
from projections.evidence.paper.tables import MOST_ROWS, Table, timely
from projections.evidence.paper.words import (
    Facts,
    amount_text,
    day_text,
    ends_of,
    local_day,
    moment_text,
    plain,
)

Section = tuple[str, str, Callable[[Facts], Table]]
_DAYS = frozenset({"date", "effective_date", "range_from", "range_until", "settled_date"})
_MOMENTS = frozenset({"shown_at", "time", "received_at"})
_AMOUNTS = frozenset({"value", "amount", "final_charge_due"})
_DIGESTS = frozenset({"sha256", "result_hash"})
#: Said in the second column already, or known from the letter.
_SAID = frozenset({"state", "charge"})
#: How a field is called where its name does not say it.
_CALLED = {
    "type_of_id": "document",
    "last_4": "ending",
    "document_id": "document",
    "where_shown": "shown on",
    "separate_from_general_terms": "apart from other terms",
    "policy_clause_applied": "clause applied",
    "range_from": "from",
    "range_until": "until",
    "hits": "found",
    "auth_code": "approval",
    "arn": "ARN",
    "rrn": "RRN",
    "sha256": "SHA-256",
    "result_hash": "result SHA-256",
}


def record_words(item: Facts) -> str:
    """What a piece of evidence is, and how far it has come."""
    state = item["fields"].get("state")
    return WORDS[item["kind"]] + (f", {plain(state)}" if state else "")


def booking_words(item: Facts, on: str = "") -> str:
    """What became of an appointment, and `on` which day."""
    by = f" by the {item['cancelled_by']}" if item["cancelled_by"] else ""
    hours = f", {item['notice_hours']} hours before" if item["notice_hours"] else ""
    return f"{plain(item['status'])}{by}{f' on {on}' if on else ''}{hours}"


def appointment_text(facts: Facts, item: Facts) -> str:
    """When an appointment is, as far as it was told."""
    return moment_text(facts, item["starts"]) if item["starts"] else day_text(item["on"])


def _appointments(facts: Facts) -> Table:
    """One row for each time that was agreed, with what became of it."""
    agreed: dict[tuple[str, str], list[Facts]] = {}
    for item in sorted(timely(facts, "bookings"), key=itemgetter("told_at")):
        agreed.setdefault((item["on"], item["starts"] or ""), []).append(item)
    told = [agreed[when] for when in sorted(agreed)]
    first, rest, last = ends_of(told, MOST_ROWS)
    summed = [("...", f"{len(rest)} more appointments", "", "")] if rest else []
    rows = [*(_agreed(facts, b) for b in first), *summed, *(_agreed(facts, b) for b in last)]
    columns = ("Appointment", "Service", "What became of it", "Where")
    return Table(columns, tuple(rows), (1.8, 1, 2.6, 0.9))


def _agreed(facts: Facts, told: list[Facts]) -> tuple[str, ...]:
    became = [booking_words(item, day_text(local_day(facts, item["told_at"]))) for item in told]
    place = next((item["location"] for item in told if item["location"]), "")
    return (appointment_text(facts, told[-1]), told[-1]["label"], "; ".join(became), place)


def _recorded(facts: Facts, section: str) -> Table:
    found = [item for item in timely(facts, "evidence") if SECTION[item["kind"]] == section]
    first, rest, last = ends_of(sorted(found, key=itemgetter("occurred_at")), MOST_ROWS)
    summed = [("...", f"{len(rest)} more entries", "")] if rest else []
    rows = [*(_row(facts, item) for item in first), *summed, *(_row(facts, i) for i in last)]
    return Table(("When", "Record", "Details"), tuple(rows), (1.8, 1.4, 2.8))


def _row(facts: Facts, item: Facts) -> tuple[str, ...]:
    details = [
        f"{_CALLED.get(name, plain(name))} {_value(facts, name, value)}"
        for name, value in item["fields"].items()
        if name not in _SAID
    ]
    return (moment_text(facts, item["occurred_at"]), record_words(item), "; ".join(details))


def _value(facts: Facts, name: str, value: object) -> str:
    if name in _DAYS:
        return day_text(str(value))
    if name in _MOMENTS:
        return moment_text(facts, str(value))
    if name in _AMOUNTS and isinstance(value, int):
        return amount_text(facts, value)
    if name in _DIGESTS:
        return f"{str(value)[:16]}..."
    if isinstance(value, list):
        return ", ".join(plain(str(item)) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain(str(value))


_TOLD: dict[str, tuple[str, str]] = {
    "presented": ("Terms shown", "Which text was shown, where and when."),
    "identity": ("Identity", "How the clinic checked who was there."),
    "perks": ("Benefits used", "Each use of a benefit that came with the package."),
    "cancellations": (
        "Cancellation records",
        "Every request and notice on record, and what was searched.",
    ),
    "remedies": ("Complaints and remedies", "What was complained of and offered, and the answer."),
    "refund_requests": ("Refund requests", "What was asked for, and what was decided."),
    "authorisations": ("Card records", "What the processor reported of the charge."),
}
RECORDS: dict[str, Section] = {
    "appointments": (
        "Appointments",
        "Each appointment for services of the package, as it was told.",
        _appointments,
    ),
    **{key: (*told, partial(_recorded, section=key)) for key, told in _TOLD.items()},
}
