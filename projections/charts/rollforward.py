"""From the opening to the closing liability, movement by movement."""

from collections.abc import Mapping
from typing import Any

from ledger.books.rollforward import COLUMNS
from projections.charts.drawing import (
    COLOURS,
    QUIET,
    Form,
    drawn,
    money_axis,
    short,
    written,
)

ENDS = ("opening", "closing")
STANDS, RISES, FALLS = COLOURS[0], COLOURS[2], COLOURS[5]


def rollforward_chart(report: Mapping[str, Any], currency: str, form: Form) -> bytes:
    """Floating bars between the opening and the closing balance of all liability accounts.

    `report` is as ``ledger.books.rollforward.rollforward_shape`` gives it; movements of nothing
    are left out.
    """
    total = report["total"]
    names = [name for name in COLUMNS if total[name] or name in ENDS]
    with drawn(f"Deferred revenue in {report['period']}") as (figure, axes):
        level = 0
        for place, name in enumerate(names):
            amount = total[name]
            start = 0 if name in ENDS else level
            axes.bar(place, amount, bottom=start, color=_colour(name, amount), width=0.6)
            level = start + amount
            axes.annotate(
                short(amount, currency),
                (place, max(start, level)),
                xytext=(0, 4),
                textcoords="offset points",
                ha="center",
            )
            if place + 1 < len(names):
                axes.plot([place + 0.3, place + 0.7], [level, level], color=QUIET, linewidth=0.8)
        labels = [name.replace("_", "\n", 1).replace("_", " ") for name in names]
        axes.set_xticks(range(len(names)), labels)
        axes.axhline(0, color=QUIET, linewidth=0.8)
        axes.use_sticky_edges = False
        axes.margins(y=0.08)
        money_axis(axes, "y", currency)
        return written(figure, form)


def _colour(name: str, amount: int) -> str:
    if name in ENDS:
        return STANDS
    return RISES if amount >= 0 else FALLS
