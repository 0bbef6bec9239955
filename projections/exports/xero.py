"""Xero: manual journals as comma-separated values."""

from collections.abc import Iterator, Sequence

from ledger.errors import LedgerError
from projections.exports.batch import Controls, Scope
from projections.exports.text import MONTHS, amount, cell, table
from projections.exports.vouchers import Posting, Voucher

HEADER = (
    "Narration",
    "Date",
    "Description",
    "AccountCode",
    "TaxRate",
    "Amount",
    "TrackingName1",
    "TrackingOption1",
    "TrackingName2",
    "TrackingOption2",
)
#: Lines of a file that Xero reads, the header among them.
LONGEST_FILE = 300
#: Tax stands in lines of its own; Xero must not work out any.
_NO_TAX = "Tax Exempt"
_Row = tuple[str, ...]


class TooLong(LedgerError):
    """A single journal has more lines than Xero takes in one file."""


def write(vouchers: Sequence[Voucher], scope: Scope, totals: Controls) -> list[str]:
    """As many files as needed; a journal is never divided between two. Raises TooLong."""
    return [table(HEADER, rows) for rows in _files(vouchers, scope)]


def _files(vouchers: Sequence[Voucher], scope: Scope) -> Iterator[list[_Row]]:
    file: list[_Row] = []
    for voucher in vouchers:
        rows = [_row(voucher, posting, scope) for posting in voucher.postings]
        if len(rows) >= LONGEST_FILE:
            raise TooLong(
                f"invalid: journal {voucher.id} has {len(rows)} lines, and Xero takes"
                f" {LONGEST_FILE} with the header; export in lines (--detail line)"
            )
        if len(file) + len(rows) >= LONGEST_FILE:
            yield file
            file = []
        file += rows
    yield file


def _row(voucher: Voucher, posting: Posting, scope: Scope) -> _Row:
    """Narration and date are what makes lines one journal, so the narration has the id."""
    day = voucher.posting_date
    return (
        cell(f"{voucher.id} {voucher.memo}"),
        f"{day:%d} {MONTHS[day.month - 1]} {day.year}",
        cell(f"{posting.subscription} {posting.line}") or cell(voucher.memo),
        posting.account.code,
        _NO_TAX,
        amount(posting.amount, scope.currency),
        *_tracked("Location", posting.location),
        *_tracked("Program", posting.program),
    )


def _tracked(category: str, option: str) -> tuple[str, str]:
    return (category, cell(option)) if option else ("", "")
