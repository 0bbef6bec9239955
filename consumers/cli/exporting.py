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
from ledger.calendar import Period

if TYPE_CHECKING:
    from aggregates.clinic.state import Clinic
    from projections.close.books import Books, Sealed
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
    from projections.exports.batch import Scope  # noqa: PLC0415  only exports need them
    from projections.exports.formats import export  # noqa: PLC0415

    sealed = close_of(books, Period.of(last))
    if sealed is None and not wish.draft and wish.form is not Form.CSV:
        raise Mistake(
            f"invalid: period: {Period.of(last)} is open, and what is exported could still"
            " change; close it, or say --draft"
        )
    policies = clinic.policies(last)
    scope = Scope(
        clinic=books.clinic,
        currency=clinic.currency,
        period=_label(period, last),
        close_version=None if sealed is None else sealed.version,
        position=books.cut if sealed is None else sealed.cut,
        form=wish.form.value,
        detail=wish.detail or _detail_of(wish.form, policies),
        books=books.basis.name,
    )
    write(export(entries, scope, policies["accounts"]), wish.out)


def checked_exporter(form: Form, role: str | None) -> None:
    """Raises Mistake with the code ``forbidden`` for a role that may not hand the books on.

    The comma-separated values are a report as well, for whoever may read the books.
    """
    from commands.permissions import EXPORTING  # noqa: PLC0415

    if role is not None and role not in EXPORTING and form is not Form.CSV:
        may = " or ".join(sorted(EXPORTING))
        raise Mistake(f"forbidden: the role {role} may not export the journal; {may} may")


def close_of(books: "Books", period: Period) -> "Sealed | None":
    """The close in force of a period; the first close of a clinic takes in all before it."""
    return next((sealed for sealed in books.closes if sealed.period >= period), None)


def _detail_of(form: Form, policies: dict[str, Any]) -> str:
    """Comma-separated values are where the key of a summary leads to."""
    return "line" if form is Form.CSV else str(policies["export_detail"])


def _label(period: Period | None, last: date) -> str:
    if period is None:
        return f"to-{last}"
    return str(period) if last == period.last else f"{period}-to-{last}"


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
