"""The journal for another accounting program, as every edge exports it (accounting.md 17)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ledger.calendar import Period
from ledger.errors import LedgerError

if TYPE_CHECKING:
    from aggregates.clinic.state import Clinic
    from projections.close.books import Books, Sealed
    from projections.exports.formats import Export


class OpenPeriod(LedgerError):
    """The period can still change, and a draft was not asked for."""


@dataclass(frozen=True, slots=True)
class Format:
    """How a journal is to be written; `detail` is ``summary`` or ``line``, or the clinic's own."""

    name: str
    draft: bool = False
    detail: str | None = None


def exported(
    form: Format,
    clinic: "Clinic",
    books: "Books",
    entries: Sequence[dict[str, Any]],
    period: Period | None,
    last: date,
) -> "Export":
    """The entries of `books` from the beginning, or those of `period`, through `last`.

    Raises OpenPeriod for one that is not closed, unless a draft will do; comma-separated values
    are a report as well, and never refused.
    """
    from projections.exports.batch import Scope  # noqa: PLC0415  only exports need them
    from projections.exports.formats import export  # noqa: PLC0415

    ends = books.calendar.of(last)
    sealed = close_of(books, ends)
    if sealed is None and not form.draft and form.name != "csv":
        raise OpenPeriod(f"{ends} is open, and what is exported could still change")
    policies = clinic.policies(last)
    scope = Scope(
        clinic=books.clinic,
        currency=clinic.currency,
        period=_label(period, last),
        close_version=None if sealed is None else sealed.version,
        position=books.cut if sealed is None else sealed.cut,
        form=form.name,
        detail=form.detail or _detail_of(form.name, policies),
        books=books.basis.name,
    )
    return export(entries, scope, policies["accounts"])


def close_of(books: "Books", period: Period) -> "Sealed | None":
    """The close in force of a period; the first close of a clinic takes in all before it."""
    return next((sealed for sealed in books.closes if sealed.period >= period), None)


def _detail_of(form: str, policies: Mapping[str, Any]) -> str:
    """Comma-separated values are where the key of a summary leads to."""
    return "line" if form == "csv" else str(policies["export_detail"])


def _label(period: Period | None, last: date) -> str:
    if period is None:
        return f"to-{last}"
    return str(period) if last == period.last else f"{period}-to-{last}"
