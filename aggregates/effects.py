"""The one bridge from events to the books: which row an event belongs to, amount by amount.

The table is read by the row-by-row journal and compiled for the replay (architecture.md 1.5);
event types that are not listed post nothing (accounting.md 12.1).
"""

from aggregates import (
    effects_changes,
    effects_corrections,
    effects_cycles,
    effects_entered,
    effects_unclaimed,
    effects_use,
)
from aggregates.effects_processor import FEE, PAYOUTS
from aggregates.legs import FORFEITED, LIABILITY, TENDER, credit, debit
from ledger.books.chart import UNBILLED
from ledger.books.posting import Leg, Posting

RULES = "2026-1"

SETTLED = Posting(
    "RefundSettled",
    "30",
    (
        debit("2170", "amount", each="payments", place="contract"),
        credit(TENDER, "amount", each="payments", place="contract"),
    ),
    (("status", ("paid",)),),
)


def _refunded(to: tuple[str, ...], account: str) -> Posting:
    legs = (
        debit(LIABILITY, "amount", each="shares"),
        debit("2200", "tax", "receivable_tax", place="contract"),
        debit("2150", "deposit", place="contract"),
        debit("4900", "conceded"),
        credit("1100", "receivable", place="contract"),
        credit(LIABILITY, "amount", each="refilled"),
        credit(account, "amount", place="contract"),
        credit(FORFEITED, "forfeited"),
    )
    return Posting("Refunded", "29", legs, (("to", to),))


_TAKEN = (
    debit("1130", "amount", each="parts", place="contract"),
    debit("6110", "fee", each="parts", place="contract"),
    credit("1020", "amount", "fee", each="parts", place="contract"),
)
_OFFSET = Posting(
    "DisputeOpened",
    "37a",
    (
        debit(LIABILITY, "amount", each="cleared"),
        debit("2200", "tax", each="offsets", place="contract"),
        debit("4910", "delivered", each="offsets"),
        debit("2150", "deposit", each="offsets", place="contract"),
        credit("1130", "amount", each="offsets", place="contract"),
    ),
)


def _undone(event: str, row: str, tax: str, *more: Leg) -> Posting:
    return Posting(
        event,
        row,
        (
            debit(LIABILITY, "amount", each="shares"),
            debit("4920", "delivered"),
            *more,
            debit("2200", tax, place="contract"),
            credit("1100", "receivable", place="contract"),
        ),
    )


POSTINGS: tuple[Posting, ...] = (
    Posting(
        "InstalmentDue",
        "4",
        (
            debit("1100", "amount", place="contract"),
            credit(LIABILITY, "amount", each="shares"),
            credit(UNBILLED, "interest", place="contract"),
            credit("2200", "tax", place="contract"),
        ),
    ),
    Posting(
        "PaymentReceived",
        "5",
        (
            debit(TENDER, "receivable", place="contract"),
            credit("1100", "receivable", place="contract"),
        ),
    ),
    Posting(
        "PaymentReceived",
        "42",
        (
            debit(TENDER, "recovered", place="contract"),
            credit("1190", "recovered", place="contract"),
        ),
    ),
    Posting(
        "PaymentReceived",
        "6",
        (
            debit(
                TENDER,
                "amount",
                "-receivable",
                "-recovered",
                "-penalty",
                "-deposit",
                place="contract",
            ),
            credit(LIABILITY, "amount", each="shares"),
            credit(UNBILLED, "interest", place="contract"),
            credit("2180", "excess", place="contract"),
            credit("2200", "tax", place="contract"),
        ),
    ),
    Posting(
        "PaymentReceived",
        "7",
        (
            debit(TENDER, "deposit", place="contract"),
            credit("2150", "deposit", place="contract"),
        ),
    ),
    Posting(
        "PaymentReceived",
        "19",
        (
            debit(TENDER, "penalty", place="contract"),
            credit("4040", "penalty", place="contract"),
        ),
    ),
    FEE,
    *effects_use.POSTINGS,
    _refunded(("original", "payment"), "2170"),
    _refunded(("store_credit",), "2180"),
    Posting(
        "Refunded",
        "30",
        (
            debit("2170", "amount", each="payments", place="contract"),
            credit(TENDER, "amount", each="payments", place="contract"),
        ),
        (("to", ("original", "payment")), ("paid", (True,))),
    ),
    SETTLED,
    Posting("RefundSettled", "30", SETTLED.mirrored().legs, (("status", ("failed",)),)),
    _undone("CreditNoted", "35", "posted_tax"),
    _undone("SaleVoided", "36", "tax", debit(UNBILLED, "interest", place="contract")),
    Posting("DisputeOpened", "37", _TAKEN, (("funds_withdrawn", (True,)),)),
    Posting("FundsWithdrawn", "37", _TAKEN),
    _OFFSET,
    Posting("FundsWithdrawn", _OFFSET.row, _OFFSET.legs),
    _OFFSET.mirrored("DisputeClosed"),
    Posting(
        "DisputeClosed",
        "38",
        (
            debit(LIABILITY, "amount", each="shares"),
            debit("2200", "tax", each="parts", place="contract"),
            debit("4910", "delivered", each="parts"),
            debit("2150", "deposit", each="parts", place="contract"),
            credit("1130", "lost", each="parts", place="contract"),
        ),
    ),
    Posting(
        "DisputeClosed",
        "38",
        (
            credit(LIABILITY, "amount", each="regained"),
            credit("2200", "tax", each="recovered", place="contract"),
            credit("4910", "delivered", each="recovered"),
            credit("2150", "deposit", each="recovered", place="contract"),
            debit("1130", "amount", each="recovered", place="contract"),
        ),
    ),
    Posting(
        "DisputeClosed",
        "39",
        (
            debit("1020", "returned", "fee_returned", each="parts", place="contract"),
            credit("1130", "returned", each="parts", place="contract"),
            credit("6110", "fee_returned", each="parts", place="contract"),
        ),
    ),
    *PAYOUTS,
    *effects_changes.POSTINGS,
    *effects_corrections.POSTINGS,
    *effects_cycles.POSTINGS,
    *effects_entered.POSTINGS,
    *effects_unclaimed.POSTINGS,
)
