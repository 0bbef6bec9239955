"""A report as a picture beside its answer."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consumers.cli.call import Mistake

if TYPE_CHECKING:
    from projections.charts.drawing import Form

Chart = Annotated[
    Path | None, typer.Option("--chart", metavar="FILE", help="A picture, too: .svg or .png.")
]


def draw(file: Path | None, picture: "Callable[[Form], bytes]") -> None:
    """Writes the picture that ``--chart`` asks for; raises Mistake for what is neither form."""
    if file is None:
        return
    from projections.charts.drawing import FORMS  # noqa: PLC0415

    for form in FORMS:
        if file.suffix.lower() == f".{form}":
            file.write_bytes(picture(form))
            return
    raise Mistake(f"--chart: {file.name!r} ends neither in .svg nor in .png")
