"""Which parts of what was sold were used, lapsed or still wait, line by line."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from projections.charts.drawing import COLOURS, GONE, GRID, LEFT, Form, drawn, empty, written

#: What became of units, in the order in which the bars show it.
PARTS = (
    ("used", COLOURS[1]),
    ("expired", COLOURS[5]),
    ("refunded", GONE),
    ("remaining", LEFT),
)
WHOLE = 100


def utilization_chart(report: Sequence[Mapping[str, Any]], form: Form) -> bytes:
    """A bar to 100 % for each offer and line that counts units.

    `report` is the utilization report: quantities as decimal text, null on a line of time.
    """
    rows = [row for row in report if row["granted"] is not None and Decimal(row["granted"])]
    size = (10, max(4, 2 + len(rows) // 2))
    with drawn("Utilization by offer and line", size) as (figure, axes):
        if not rows:
            empty(axes, "No units were granted")
            return written(figure, form)
        _bars(axes, rows)
        axes.invert_yaxis()
        axes.set_xlim(0, WHOLE)
        axes.xaxis.set_major_formatter(PercentFormatter(WHOLE))
        axes.grid(axis="x", color=GRID, linewidth=0.8)
        axes.tick_params(length=0)
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
        return written(figure, form)


def _bars(axes: Axes, rows: Sequence[Mapping[str, Any]]) -> None:
    names = [f"{row['offer']} · {row['line']}" for row in rows]
    ends = [Decimal(0)] * len(rows)
    for name, colour in PARTS:
        widths = [Decimal(row[name]) * WHOLE / Decimal(row["granted"]) for row in rows]
        if any(widths):
            axes.barh(
                names,
                [float(width) for width in widths],
                left=[float(end) for end in ends],
                color=colour,
                label=name,
                height=0.6,
            )
        ends = [end + width for end, width in zip(ends, widths, strict=True)]
