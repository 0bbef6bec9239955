"""Answers on the terminal: tables for people, the exact shapes for programs."""

import csv
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import orjson

from consumers.cli.call import Form, Mistake
from ledger.money import text_of

if TYPE_CHECKING:
    from rich.console import Console

Cell = Any
PIPED_WIDTH = 160
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table; the columns in `money` hold minor units of `currency`, or None."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    money: frozenset[str] = frozenset()
    currency: str = "USD"
    notes: Sequence[str] = field(default=())


def sheet_of(
    title: str, frame: Any, money: frozenset[str], currency: str, notes: Sequence[str] = ()
) -> Sheet:
    """A pandas frame as a table; what is missing is empty."""
    plain = frame.astype(object).where(frame.notna(), None)
    rows = list(plain.itertuples(index=False, name=None))
    return Sheet(title, [str(name) for name in frame.columns], rows, money, currency, notes)


def show(form: Form, value: Any, sheets: Callable[[], Sequence[Sheet]]) -> None:
    """Writes an answer: `value` as JSON, or its sheets as tables; CSV holds the first sheet.

    A workbook goes to where the output is sent; raises Mistake on a terminal.
    """
    if form is Form.JSON:
        write_json(value)
    elif form is Form.CSV:
        _write_csv(sheets()[0])
    elif form is Form.XLSX:
        _write_xlsx(sheets())
    else:
        for sheet in sheets():
            print_sheet(sheet)


def write_json(value: Any) -> None:
    """One JSON document, indented."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")


def write_line(value: Any) -> None:
    """One JSON document on one line, visible at once to whoever reads along."""
    sys.stdout.write(orjson.dumps(value).decode() + "\n")
    sys.stdout.flush()


def terminal() -> "Console":
    """The terminal; into a file or pipe, tables keep the width they need."""
    from rich.console import Console  # noqa: PLC0415  programs that read JSON need no tables

    console = Console()
    return console if console.is_terminal else Console(width=PIPED_WIDTH)


def print_sheet(sheet: Sheet) -> None:
    """A table for people; money with its currency sign."""
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    console = terminal()
    table = Table(header_style="bold")
    for name in sheet.columns:
        right = name in sheet.money
        side: Literal["left", "right"] = "right" if right else "left"
        table.add_column(name, justify=side, no_wrap=right, overflow="fold")
    for row in sheet.rows:
        cells = zip(sheet.columns, row, strict=True)
        table.add_row(*(escape(_text(cell, name, sheet)) for name, cell in cells))
    title = f"[bold]{escape(sheet.title)}[/bold]" + ("" if table.rows else ": none")
    console.print(title, highlight=False)
    if table.rows:
        console.print(table)
    for note in sheet.notes:
        console.print(escape(note), highlight=False)


def _text(cell: Cell, column: str, sheet: Sheet) -> str:
    if cell is None:
        return ""
    if column in sheet.money and isinstance(cell, int):
        return text_of(cell, sheet.currency) if cell else "-"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return ", ".join(map(str, cell)) if isinstance(cell, list | tuple) else str(cell)


def _write_csv(sheet: Sheet) -> None:
    writer = csv.writer(sys.stdout, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(sheet.columns)
    for row in sheet.rows:
        writer.writerow([_safe(cell) for cell in row])


def _write_xlsx(sheets: Iterable[Sheet]) -> None:
    from projections.reports.workbook import workbook  # noqa: PLC0415

    if sys.stdout.isatty():
        raise Mistake("--format xlsx is no text: send it into a file, as in > report.xlsx")
    pages = [(sheet.title, sheet.columns, sheet.rows) for sheet in sheets]
    sys.stdout.buffer.write(workbook(pages))
    sys.stdout.buffer.flush()


def _safe(cell: Cell) -> int | str:
    """Numbers stay numbers; text that a spreadsheet would run as a formula gets an apostrophe."""
    if isinstance(cell, int) and not isinstance(cell, bool):
        return cell
    text = ", ".join(map(str, cell)) if isinstance(cell, list | tuple) else str(cell)
    text = "" if cell is None else text
    return f"'{text}" if text.startswith(_FORMULA) else text
