"""The clinic's own chart of accounts (accounting.md 18, policy `accounts`)."""

from collections.abc import Mapping
from typing import NamedTuple

from ledger.books.chart import CHART

#: Accounts that bookkeeping programs keep by customer or vendor.
_BY_NAME = frozenset({"1100", "2000"})
_ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "revenue": "Income",
    "contra_revenue": "Income",
    "expense": "Expenses",
}


class Target(NamedTuple):
    """An account of theirs. `root` is its class in plain-text ledgers.

    `by_name`: lines need a customer's or vendor's name.
    """

    code: str
    name: str
    root: str
    by_name: bool


def targets(mapping: Mapping[str, Mapping[str, str]]) -> dict[str, Target]:
    """Where each account of our chart goes; what `mapping` leaves out keeps its code or name."""
    return {
        code: Target(
            mapping.get(code, {}).get("code", code),
            mapping.get(code, {}).get("name", account.name),
            _ROOTS[account.kind],
            code in _BY_NAME,
        )
        for code, account in CHART.items()
    }
