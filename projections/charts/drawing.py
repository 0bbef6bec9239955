"""What the charts share: one look, amounts in the clinic's currency, files without dates."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ledger.money import digits, text_of

Form = Literal["svg", "png"]
FORMS: tuple[Form, ...] = ("svg", "png")
INK, QUIET, GRID = "#1f2933", "#616e7c", "#e4e7eb"
#: Colours that differ in lightness too, so that they are told apart without hue.
COLOURS = (
    "#0b3c5d",
    "#1d70a2",
    "#4ba3c3",
    "#94cfd6",
    "#f2b134",
    "#e2711d",
    "#6d597a",
)
GONE = "#9b2226"
LEFT = "#c9ced6"
_TICKS = 6
_STYLE = mpl.RcParams(
    {
        "font.family": "DejaVu Sans",
        "font.size": 10,
        "svg.hashsalt": "ledger",
        "axes.edgecolor": QUIET,
        "axes.labelcolor": INK,
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
    }
)
#: What a file would say of its making: the day, and the version of the program.
_UNSAID: dict[Form, dict[str, None]] = {
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
}


@contextmanager
def drawn(title: str, size: tuple[int, int] = (10, 6)) -> Iterator[tuple[Figure, Axes]]:
    """A figure with one pair of axes in the common look; `size` in inches."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.add_subplot()
        axes.set_title(title, loc="left", fontweight="bold", pad=14)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_axisbelow(True)
        yield figure, axes


def written(figure: Figure, form: Form) -> bytes:
    """The picture; call it within `drawn`."""
    content = io.BytesIO()
    figure.savefig(content, format=form, dpi=150, metadata=_UNSAID[form])
    return content.getvalue()


def money_axis(axes: Axes, which: Literal["x", "y"], currency: str) -> None:
    """Ticks and a grid along an axis of minor units, written as money without cents."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(MaxNLocator(_TICKS, integer=True))
    axis.set_major_formatter(FuncFormatter(lambda amount, _: short(round(amount), currency)))
    axes.grid(axis=which, color=GRID, linewidth=0.8)
    axes.tick_params(axis=which, length=0)


def short(amount: int, currency: str) -> str:
    """As in ``$1,800``; cents where there are some."""
    text = text_of(amount, currency)
    cents = "." + "0" * digits(currency)
    return text.removesuffix(cents) if digits(currency) else text


def empty(axes: Axes, says: str) -> None:
    """Instead of a chart of nothing."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, says, ha="center", va="center", color=QUIET, transform=axes.transAxes)


def colours(count: int) -> Sequence[str]:
    """As many colours, the first ones again when there are more."""
    return [COLOURS[number % len(COLOURS)] for number in range(count)]
