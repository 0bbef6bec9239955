"""QuickBooks Desktop: Intuit Interchange Format, general journal entries."""

from collections.abc import Iterator, Sequence

from projections.exports.batch import Controls, Scope
from projections.exports.text import amount, cell, shortened
from projections.exports.vouchers import Posting, Voucher

_COLUMNS = ("TRNSTYPE", "DATE", "ACCNT", "NAME", "CLASS", "AMOUNT", "DOCNUM", "MEMO")
_HEADER = (("!TRNS", *_COLUMNS), ("!SPL", *_COLUMNS), ("!ENDTRNS",))
#: QuickBooks Desktop keeps no longer number of a journal entry; the memo has all of it.
LONGEST_NUMBER = 11


def write(vouchers: Sequence[Voucher], scope: Scope, totals: Controls) -> list[str]:
    """One file; each block sums to zero, debits positive."""
    rows = (*_HEADER, *(row for voucher in vouchers for row in _block(voucher, scope)))
    return ["".join("\t".join(row) + "\n" for row in rows)]


def _block(voucher: Voucher, scope: Scope) -> Iterator[tuple[str, ...]]:
    for number, posting in enumerate(voucher.postings):
        yield ("SPL" if number else "TRNS", *_line(voucher, posting, scope))
    yield ("ENDTRNS",)


def _line(voucher: Voucher, posting: Posting, scope: Scope) -> tuple[str, ...]:
    party = (posting.subscription or scope.clinic) if posting.account.by_name else ""
    return (
        "GENERAL JOURNAL",
        f"{voucher.posting_date:%m/%d/%Y}",
        _field(posting.account.name),
        _field(party),
        _field(posting.program),
        amount(posting.amount, scope.currency),
        _field(shortened(voucher.id, LONGEST_NUMBER)),
        _field(f"{voucher.memo} {voucher.id}"),
    )


def _field(text: str) -> str:
    """Tabs part the fields and a double quote would swallow them."""
    return cell(text).replace('"', "'")
