"""Comma-separated values for any program: one row for each line of the journal."""

from collections.abc import Iterator, Sequence

from projections.exports.batch import Controls, Scope
from projections.exports.text import amount, cell, table
from projections.exports.vouchers import Voucher

HEADER = (
    "journal_id",
    "line_no",
    "posting_date",
    "service_date",
    "account",
    "debit",
    "credit",
    "currency",
    "entity",
    "location",
    "program",
    "provider",
    "contract_id",
    "event_id",
    "memo",
)


def write(vouchers: Sequence[Voucher], scope: Scope, totals: Controls) -> list[str]:
    """One file; amounts on both sides, `event_id` the position of the event in the history."""
    rows = (row for voucher in vouchers for row in _rows(voucher, scope))
    return [table(HEADER, rows)]


def _rows(voucher: Voucher, scope: Scope) -> Iterator[tuple[str, ...]]:
    served = "" if voucher.service_date is None else voucher.service_date.isoformat()
    event = "" if voucher.position is None else str(voucher.position)
    for number, posting in enumerate(voucher.postings, start=1):
        yield (
            cell(voucher.id),
            str(number),
            voucher.posting_date.isoformat(),
            served,
            posting.account.code,
            amount(posting.debit, scope.currency),
            amount(posting.credit, scope.currency),
            scope.currency,
            cell(scope.clinic),
            cell(posting.location),
            cell(posting.program),
            cell(posting.provider),
            cell(posting.subscription),
            event,
            cell(voucher.memo),
        )
