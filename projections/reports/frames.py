"""The reports of this folder as pandas frames, one row a line; amounts stay minor units."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from projections.reports import breakage
from projections.reports.fields import DIMENSIONS

Report = Mapping[str, Any]
Rows = Sequence[Mapping[str, Any]]


def _frame(rows: Iterable[Mapping[str, Any]], *columns: str) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(columns))


def waterfall_frame(report: Report) -> pd.DataFrame:
    """One row per booked month: what was booked, a column per month in which it was earned."""
    rows = report["rows"]
    months = sorted({month for row in rows for month in row["recognized"]})
    flat = [{**dict.fromkeys(months, 0), **row, **row["recognized"]} for row in rows]
    return _frame(flat, "booked", "amount", *months, "refunded", "remaining")


def rpo_frame(report: Report) -> pd.DataFrame:
    """The bands, their total, and what is left out with its reason."""
    rows = [
        *(
            {"part": "band", "name": row["band"], "amount": row["amount"]}
            for row in report["bands"]
        ),
        {"part": "total", "name": "", "amount": report["total"]},
        *(
            {"part": "excluded", "name": row["reason"], "amount": row["amount"]}
            for row in report["excluded"]
        ),
    ]
    return _frame(rows, "part", "name", "amount")


def contract_balances_frame(report: Report) -> pd.DataFrame:
    """Receivable, contract asset and contract liability, opening and closing.

    Below them what of the closing liability is current, and what is not.
    """
    rows = [{"balance": name, **report[name]} for name in report if name != "timing"]
    rows += [
        {"balance": f"of which {name}".replace("_", "-"), "closing": amount}
        for name, amount in report.get("timing", {}).items()
    ]
    frame = _frame(rows, "balance", "opening", "closing")
    return frame.astype({"opening": "Int64", "closing": "Int64"})


def liability_frame(report: Rows) -> pd.DataFrame:
    """One row per account, contract and line."""
    return _frame(report, "account", "patient", "subscription", "offer", "line", "amount")


def aging_frame(report: Rows) -> pd.DataFrame:
    """One row per amount that fell due and is not paid in full."""
    return _frame(report, "subscription", "payer", "due", "amount", "days", "bucket")


def breakage_frame(report: Rows) -> pd.DataFrame:
    """One row per offer and quarter of sale."""
    return _frame(report, "offer", "cohort", *breakage.COLUMNS, "estimate", "rate")


def processor_frame(report: Report) -> pd.DataFrame:
    """The columns that make up the balance, then every batch, then every open item."""
    kept = ("as_of", "batches", "open")
    rows = [
        *({"part": name, "amount": value} for name, value in report.items() if name not in kept),
        *(
            {
                "part": "payout",
                "id": batch["payout"],
                "posted_on": batch["posted_on"],
                "amount": batch["amount"],
            }
            for batch in report["batches"]
        ),
        *({**item, "part": f"open {item['kind']}"} for item in report["open"]),
    ]
    return _frame(rows, "part", "id", "posted_on", "amount", "days").astype({"days": "Int64"})


def sales_frame(report: Report) -> pd.DataFrame:
    """One row per place, offer, channel and kind of sale."""
    columns = ("program", "offer", "location", "provider", "channel", "kind")
    return _frame(report["rows"], *columns, "count", "price", "tax")


def revenue_frame(report: Report) -> pd.DataFrame:
    """One row per combination of what revenue is taken apart by."""
    return _frame(report["rows"], *report["by"], "amount")


def profitability_frame(report: Rows) -> pd.DataFrame:
    """One row per program, offer, location and provider."""
    return _frame(report, *DIMENSIONS, "revenue", "service_cost", "supply_cost", "margin")
