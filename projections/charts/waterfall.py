"""Booked month by booked month: when it was earned, what is left."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from projections.charts.drawing import (
    GONE,
    LEFT,
    QUIET,
    Form,
    colours,
    drawn,
    empty,
    money_axis,
    written,
)


def waterfall_chart(report: Mapping[str, Any], currency: str, form: Form) -> bytes:
    """A bar for each booked month, split by the month in which it was earned.

    `report` is as ``projections.reports.waterfall`` gives it. What is refunded and what remains
    come last; negative remainders stand left of zero.
    """
    rows = report["rows"]
    with drawn(
        f"Deferred revenue booked, by month of recognition, as of {report['as_of']}",
        (10, max(4, 2 + len(rows) // 2)),
    ) as (figure, axes):
        if not rows:
            empty(axes, "Nothing was booked")
            return written(figure, form)
        months = sorted({month for row in rows for month in row["recognized"]})
        parts = [
            *((month, colour) for month, colour in zip(months, colours(len(months)), strict=True)),
            ("refunded", GONE),
            ("remaining", LEFT),
        ]
        _bars(axes, rows, parts)
        axes.axvline(0, color=QUIET, linewidth=0.8)
        axes.set_ylabel("booked in")
        axes.invert_yaxis()
        money_axis(axes, "x", currency)
        axes.legend(title="earned in", loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
        return written(figure, form)


def _bars(axes: Axes, rows: list[dict[str, Any]], parts: list[tuple[str, str]]) -> None:
    right, left = [0] * len(rows), [0] * len(rows)
    names = [row["booked"] for row in rows]
    for name, colour in parts:
        widths = [_amount(row, name) for row in rows]
        if not any(widths):
            continue
        starts = [
            right[number] if width >= 0 else left[number] for number, width in enumerate(widths)
        ]
        axes.barh(names, widths, left=starts, color=colour, label=name, height=0.6)
        right = [end + max(width, 0) for end, width in zip(right, widths, strict=True)]
        left = [end + min(width, 0) for end, width in zip(left, widths, strict=True)]


def _amount(row: Mapping[str, Any], name: str) -> int:
    amounts: Mapping[str, int] = {
        **row["recognized"],
        "refunded": row["refunded"],
        "remaining": row["remaining"],
    }
    return amounts.get(name, 0)
