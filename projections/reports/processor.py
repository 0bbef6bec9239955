"""What a processor holds for the clinic, reconciled with the books (15.7)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from ledger.books.chart import CLEARING
from projections.close.books import Books
from projections.reports.happened import Happened, happened

PROCESSED = frozenset({"card", "ach", "financing"})
TYPES = ("PaymentReceived", "Refunded", "RefundSettled", "PayoutRecorded")
_KINDS = {
    **dict.fromkeys(("5", "6", "7", "19", "42"), "charges"),
    "30": "refunds",
    **dict.fromkeys(("37", "38", "39"), "disputes"),
    "47": "fees",
    "48": "payouts",
}
COLUMNS = ("charges", "refunds", "disputes", "fees", "payouts", "other")
_MOVED = f"""
SELECT rule, CAST(sum(debit - credit) AS BIGINT) FROM views.journal_line
WHERE account = '{CLEARING}' AND posting_date <= ? GROUP BY rule
"""  # noqa: S608 - a constant
_HELD = "SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM processor WHERE posting_date <= ?"


def processor(conninfo: str, books: Books, as_of: date) -> dict[str, Any]:
    """Charges, refunds, disputes, fees and payouts that make up account 1020, payout by payout.

    {as_of, charges, refunds, disputes, fees, payouts, other, balance, processor, difference,
    batches:[{payout, posted_on, amount, fees, payments, unmatched}], open:[{kind, id, posted_on,
    amount, days}]}: `balance` is the sum of the columns before it and that of 1020, `processor`
    what the events themselves come to; `open` are the timing items, those in no payout yet.
    """
    moved = dict.fromkeys(COLUMNS, 0)
    for rule, amount in books.rows(_MOVED, (as_of,)):
        moved[_KINDS.get(rule, "other")] += amount
    [(held,)] = books.rows(_HELD, (as_of,))
    events = happened(conninfo, books, TYPES, as_of)
    balance = sum(moved.values())
    return {
        "as_of": as_of.isoformat(),
        **moved,
        "balance": balance,
        "processor": held,
        "difference": balance - held,
        "batches": [_batch(event) for event in events if event.type == "PayoutRecorded"],
        "open": _open(events, as_of),
    }


def _batch(event: Happened) -> dict[str, Any]:
    body = event.body
    return {
        "payout": body["payout"],
        "posted_on": event.posted_on.isoformat(),
        "amount": body["amount"],
        "fees": body["fees"],
        "payments": list(body["payments"]),
        "unmatched": body["unmatched"],
    }


def _open(events: Sequence[Happened], as_of: date) -> list[dict[str, Any]]:
    """Charges, less their fees, and refunds that no payout names yet, oldest first."""
    payments, refunds = _named(events, "payments"), _named(events, "refunds")
    rows: list[dict[str, Any]] = []
    for event in events:
        body = event.body
        if event.type == "PaymentReceived" and body["tender"] in PROCESSED:
            if body["payment"] not in payments:
                rows.append(_item("charge", body["payment"], event, _net(body), as_of))
        elif _sends_money(event) and body["refund"] not in refunds:
            rows.append(_item("refund", body["refund"], event, -_sent(body["payments"]), as_of))
    return [row for row in rows if row["amount"]]


def _named(events: Iterable[Happened], what: str) -> set[str]:
    payouts = (event.body for event in events if event.type == "PayoutRecorded")
    return {key for body in payouts for key in body.get(what, ())}


def _sends_money(event: Happened) -> bool:
    body = event.body
    if event.type == "Refunded":
        return bool(body["paid"]) and body["to"] != "store_credit"
    return event.type == "RefundSettled" and body["status"] == "paid"


def _net(body: dict[str, Any]) -> int:
    return int(body["amount"]) - int(body.get("fee", 0))


def _sent(parts: Iterable[dict[str, Any]]) -> int:
    return sum(int(part["amount"]) for part in parts if part["tender"] in PROCESSED)


def _item(kind: str, key: str, event: Happened, amount: int, as_of: date) -> dict[str, Any]:
    return {
        "kind": kind,
        "id": key,
        "posted_on": event.posted_on.isoformat(),
        "amount": amount,
        "days": (as_of - event.posted_on).days,
    }
