"""The rows of unclaimed property: due to the state, paid to it, or claimed before (7.8)."""

from aggregates.legs import LIABILITY, credit, debit
from ledger.books.posting import Posting

POSTINGS: tuple[Posting, ...] = (
    Posting(
        "DormancyReached",
        "21",
        (debit(LIABILITY, "amount"), credit("2300", "amount", place="contract")),
    ),
    Posting(
        "RefundDormant",
        "21",
        (
            debit("2170", "amount", place="contract"),
            credit("2300", "amount", place="contract"),
        ),
    ),
    Posting(
        "StoreCreditDormant",
        "21",
        (debit("2180", "amount", place="none"), credit("2300", "amount", place="none")),
    ),
    Posting(
        "UnclaimedRemitted",
        "22",
        (
            debit("2300", "amount", place="contract"),
            credit("1010", "amount", place="contract"),
        ),
    ),
    Posting(
        "StoreCreditRemitted",
        "22",
        (debit("2300", "amount", place="none"), credit("1010", "amount", place="none")),
    ),
    Posting(
        "StoreCreditReturned",
        "23",
        (debit("2300", "amount", place="none"), credit("2180", "amount", place="none")),
    ),
    Posting(
        "UnclaimedReturned",
        "23",
        (
            debit("2300", "amount", place="contract"),
            credit(LIABILITY, "amount", each="shares"),
            credit("2170", "amount", each="refunds", place="contract"),
        ),
    ),
)
