"""The trial balance: what every account was debited and credited (interfaces.md 6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.books.chart import name_of
from ledger.books.entries import Entry


@dataclass(frozen=True, slots=True)
class Total:
    """Cumulative minor units; `balance` is debit minus credit."""

    account: str
    debit: int
    credit: int

    @property
    def balance(self) -> int:
        """Debit positive, credit negative."""
        return self.debit - self.credit


def totals(entries: Iterable[Entry], as_of: date) -> list[Total]:
    """By account, of what is posted by the end of that day."""
    sums: dict[str, tuple[int, int]] = {}
    for entry in entries:
        if entry.posting_date <= as_of:
            for line in entry.lines:
                debit, credit = sums.get(line.account, (0, 0))
                sums[line.account] = (debit + line.debit, credit + line.credit)
    return [Total(account, *both) for account, both in sorted(sums.items())]


def trial_balance_shape(rows: Iterable[Total], as_of: date, position: int) -> dict[str, Any]:
    """The report (interfaces.md 6, trial-balance)."""
    listed = list(rows)
    return {
        "as_of": as_of.isoformat(),
        "position": position,
        "accounts": [
            {
                "account": row.account,
                "name": name_of(row.account),
                "debit": row.debit,
                "credit": row.credit,
                "balance": row.balance,
            }
            for row in listed
        ],
        "balanced": sum(row.balance for row in listed) == 0,
    }
