"""The call that moves a clinic in: `import`, with its columns and templates."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from consumers.cli.call import Call, Form, Mistake, day
from consumers.cli.output import Sheet, show
from consumers.importing.cells import Layout
from consumers.importing.kinds import Kind, Terms
from consumers.importing.registry import KINDS, WITH_CUT_OVER, columns_text
from ledger.calendar import ONE_DAY
from ledger.money import text_of
from ledger.suggesting import suggestion

if TYPE_CHECKING:
    from aggregates.clinic.state import Clinic
    from consumers.importing.running import Report

REJECTED = 1


class Dates(StrEnum):
    """How the file writes its dates."""

    ISO = "iso"
    DMY = "dmy"
    MDY = "mdy"


HELP = f"""Import a CSV or XLSX file: services, packages, balances, visits or payments.

All of it or, where a row is bad, nothing. The same file again changes nothing; with rows added,
it adds those. Rows without names, mail or birth dates: patients are ids.

Exit status 0: imported, or would be; 1: bad rows, listed; 2: the file cannot be read.

Example: ledger import balances balances.csv --cut-over 2026-01-01 --dry-run

Columns, in any order (* needed):

{columns_text()}"""


def import_(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=", ".join(KINDS))],
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="CSV or XLSX.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen; record nothing.")
    ] = False,
    valid_only: Annotated[
        bool, typer.Option("--valid-only", help="Take the good rows where some are bad.")
    ] = False,
    template: Annotated[
        bool, typer.Option("--template", help="Print an example of such a file instead.")
    ] = False,
    cut_over: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Balances: first day of the new books, a month's first."),
    ] = None,
    decimal_comma: Annotated[
        bool, typer.Option("--decimal-comma", help="The file writes 1800,00.")
    ] = False,
    dates: Annotated[Dates, typer.Option(help="How the file writes dates.")] = Dates.ISO,
) -> None:
    call: Call = context.obj
    wanted = KINDS.get(kind)
    if wanted is None:
        raise Mistake(f"no kind {kind}; {suggestion(kind, KINDS)}")
    if template:
        _show_template(call, wanted)
        return
    if file is None:
        raise Mistake(f"which file? ledger import {kind} --template shows what it looks like")
    day_one = _first_day(wanted, cut_over)
    layout: dict[str, Any] = {"decimal_comma": decimal_comma, "dates": dates.value}
    report, clinic = _imported(call, wanted, file, day_one, layout, dry_run, valid_only)
    _show_report(call, report, clinic, dry_run)
    raise typer.Exit(REJECTED if report.bad else 0)


def _first_day(kind: Kind, text: str | None) -> date | None:
    """The first day of the new books; raises Mistake unless it begins a month, which closes."""
    if kind.name not in WITH_CUT_OVER:
        if text is not None:
            raise Mistake(f"--cut-over is for {', '.join(WITH_CUT_OVER)} only")
        return None
    if text is None:
        raise Mistake("from when on are the books kept here? Say --cut-over 2026-01-01")
    first = day(text, "--cut-over")
    if first.day != 1:
        raise Mistake(f"--cut-over: {text} is no first day of a month; the books close by month")
    return first


def _imported(
    call: Call,
    kind: Kind,
    file: Path,
    cut_over: date | None,
    layout: dict[str, Any],
    dry: bool,
    valid_only: bool,
) -> "tuple[Report, Clinic]":
    from commands.envelope import Actor  # noqa: PLC0415
    from consumers.importing.running import Import  # noqa: PLC0415
    from consumers.importing.sheets import UnreadableFile, opened  # noqa: PLC0415

    with call.at_clinic() as (ledger, key):
        clinic = ledger.clinic(key)
        terms = Terms(Layout(clinic.currency, clinic.timezone, **layout), cut_over)
        actor = Actor.model_validate(call.recorder())
        work = Import(
            ledger.commands, key, actor, kind, terms, _progress, _too_late(clinic, cut_over)
        )
        try:
            with opened(file) as sheet:
                report = work.run(sheet, dry=dry, valid_only=valid_only)
        except UnreadableFile as error:
            raise Mistake(f"{file}: {error}") from None
        ledger.catch_up(key)
        return report, clinic


def _too_late(clinic: "Clinic", cut_over: date | None) -> str | None:
    """Why the old books can take nothing more: it would be posted late, into months that are the
    new ones' (accounting.md 14.2).
    """
    locked = clinic.locked_through
    if cut_over is None or locked is None or cut_over - ONE_DAY > locked.last:
        return None
    return f"{locked} is closed, and this counts before {cut_over}; reopen the month to add it"


@contextmanager
def _progress(stage: str, total: int | None) -> Iterator[Callable[[int], Any]]:
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(stage.ljust(12), total=total)
        yield lambda count: progress.advance(task, count)


def _show_template(call: Call, kind: Kind) -> None:
    names = [column.name for column in kind.columns]
    examples = [column.example or None for column in kind.columns]
    about = [
        {"column": column.name, "needed": column.needed, "about": column.about}
        for column in kind.columns
    ]
    if call.form in (Form.JSON, Form.XLSX):
        show(call.form, about, lambda: [Sheet(kind.name, names, [examples])])
        return
    for row in (names, examples):
        sys.stdout.write(",".join(cell or "" for cell in row) + "\n")


def _show_report(call: Call, report: "Report", clinic: "Clinic", dry: bool) -> None:
    bad = [
        {"row": one.row, "column": one.column, "code": one.code, "message": one.message}
        for one in report.bad
    ]
    value = {
        "kind": report.kind,
        "dry_run": dry,
        "rows": report.rows,
        "new": report.new,
        "there": report.there,
        "recorded": report.recorded,
        "commands": dict(report.commands),
        "paid": report.paid,
        "used": report.used,
        "bad": bad,
        "notes": list(report.notes),
    }
    listed = Sheet("Bad rows", _BAD, [tuple(one.values()) for one in bad])
    if call.form is Form.CSV:
        show(call.form, value, lambda: [listed])
        return
    show(call.form, value, lambda: [_summary(report, clinic.currency, dry), listed])


_BAD = ("row", "column", "code", "what to do")


def _summary(report: "Report", currency: str, dry: bool) -> Sheet:
    commands = [(name, count) for name, count in report.commands.items()]
    amounts = [("paid", report.paid), ("used before the cut-over", report.used)]
    rows: list[tuple[str, Any]] = [
        ("rows read", report.rows),
        ("in the ledger already", report.there),
        ("new", report.new),
        *commands,
        *((name, text_of(amount, currency)) for name, amount in amounts if amount),
        ("bad rows", len({one.row for one in report.bad})),
        ("recorded", report.recorded),
    ]
    title = f"Import of {report.kind}" + (", not recorded" if dry else "")
    return Sheet(title, ("what", "count"), rows, notes=report.notes)
