"""NetSuite: journal entries as comma-separated values for its import assistant."""

from collections.abc import Iterator, Sequence

from projections.exports.batch import Controls, Scope
from projections.exports.text import MONTHS, blank_if_zero, cell, table
from projections.exports.vouchers import Voucher

HEADER = (
    "External ID",
    "Date",
    "Posting Period",
    "Subsidiary",
    "Currency",
    "Account",
    "Debit",
    "Credit",
    "Memo",
    "Department",
    "Class",
    "Location",
    "Entity",
)


def write(vouchers: Sequence[Voucher], scope: Scope, totals: Controls) -> list[str]:
    """One file; the external id, the same at every export, makes a second import harmless."""
    return [table(HEADER, (row for voucher in vouchers for row in _rows(voucher, scope)))]


def _rows(voucher: Voucher, scope: Scope) -> Iterator[tuple[str, ...]]:
    year, month = voucher.period.split("-")
    for posting in voucher.postings:
        yield (
            # No id has a slash, so two clinics never give the same.
            cell(f"{scope.clinic}/{voucher.id}"),
            f"{voucher.posting_date:%m/%d/%Y}",
            f"{MONTHS[int(month) - 1]} {year}",
            cell(scope.clinic),
            scope.currency,
            posting.account.code,
            blank_if_zero(posting.debit, scope.currency),
            blank_if_zero(posting.credit, scope.currency),
            cell(voucher.memo),
            cell(posting.provider),
            cell(posting.program),
            cell(posting.location),
            cell(posting.subscription),
        )
