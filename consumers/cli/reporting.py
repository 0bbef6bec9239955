"""What the accountant's reports have in common: their options, their books, how they are told."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from consumers.asking import Kind
from consumers.cli.call import Call, Form, Mistake, period, view
from consumers.cli.output import Sheet, sheet_of, show

if TYPE_CHECKING:
    from consumers.reporting import Reading

Kept = Annotated[
    Kind | None,
    typer.Option("--books", help="Kept by another rule than the clinic's framework."),
]
By = Annotated[str | None, typer.Option("--by", metavar="FIELD", help="What to take it apart by.")]
MONEY = frozenset({"debit", "credit", "balance", "amount"})
Month = Annotated[str | None, typer.Option("--period", metavar="P", help="A month, as in 2026-01.")]


class Report:
    """An accounting report being made, and how it is shown."""

    def __init__(self, of: "Reading") -> None:
        self.of = of
        self.books = of.books
        self.as_of = of.as_of
        self.month = of.period
        self.given = of.month
        self.clinic = of.clinic
        self.currency = of.clinic.currency

    def found(self, name: str) -> Any:
        """The report of that name, as every edge makes it."""
        from consumers.reporting import OF_THE_BOOKS  # noqa: PLC0415  loads the engine

        return OF_THE_BOOKS[name](self.of)

    def sheet(self, title: str, frame: Any, money: frozenset[str] = MONEY) -> Sheet:
        """A frame as a table; what is missing is empty."""
        return sheet_of(title, frame, money, self.currency, [self._foot(len(frame))])

    def _foot(self, rows: int) -> str:
        """What shows that a table is complete, and of what (accounting.md 16)."""
        said = self.meta(rows)
        books = "" if said["books"] is None else f", {said['books']} books"
        count = f"{rows} row{'' if rows == 1 else 's'}"
        return f"{count}; position {said['position']}, rules {said['rules']}{books}"

    def meta(self, rows: int) -> dict[str, Any]:
        """The parameters of the report, its rules, and how many rows it has as a table."""
        return {
            "clinic": self.books.clinic,
            "period": None if self.given is None else str(self.given),
            "as_of": self.as_of.isoformat(),
            "position": self.books.cut,
            "books": self.books.basis.name,
            "rules": self.books.basis.version,
            "rows": rows,
        }


@contextmanager
def report(
    context: typer.Context,
    month: str | None,
    as_of: str | None,
    known_at: str | None,
    kept: Kind | None = None,
    by: Sequence[str] = (),
) -> Iterator[Report]:
    """The books as of a day: of ``--as-of``, else the period's last, else today."""
    from consumers.reporting import reading  # noqa: PLC0415  loads the engine

    call: Call = context.obj
    wanted = None if month is None else period(month)
    with call.at_clinic() as (ledger, clinic):
        asked = view(ledger, clinic, as_of, known_at, wanted)
        with reading(ledger, clinic, asked, wanted, kept, tuple(by)) as books:
            yield Report(books)


def answer(
    context: typer.Context, value: Any, sheet: Callable[[], Sheet], made: Report | None = None
) -> None:
    """Writes a report in the form the call asks for; an object says how it was `made`."""
    if made is not None and context.obj.form is Form.JSON and isinstance(value, dict):
        value = {**value, "meta": made.meta(len(list(sheet().rows)))}
    show(context.obj.form, value, lambda: [sheet()])


def chosen(name: str, by: str | None) -> tuple[str, ...]:
    """What ``--by`` asks of a report; raises Mistake for what it cannot be taken apart by."""
    from consumers.reporting import NoSuchField, fields_of  # noqa: PLC0415

    try:
        return fields_of(name, by)
    except NoSuchField as error:
        raise Mistake(f"--by: {error}") from None
