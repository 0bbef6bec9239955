"""The rows of a membership's cycles: what falls due for good, what a lapsed one gives back."""

from aggregates.legs import LIABILITY, credit, debit
from ledger.books.posting import Posting

POSTINGS: tuple[Posting, ...] = (
    Posting(
        "CycleDue",
        "4",
        (
            debit("1100", "amount", place="contract"),
            credit(LIABILITY, "amount", each="shares"),
            credit("2200", "posted_tax", place="contract"),
        ),
    ),
    Posting(
        "CycleLapsed",
        "20a",
        (
            debit(LIABILITY, "freed", each="lots"),
            debit("2200", "tax", place="contract"),
            credit("2180", "credited", place="contract"),
        ),
    ),
)
