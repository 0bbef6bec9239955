"""The one bridge from events to the books: which row an event belongs to, amount by amount.

The table is read by the row-by-row journal and compiled for the replay (architecture.md 1.5);
event types that are not listed post nothing (accounting.md 12.1).
"""

from ledger.books.posting import Chosen, Leg, Place, Posting

RULES = "2026-1"

LIABILITY = Chosen(
    "liability",
    (
        ("packages", "2100"),
        ("memberships", "2110"),
        ("credits", "2120"),
        ("rights", "2130"),
        ("setup_fees", "2140"),
    ),
)
REVENUE = Chosen(
    "revenue",
    (("services", "4000"), ("products", "4020"), ("access", "4010"), ("no_show", "4040")),
)
TENDER = Chosen(
    "tender",
    (
        ("card", "1020"),
        ("ach", "1020"),
        ("financing", "1020"),
        ("cash", "1010"),
        ("check", "1010"),
        ("store_credit", "2180"),
    ),
)


def debit(
    account: str | Chosen, *amount: str, each: str | None = None, place: Place = "sale"
) -> Leg:
    """A leg on the left side; see `Leg` for its parts."""
    return Leg("debit", account, amount, each, place)


def credit(
    account: str | Chosen, *amount: str, each: str | None = None, place: Place = "sale"
) -> Leg:
    """A leg on the right side; see `Leg` for its parts."""
    return Leg("credit", account, amount, each, place)


DRAWN = Posting(
    "UnitsDrawn",
    "9",
    (
        debit(LIABILITY, "amount"),
        credit("2000", "payable", place="visit"),
        credit(REVENUE, "amount", "-payable", place="visit"),
    ),
    (("status", ("completed",)),),
)
MISSED = Posting("UnitsDrawn", "18", DRAWN.legs, (("status", ("no_show", "late_cancel")),))
FORFEITED = Posting(
    "LotExpired", "20", (debit(LIABILITY, "forfeited"), credit("4030", "forfeited"))
)
CREDITED = Posting(
    "LotExpired",
    "20a",
    (debit(LIABILITY, "credited"), credit("2180", "credited", place="contract")),
)
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
        debit("4900", "conceded"),
        credit("1100", "receivable", place="contract"),
        credit(LIABILITY, "amount", each="refilled"),
        credit(account, "amount", place="contract"),
        credit("4040", "forfeited"),
    )
    return Posting("Refunded", "29", legs, (("to", to),))


def _undone(event: str, row: str, tax: str) -> Posting:
    return Posting(
        event,
        row,
        (
            debit(LIABILITY, "amount", each="shares"),
            debit("4920", "delivered"),
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
        "6",
        (
            debit(TENDER, "amount", "-receivable", place="contract"),
            credit(LIABILITY, "amount", each="shares"),
            credit("2180", "excess", place="contract"),
            credit("2200", "tax", place="contract"),
        ),
    ),
    Posting(
        "PaymentReceived",
        "47",
        (debit("6100", "fee", place="contract"), credit("1020", "fee", place="contract")),
    ),
    DRAWN,
    MISSED,
    DRAWN.mirrored("DrawReversed"),
    MISSED.mirrored("DrawReversed"),
    FORFEITED,
    CREDITED,
    FORFEITED.mirrored("ExpiryReversed"),
    CREDITED.mirrored("ExpiryReversed"),
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
    _undone("SaleVoided", "36", "tax"),
    Posting(
        "DisputeOpened",
        "37",
        (
            debit("1130", "amount", each="parts", place="contract"),
            debit("6110", "fee", each="parts", place="contract"),
            credit("1020", "amount", "fee", each="parts", place="contract"),
        ),
        (("funds_withdrawn", (True,)),),
    ),
    Posting(
        "DisputeClosed",
        "38",
        (
            debit(LIABILITY, "amount", each="shares"),
            debit("2200", "tax", each="parts", place="contract"),
            debit("4910", "delivered", each="parts"),
            credit("1130", "lost", each="parts", place="contract"),
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
    Posting(
        "PayoutRecorded",
        "48",
        (debit("1010", "amount", place="none"), credit("1020", "amount", place="none")),
    ),
    Posting(
        "PayoutRecorded",
        "47",
        (debit("6100", "fees", place="none"), credit("1020", "fees", place="none")),
    ),
)
