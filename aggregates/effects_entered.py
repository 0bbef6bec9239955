"""The rows of what accountants enter themselves: manual journals and their reversals."""

from aggregates.legs import ANY, credit, debit
from ledger.books.posting import Posting

_ENTERED = Posting(
    "AdjustmentPosted",
    "adj",
    (
        debit(ANY, "debit", each="lines", place="given"),
        credit(ANY, "credit", each="lines", place="given"),
    ),
)

POSTINGS: tuple[Posting, ...] = (_ENTERED, _ENTERED.mirrored("AdjustmentReversed"))
