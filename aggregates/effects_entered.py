"""The rows of what is entered beside the contracts' own value: manual journals, commissions."""

from aggregates.legs import ANY, COMMISSION, credit, debit
from ledger.books.posting import Posting

_ENTERED = Posting(
    "AdjustmentPosted",
    "adj",
    (
        debit(ANY, "debit", each="lines", place="given"),
        credit(ANY, "credit", each="lines", place="given"),
    ),
)

# A commission has no row of its own in accounting.md 12: its paragraph names it.
_COMMISSION = Posting(
    "PackageSold",
    "10.8",
    (debit(COMMISSION, "commission"), credit("2000", "commission", place="contract")),
    (("commission_to", ("expense", "asset")),),
)

POSTINGS: tuple[Posting, ...] = (
    _ENTERED,
    _ENTERED.mirrored("AdjustmentReversed"),
    _COMMISSION,
)
