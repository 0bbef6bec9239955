"""The rows of changes: another plan, a modification, the end of a contract."""

from aggregates.legs import FORFEITED, LIABILITY, REVENUE, credit, debit
from ledger.books.posting import Posting


def _carried(event: str) -> tuple[Posting, ...]:
    """Funding goes from the old lines to the new (row 43); what is left over is credit (45)."""
    return (
        Posting(
            event,
            "43",
            (
                debit(LIABILITY, "amount", each="shares"),
                credit(LIABILITY, "amount", each="carried"),
            ),
        ),
        Posting(
            event,
            "45",
            (
                debit(LIABILITY, "amount", each="credits"),
                credit("2180", "credited", place="contract"),
            ),
        ),
    )


#: Value that is allocated anew leaves lots and goes to others.
_MOVED = (
    debit(LIABILITY, "amount", each="given"),
    credit(LIABILITY, "amount", each="received"),
)

POSTINGS: tuple[Posting, ...] = (
    *_carried("PlanChanged"),
    *_carried("ContractModified"),
    *(Posting(event, "43", _MOVED) for event in ("ContractsCombined", "RightExercised")),
    Posting(
        "ContractModified",
        "44",
        (
            debit(LIABILITY, "earned", each="caught_up"),
            debit(REVENUE, "unearned", each="caught_up"),
            credit(REVENUE, "earned", each="caught_up"),
            credit(LIABILITY, "unearned", each="caught_up"),
        ),
    ),
    Posting(
        "ContractEnded",
        "20",
        (
            debit(LIABILITY, "forfeited", each="lots"),
            credit(FORFEITED, "forfeited", each="lots"),
        ),
    ),
    Posting(
        "ContractEnded",
        "20a",
        (
            debit(LIABILITY, "credited", "unbilled", each="lots"),
            debit("2200", "tax", "unbilled_tax", place="contract"),
            credit("1100", "unbilled", place="contract"),
            credit("2180", "credited", place="contract"),
        ),
    ),
    # What is kept, or given as credit, was set off as liability: now it is set off as revenue.
    Posting(
        "ContractEnded",
        "37a",
        (
            debit("4910", "amount", each="uncleared"),
            credit(LIABILITY, "amount", each="uncleared"),
        ),
    ),
)
