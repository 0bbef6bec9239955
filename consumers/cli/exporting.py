"""The journal written for another accounting program, with its batch (accounting.md 17)."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from consumers.cli.call import EXPORTS, Form, Mistake
from consumers.exporting import Format, OpenPeriod, exported
from ledger.calendar import Period

if TYPE_CHECKING:
    from aggregates.clinic.state import Clinic
    from projections.close.books import Books
    from projections.exports.formats import Export

Draft = Annotated[
    bool, typer.Option("--draft", help="Export a period that is still open; it may change.")
]
Detail = Annotated[
    str | None,
    typer.Option(metavar="summary|line", help="Sums by day and row, or every entry (policy)."),
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Export into FILE, the batch into FILE.batch.json."),
]


@dataclass(frozen=True, slots=True)
class Wish:
    """How the journal is to be exported."""

    form: Form
    draft: bool
    detail: str | None
    out: Path | None

    def __post_init__(self) -> None:
        if self.detail not in {None, "summary", "line"}:
            raise Mistake(f"--detail: {self.detail!r} is neither summary nor line")
        if self.out is not None and self.form not in EXPORTS:
            raise Mistake(f"--out goes with --format {', '.join(EXPORTS)}")


def export_journal(
    wish: Wish,
    clinic: "Clinic",
    books: "Books",
    entries: Sequence[dict[str, Any]],
    period: Period | None,
    last: date,
) -> None:
    """Writes the entries of `books` from the beginning, or that of `period`, through `last`.

    Raises Mistake with the code ``invalid`` for a period that is open, unless a draft will do;
    comma-separated values are a report as well, and never refused.
    """
    try:
        form = Format(wish.form.value, wish.draft, wish.detail)
        made = exported(form, clinic, books, entries, period, last)
    except OpenPeriod as error:
        raise Mistake(f"invalid: period: {error}; close it, or say --draft") from None
    write(made, wish.out)


def checked_exporter(form: Form, role: str | None) -> None:
    """Raises Mistake with the code ``forbidden`` for a role that may not hand the books on.

    The comma-separated values are a report as well, for whoever may read the books.
    """
    from commands.permissions import EXPORTING  # noqa: PLC0415

    if role is not None and role not in EXPORTING and form is not Form.CSV:
        may = " or ".join(sorted(EXPORTING))
        raise Mistake(f"forbidden: the role {role} may not export the journal; {may} may")


def write(made: "Export", out: Path | None) -> None:
    """Into files beside their batch, or to stdout with the batch as a line on stderr."""
    from projections.exports.batch import manifest  # noqa: PLC0415

    if out is None:
        if len(made.texts) > 1:
            raise Mistake(f"the export is {len(made.texts)} files; say --out FILE")
        sys.stdout.write(made.texts[0])
        found = manifest(made.scope, made.totals, {"-": made.texts[0]})
        sys.stderr.write(orjson.dumps(found).decode() + "\n")
        return
    files = dict(zip(_names(out, len(made.texts)), made.texts, strict=True))
    for path, text in files.items():
        path.write_bytes(text.encode())
    found = manifest(made.scope, made.totals, {path.name: text for path, text in files.items()})
    batch = out.with_name(f"{out.name}.batch.json")
    batch.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _names(out: Path, count: int) -> list[Path]:
    if count == 1:
        return [out]
    return [out.with_name(f"{out.stem}-{number}{out.suffix}") for number in range(1, count + 1)]
