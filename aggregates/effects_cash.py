"""The rows of cash books: revenue is what was paid, when it was paid (accounting.md 12.1).

Funding is credited to the revenue account of its line, money paid back debits 4900, money that
a dispute withdraws 4910; fees, tax and payouts are those of the other books, and nothing else
is posted. Store credit is no cash: given, it posts nothing; spent or paid out, it is money given
back (4900), which at once pays for something else.
"""

from aggregates.effects_processor import FEE, PAYOUTS
from aggregates.legs import REVENUE, TENDER, credit, debit
from ledger.books.chart import INTEREST_INCOME
from ledger.books.posting import Chosen, Posting

RULES = "cash-2026-1"

#: What a line earns; services where an older event does not say.
FUNDED = Chosen("revenue", REVENUE.accounts, otherwise="4000")
_SPENT = Chosen(
    "tender",
    tuple((name, "4900" if code == "2180" else code) for name, code in TENDER.accounts),
)
_FUNDING = ("amount", "-receivable", "-recovered", "-penalty", "-deposit", "-excess")
#: Money for no line: recovered, more than was asked for, or billed before events told the lines.
_UNTOLD = ("excess", "recovered", "receivable", "-settled_amount")
_BACK = (
    debit("4900", "amount", each="payments", place="contract"),
    credit(_SPENT, "amount", each="payments", place="contract"),
)
_PAID_BACK = Posting("RefundSettled", "30", _BACK, (("status", ("paid",)),))
_TAX_OF_CREDIT = Posting(
    "UnitsDrawn",
    "13",
    (debit("4000", "tax", place="contract"), credit("2200", "tax", place="contract")),
    (("status", ("completed",)), ("liability", ("credits",))),
)


def _tax_back(event: str, row: str) -> Posting:
    """Tax that is owed no longer: what it was paid with is given back, or is to be."""
    legs = (debit("2200", "tax", place="contract"), credit("4900", "tax", place="contract"))
    return Posting(event, row, legs)


_RECEIVED = (
    Posting(
        "PaymentReceived",
        "5",
        (
            debit(_SPENT, "settled_amount", place="contract"),
            credit(FUNDED, "amount", each="settled"),
            credit(INTEREST_INCOME, "settled_interest", place="contract"),
            credit("2200", "settled_tax", place="contract"),
        ),
    ),
    Posting(
        "PaymentReceived",
        "6",
        (
            debit(_SPENT, *_FUNDING, place="contract"),
            credit(FUNDED, "amount", each="shares"),
            credit(INTEREST_INCOME, "interest", place="contract"),
            credit("2200", "tax", place="contract"),
        ),
    ),
    Posting(
        "PaymentReceived",
        "6",
        (debit(_SPENT, *_UNTOLD, place="contract"), credit("4000", *_UNTOLD, place="contract")),
    ),
    Posting(
        "PaymentReceived",
        "7",
        (debit(_SPENT, "deposit", place="contract"), credit("2150", "deposit", place="contract")),
    ),
    Posting(
        "PaymentReceived",
        "19",
        (debit(_SPENT, "penalty", place="contract"), credit("4040", "penalty", place="contract")),
    ),
    FEE,
    Posting(
        "ContractAssessed",
        "8",
        (
            debit("2150", "deposit", "-excess", place="contract"),
            credit(FUNDED, "amount", each="funded"),
            credit("2200", "tax", place="contract"),
        ),
    ),
    Posting(
        "ContractAssessed",
        "8",
        (debit("2150", "excess", place="contract"), credit("4000", "excess", place="contract")),
    ),
)
_GIVEN_BACK = (
    Posting(
        "Refunded",
        "29",
        (
            debit("2200", "tax", place="contract"),
            debit("2150", "deposit", place="contract"),
            credit("4900", "tax", "deposit", place="contract"),
        ),
    ),
    Posting("Refunded", "30", _BACK, (("to", ("original", "payment")), ("paid", (True,)))),
    _PAID_BACK,
    Posting("RefundSettled", "30", _PAID_BACK.mirrored().legs, (("status", ("failed",)),)),
    _tax_back("ContractEnded", "20a"),
    _tax_back("CycleLapsed", "20a"),
    Posting(
        "StoreCreditUsed",
        "34a",
        (debit("4900", "amount", place="none"), credit("4000", "amount", place="site")),
        (("purpose", ("visit",)),),
    ),
    Posting(
        "StoreCreditUsed",
        "34a",
        (debit("4900", "amount", place="none"), credit("1010", "amount", place="none")),
        (("purpose", ("payout",)),),
    ),
    # What the state is paid was paid for nothing else.
    Posting(
        "UnclaimedRemitted",
        "22",
        (
            debit("4900", "amount", place="contract"),
            credit("1010", "amount", place="contract"),
        ),
    ),
    Posting(
        "StoreCreditRemitted",
        "22",
        (debit("4900", "amount", place="none"), credit("1010", "amount", place="none")),
    ),
)
_TAKEN = (
    debit("4910", "amount", each="parts", place="contract"),
    debit("6110", "fee", each="parts", place="contract"),
    credit("1020", "amount", "fee", each="parts", place="contract"),
)
_DISPUTED = (
    Posting("DisputeOpened", "37", _TAKEN, (("funds_withdrawn", (True,)),)),
    Posting("FundsWithdrawn", "37", _TAKEN),
    Posting(
        "DisputeClosed",
        "38",
        (
            debit("2200", "tax", each="parts", place="contract"),
            debit("2150", "deposit", each="parts", place="contract"),
            credit("4910", "tax", "deposit", each="parts", place="contract"),
        ),
    ),
    Posting(
        "DisputeClosed",
        "38",
        (
            credit("2200", "tax", each="recovered", place="contract"),
            credit("2150", "deposit", each="recovered", place="contract"),
            debit("4910", "tax", "deposit", each="recovered", place="contract"),
        ),
    ),
    Posting(
        "DisputeClosed",
        "39",
        (
            debit("1020", "returned", "fee_returned", each="parts", place="contract"),
            credit("4910", "returned", each="parts", place="contract"),
            credit("6110", "fee_returned", each="parts", place="contract"),
        ),
    ),
)

POSTINGS: tuple[Posting, ...] = (
    *_RECEIVED,
    _TAX_OF_CREDIT,
    _TAX_OF_CREDIT.mirrored("DrawReversed"),
    *_GIVEN_BACK,
    *_DISPUTED,
    *PAYOUTS,
)
