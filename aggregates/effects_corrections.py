"""The rows of corrections: transfers, reinstatement, write-off, the contract test, store credit."""

from aggregates.effects_use import ELSEWHERE
from aggregates.legs import BREAKAGE, LIABILITY, REVENUE, credit, debit
from ledger.books.posting import Posting

POSTINGS: tuple[Posting, ...] = (
    Posting(
        "ContractAssessed",
        "8",
        (
            debit("2150", "deposit", place="contract"),
            debit(LIABILITY, "amount", each="assets"),
            credit(LIABILITY, "amount", each="shares"),
            credit("2000", "payable", each="performed"),
            credit(REVENUE, "amount", "-payable", each="performed"),
            credit("2180", "excess", place="contract"),
            credit("2200", "tax", place="contract"),
        ),
    ),
    Posting(
        "LotReinstated",
        "27",
        (
            debit(BREAKAGE, "forfeited", place="deliverer"),
            debit("2180", "credited", place="contract"),
            credit(LIABILITY, "forfeited", "credited"),
        ),
    ),
    ELSEWHERE.mirrored("LotReinstated"),
    # A transfer has no row of its own in accounting.md 12: its paragraph names it.
    Posting(
        "UnitsTransferred",
        "6.6",
        (
            debit(LIABILITY, "amount", each="shares"),
            credit(LIABILITY, "amount", each="received"),
        ),
    ),
    Posting(
        "WrittenOff",
        "41",
        (
            debit("1190", "delivered", place="contract"),
            debit(LIABILITY, "amount", each="shares"),
            credit("1100", "receivable", place="contract"),
            credit(LIABILITY, "amount", each="overdrawn"),
        ),
    ),
    Posting(
        "StoreCreditUsed",
        "34a",
        (debit("2180", "amount", place="none"), credit("4000", "amount", place="site")),
        (("purpose", ("visit",)),),
    ),
    Posting(
        "StoreCreditUsed",
        "34a",
        (debit("2180", "amount", place="none"), credit("1010", "amount", place="none")),
        (("purpose", ("payout",)),),
    ),
)
