"""The roll-forward of deferred revenue (accounting.md 15.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ledger.books.chart import CONTRACT_LIABILITIES

COLUMNS = (
    "opening",
    "additions",
    "recognized_from_opening",
    "recognized_from_additions",
    "breakage",
    "refunds",
    "voids",
    "escheat",
    "reinstatements",
    "estimate_changes",
    "modifications",
    "transfers",
    "disputes",
    "netting",
    "adjustments",
    "closing",
)
RECOGNISED = "recognised"
_BY_ROW = {
    "2": "netting",
    "4": "additions",
    "6": "additions",
    "6.6": "transfers",
    "8": "additions",
    "9": RECOGNISED,
    "10": "breakage",
    "13": RECOGNISED,
    "14": RECOGNISED,
    "15": RECOGNISED,
    "16": RECOGNISED,
    "17": "breakage",
    "18": RECOGNISED,
    "20": "breakage",
    "20a": "refunds",
    "21": "escheat",
    "23": "escheat",
    "24": "estimate_changes",
    "25": "estimate_changes",
    "27": "reinstatements",
    "29": "refunds",
    "31": "netting",
    "32": "netting",
    "35": "voids",
    "36": "voids",
    "37a": "disputes",
    "38": "disputes",
    "41": "voids",
    "43": "modifications",
    "44": "modifications",
    "45": "modifications",
    "53": "netting",
    "adj": "adjustments",
}


def column_of(row: str, event: str | None) -> str:
    """The column a movement of a liability account falls in, by its row.

    A reversed expiry is a reinstatement, though its row is that of the expiry.
    """
    return "reinstatements" if event == "ExpiryReversed" else _BY_ROW[row]


@dataclass(frozen=True, slots=True)
class Moved:
    """What one row moved on one contract's liability account, credit positive.

    `column` is one of `COLUMNS`, or `RECOGNISED` before it is split; ``opening`` is the
    balance carried into the period.
    """

    subscription: str
    account: str
    column: str
    amount: int


def roll_forward(movements: Iterable[Moved]) -> dict[str, dict[str, int]]:
    """For each liability account, and for ``total``, the amount of every column.

    Per contract and account the net recognised amount comes from the opening balance first;
    net reversals are all from opening (accounting.md 15.1).
    """
    rows = {account: dict.fromkeys(COLUMNS, 0) for account in CONTRACT_LIABILITIES}
    openings: dict[tuple[str, str], int] = {}
    recognised: dict[tuple[str, str], int] = {}
    for move in movements:
        key = (move.subscription, move.account)
        if move.column == RECOGNISED:
            recognised[key] = recognised.get(key, 0) - move.amount
            continue
        if move.column == "opening":
            openings[key] = openings.get(key, 0) + move.amount
        rows[move.account][move.column] += move.amount
    for key, amount in recognised.items():
        from_opening = min(amount, max(openings.get(key, 0), 0))
        rows[key[1]]["recognized_from_opening"] -= from_opening
        rows[key[1]]["recognized_from_additions"] -= amount - from_opening
    for row in rows.values():
        row["closing"] = sum(row.values())
    total = {column: sum(row[column] for row in rows.values()) for column in COLUMNS}
    return {**rows, "total": total}


def rollforward_shape(
    rows: dict[str, dict[str, int]], period: str, position: int
) -> dict[str, Any]:
    """The report (interfaces.md 6, rollforward)."""
    return {
        "period": period,
        "position": position,
        "accounts": [{"account": account, **rows[account]} for account in CONTRACT_LIABILITIES],
        "total": rows["total"],
    }
