"""The accounting reports as pandas frames, for tables, spreadsheets and notebooks.

Amounts stay integers of minor units.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ledger.books.entries import GIVEN
from ledger.books.rollforward import COLUMNS

_ENTRY = ("entry", "posting_date", "service_date", "period", "prior_period_of", "rule")
_LINE = ("account", "name", "debit", "credit", *GIVEN)
_LATE = (
    *("position", "type", "service_date", "prior_period_of", "posting_date", "amount"),
    "over_refund",
)
_ACCOUNT = ("account", "name", "debit", "credit", "balance")


def journal_frame(report: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row per line, the entry's columns repeated; `position` is null without an event."""
    rows = [
        {
            **{name: entry[name] for name in (*_ENTRY, "provisional", "memo")},
            "position": entry["event"] and entry["event"]["position"],
            **{name: line[name] for name in _LINE},
        }
        for entry in report
        for line in entry["lines"]
    ]
    frame = pd.DataFrame(rows, columns=[*_ENTRY, "provisional", "memo", "position", *_LINE])
    return frame.astype({"debit": "int64", "credit": "int64", "position": "Int64"})


def trial_balance_frame(report: Mapping[str, Any]) -> pd.DataFrame:
    """One row per account."""
    return pd.DataFrame(report["accounts"], columns=list(_ACCOUNT))


def rollforward_frame(report: Mapping[str, Any]) -> pd.DataFrame:
    """One row per liability account, the last one ``total``."""
    rows = [*report["accounts"], {"account": "total", **report["total"]}]
    return pd.DataFrame(rows, columns=["account", *COLUMNS])


def rollforward_groups_frame(report: Mapping[str, Any]) -> pd.DataFrame:
    """One row per group and liability account in which anything stood or moved."""
    rows = [
        {"group": group["group"], **row}
        for group in report["groups"]
        for row in [*group["accounts"], {"account": "total", **group["total"]}]
        if any(row[name] for name in COLUMNS)
    ]
    return pd.DataFrame(rows, columns=["group", "account", *COLUMNS])


def late_events_frame(report: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row per late event."""
    return pd.DataFrame(list(report), columns=list(_LATE))
