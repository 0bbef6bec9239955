"""What happened in order, with the exhibit that shows it (evidence.md 6.1, section 3)."""

from collections.abc import Mapping
from datetime import UTC, datetime

from projections.evidence.codes.captured import SECTION
from projections.evidence.paper.records import appointment_text, booking_words, record_words
from projections.evidence.paper.tables import timely
from projections.evidence.paper.words import (
    Facts,
    amount_text,
    day_text,
    ends_of,
    local_day,
    moment_text,
    plain,
)

#: Visits beyond these are summed up here; the exhibit lists more of them.
MOST_VISITS = 12
MOST_MESSAGES = 10
#: Of a day, what comes before the sale.
_BEFORE = frozenset({"terms_presented", "identity_checked"})
COLUMNS = ("When", "What", "Shown in")
#: A sortable key, the row, and whether it stands in a box.
Row = tuple[tuple[str, int, str], tuple[str, str, str], bool]


def timeline(facts: Facts, shown: Mapping[str, str]) -> dict[str, object]:
    """The rows in order; the claimed dates and the dispute are marked."""
    rows = sorted(
        [
            *_sales(facts, shown),
            *_payments(facts, shown),
            *_visits(facts, shown),
            *_messages(facts, shown),
            *_bookings(facts, shown),
            *_records(facts, shown),
            *_changes(facts, shown),
            *_claimed(facts),
            *_dispute(facts),
        ],
        key=lambda row: row[0],
    )
    return {
        "columns": COLUMNS,
        "rows": [row for _, row, _ in rows],
        "marked": [index for index, (_, _, marked) in enumerate(rows) if marked],
    }


def _row(
    order: int, day: str, when: str, what: str, shown: str, *, at: str = "", marked: bool = False
) -> Row:
    """Of one day, what has an hour stands by it among its kind."""
    hour = datetime.fromisoformat(at).astimezone(UTC).isoformat() if at else ""
    return (day, order, hour), (when, what, shown), marked


def _sales(facts: Facts, shown: Mapping[str, str]) -> list[Row]:
    sold = [
        _row(1, sale["sold_on"], day_text(sale["sold_on"]), "Package sold", "section 1")
        for sale in facts["sale"]
    ]
    return sold + [
        _row(
            0 if item["shown_before_payment"] else 3,
            local_day(facts, item["signed_at"]),
            moment_text(facts, item["signed_at"]),
            f"Terms accepted by the customer ({plain(item['method'])})",
            shown.get("agreement", ""),
            at=item["signed_at"],
        )
        for item in timely(facts, "consents")
    ]


def _payments(facts: Facts, shown: Mapping[str, str]) -> list[Row]:
    first, rest, last = ends_of(facts["payments"], MOST_MESSAGES)
    rows = [
        _row(
            2,
            item["on"],
            day_text(item["on"]),
            f"{amount_text(facts, item['amount'])} paid by {plain(item['tender'])}"
            f"{', card present' if item['card'] and item['card']['present'] else ''}"
            f"{' (the disputed charge)' if item['disputed'] else ''}",
            shown.get("payments", ""),
        )
        for item in [*first, *last]
    ]
    return rows + _more(2, rest, "payments", shown.get("payments", ""))


def _visits(facts: Facts, shown: Mapping[str, str]) -> list[Row]:
    visits = sorted(timely(facts, "visits"), key=lambda item: str(item["on"]))
    first, rest, last = ends_of(visits, MOST_VISITS)
    exhibit = shown.get("usage", "")
    rows = [
        _row(4, item["on"], day_text(item["on"]), _visit(item), exhibit) for item in [*first, *last]
    ]
    return rows + _more(4, rest, "uses of the package", exhibit)


def _visit(item: Facts) -> str:
    attended = ", checked in" if item["checked_in_at"] else ""
    signed = ", signed by the customer" if item["signature_sha256"] else ""
    return f"{item['label']}, {item['quantity']} used, {plain(item['status'])}{attended}{signed}"


def _messages(facts: Facts, shown: Mapping[str, str]) -> list[Row]:
    first, rest, last = _moments(facts, "communications", "sent_at")
    exhibit = shown.get("messages", "")
    rows = [
        _row(
            5,
            item["on"],
            moment_text(facts, item["sent_at"]),
            f"Message {'from' if item['direction'] == 'in' else 'to'} the cardholder: "
            f"{plain(item['kind'])}, {plain(item['status'])}",
            exhibit,
            at=item["sent_at"],
        )
        for item in [*first, *last]
    ]
    return rows + _more(5, rest, "messages", exhibit)


def _bookings(facts: Facts, shown: Mapping[str, str]) -> list[Row]:
    first, rest, last = _moments(facts, "bookings", "told_at")
    exhibit = shown.get("appointments", "")
    rows = [
        _row(
            4,
            item["on"],
            moment_text(facts, item["told_at"]),
            f"{item['label']} for {appointment_text(facts, item)}: {booking_words(item)}",
            exhibit,
            at=item["told_at"],
        )
        for item in [*first, *last]
    ]
    return rows + _more(4, rest, "entries about appointments", exhibit)


def _records(facts: Facts, shown: Mapping[str, str]) -> list[Row]:
    first, rest, last = _moments(facts, "evidence", "occurred_at")
    rows = [
        _row(
            0 if item["kind"] in _BEFORE else 6,
            item["on"],
            moment_text(facts, item["occurred_at"]),
            record_words(item),
            shown.get(SECTION[item["kind"]], ""),
            at=item["occurred_at"],
        )
        for item in [*first, *last]
    ]
    return rows + _more(6, rest, "records", "")


def _moments(facts: Facts, name: str, when: str) -> tuple[list[Facts], list[Facts], list[Facts]]:
    """What is told of moments, in their order, each with its local day: `ends_of` all of it."""
    found = sorted(timely(facts, name), key=lambda item: str(item[when]))
    return ends_of([{**item, "on": local_day(facts, item[when])} for item in found], MOST_MESSAGES)


def _more(order: int, rest: list[Facts], what: str, shown: str) -> list[Row]:
    if not rest:
        return []
    until = day_text(rest[-1]["on"])
    return [_row(order, rest[0]["on"], "...", f"{len(rest)} more {what}, until {until}", shown)]


def _changes(facts: Facts, shown: Mapping[str, str]) -> list[Row]:
    rows = [
        _row(
            6,
            item["on"],
            day_text(item["on"]),
            f"{amount_text(facts, item['amount'])} refunded to {plain(item['to'])}",
            shown.get("refunds", ""),
        )
        for item in timely(facts, "refunds")
    ]
    rows += [
        _row(6, item["on"], day_text(item["on"]), f"Extended to {day_text(item['until'])}", "")
        for item in timely(facts, "extensions")
    ]
    told = {item["position"] for item in (*facts["communications"], *facts["evidence"])}
    return rows + [
        _row(
            6,
            item["on"],
            day_text(item["on"]),
            f"Cancellation received ({plain(item['channel'])})",
            shown.get("messages", shown.get("cancellation", "")),
        )
        for item in facts["cancellations"]
        if item["position"] not in told
    ]


def _claimed(facts: Facts) -> list[Row]:
    return [
        _row(
            7,
            item["date"],
            day_text(item["date"]),
            f"The cardholder states: {item['means']}",
            "",
            marked=True,
        )
        for item in facts["claim"]
        if item["date"] and item["means"]
    ]


def _dispute(facts: Facts) -> list[Row]:
    known = facts["identifiers"]
    if not known["opened_at"]:
        return []
    day = local_day(facts, known["opened_at"])
    when = moment_text(facts, known["opened_at"])
    amount = amount_text(facts, known["amount"])
    return [_row(8, day, when, f"Dispute opened for {amount}", "", marked=True)]
