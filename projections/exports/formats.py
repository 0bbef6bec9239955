"""An export as files, with the batch that describes it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ledger.errors import LedgerError
from projections.exports import beancount, generic, hledger, iif, netsuite, qbo, xero
from projections.exports.batch import Controls, Scope, controls
from projections.exports.chart import targets
from projections.exports.vouchers import ReportEntry, Voucher, detailed, summarised

Writer = Callable[[Sequence[Voucher], Scope, Controls], list[str]]
WRITERS: dict[str, Writer] = {
    "csv": generic.write,
    "iif": iif.write,
    "qbo": qbo.write,
    "xero": xero.write,
    "netsuite": netsuite.write,
    "beancount": beancount.write,
    "hledger": hledger.write,
}
#: What the files of a format end in.
SUFFIXES = {"iif": "iif", "beancount": "beancount", "hledger": "journal"}


class Unbalanced(LedgerError):
    """The books are not in balance, so nobody may be given them."""


@dataclass(frozen=True, slots=True)
class Export:
    """The texts of the files in their order, and the control totals over our entries."""

    scope: Scope
    totals: Controls
    texts: tuple[str, ...]


def export(
    entries: Sequence[ReportEntry], scope: Scope, mapping: Mapping[str, Mapping[str, str]]
) -> Export:
    """The entries of the journal report in the form, and the detail, of `scope`.

    `mapping` is the clinic's policy `accounts`. Raises Unbalanced where debits and credits differ.
    """
    totals = controls(entries)
    if totals.debit != totals.credit:
        raise Unbalanced(f"debits {totals.debit} and credits {totals.credit} differ")
    arranged = detailed if scope.detail == "line" else summarised
    vouchers = [scope.named(voucher) for voucher in arranged(entries, targets(mapping))]
    return Export(scope, totals, tuple(WRITERS[scope.form](vouchers, scope, totals)))
