"""The practice's reports as pandas frames: utilization, expiring, renewals."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

UTILIZATION = ("offer", "line", "granted", "used", "expired", "refunded", "remaining", "rate")
EXPIRING = (
    "patient",
    "subscription",
    "line",
    "grant",
    "remaining",
    "expires",
    "deferred",
    "notices",
)
RENEWALS = ("subscription", "offer", "due", "amount", "status", "notices")
Rows = Sequence[Mapping[str, Any]]


def utilization_frame(report: Rows) -> pd.DataFrame:
    """One row per offer and line; quantities and the rate are exact decimals as text."""
    return pd.DataFrame(list(report), columns=list(UTILIZATION))


def expiring_frame(report: Rows) -> pd.DataFrame:
    """One row per grant; promised notices in one cell."""
    return _with_notices(report, EXPIRING)


def renewals_frame(report: Rows) -> pd.DataFrame:
    """One row per cycle that renews or is unpaid; promised notices in one cell."""
    return _with_notices(report, RENEWALS)


def _with_notices(report: Rows, columns: Sequence[str]) -> pd.DataFrame:
    """Promised notices in a cell: the day each is due, and the day that it was sent."""
    rows = [{**row, "notices": ", ".join(map(_told, row["notices"]))} for row in report]
    return pd.DataFrame(rows, columns=list(columns))


def _told(notice: Mapping[str, Any]) -> str:
    return f"{notice['due']} {notice['sent'] or 'open'}"
