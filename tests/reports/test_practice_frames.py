"""The practice's reports as frames, one row for each of theirs."""

import pandas as pd

from projections.reports.practice_frames import (
    expiring_frame,
    renewals_frame,
    utilization_frame,
)

NOTICES = [
    {"days": 30, "due": "2026-06-04", "sent": None},
    {"days": 10, "due": "2026-06-24", "sent": "2026-06-25"},
]


def rows(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    return list(frame.itertuples(index=False, name=None))


def test_utilization_keeps_exact_quantities() -> None:
    counts = {"granted": "10", "used": "2.5", "expired": "0", "refunded": "0", "remaining": "7.5"}
    frame = utilization_frame([{"offer": "iv", "line": "drips", **counts, "rate": "0.25"}])
    assert rows(frame) == [("iv", "drips", "10", "2.5", "0", "0", "7.5", "0.25")]


def test_notices_stand_in_one_cell() -> None:
    grant = {"grant": "drips.1", "remaining": "8", "expires": "2026-07-04", "deferred": 109091}
    held = {"patient": "p-1", "subscription": "s-1", "line": "drips", **grant}
    [row] = rows(expiring_frame([{**held, "notices": NOTICES}]))
    assert row[-2:] == (109091, "2026-06-04 open, 2026-06-24 2026-06-25")
    cycle = {"subscription": "s-2", "offer": "club", "due": "2026-04-05", "amount": 12000}
    [row] = rows(renewals_frame([{**cycle, "status": "upcoming", "notices": []}]))
    assert row == ("s-2", "club", "2026-04-05", 12000, "upcoming", "")


def test_nothing_to_report_has_its_columns_all_the_same() -> None:
    assert list(utilization_frame([]).columns)[:2] == ["offer", "line"]
    assert len(expiring_frame([])) == 0
