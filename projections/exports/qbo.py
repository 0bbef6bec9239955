"""QuickBooks Online: journal entries as comma-separated values."""

from collections.abc import Iterator, Sequence

from projections.exports.batch import Controls, Scope
from projections.exports.text import blank_if_zero, cell, shortened, table
from projections.exports.vouchers import Voucher

HEADER = (
    "JournalNo",
    "JournalDate",
    "AccountName",
    "Debits",
    "Credits",
    "Description",
    "Name",
    "Class",
    "Location",
)
#: QuickBooks Online takes no longer number; the description has all of it.
LONGEST_NUMBER = 21


def write(vouchers: Sequence[Voucher], scope: Scope, totals: Controls) -> list[str]:
    """One file; accounts by name, the side that did not move blank."""
    return [table(HEADER, (row for voucher in vouchers for row in _rows(voucher, scope)))]


def _rows(voucher: Voucher, scope: Scope) -> Iterator[tuple[str, ...]]:
    for posting in voucher.postings:
        party = (posting.subscription or scope.clinic) if posting.account.by_name else ""
        yield (
            cell(shortened(voucher.id, LONGEST_NUMBER)),
            f"{voucher.posting_date:%m/%d/%Y}",
            cell(posting.account.name),
            blank_if_zero(posting.debit, scope.currency),
            blank_if_zero(posting.credit, scope.currency),
            cell(f"{voucher.memo} {voucher.id}"),
            cell(party),
            cell(posting.program),
            cell(posting.location),
        )
