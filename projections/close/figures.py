"""What a close seals, and the proof that it still holds (accounting.md 14.6, 15.6)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aggregates.effects import RULES
from aggregates.lateness import LateEffect
from aggregates.period.events import AccountTotal, CloseCheck, CloseException
from ledger.books.checks import FINISHED, Figures, checked
from ledger.calendar import Period
from ledger.errors import Broken
from projections.close import finishing, sealing
from projections.close.books import Books
from projections.close.checklist import checklist, unlisted
from projections.close.estimates import short_histories
from projections.close.keeping import Keeping
from projections.close.replay import closes_in_force, replay, sealed_closes
from projections.close.unsigned import behind

#: How many of the contracts that break a check are named.
NAMED = 100


@dataclass(frozen=True, slots=True)
class CloseFigures:
    """The figures of a `PeriodClosed`; `entries` counts the period's entries."""

    journal_digest: str
    entries: int
    trial_balance: tuple[AccountTotal, ...]
    checks: tuple[CloseCheck, ...]
    exceptions: tuple[CloseException, ...]
    late: tuple[LateEffect, ...]


def figures(
    conninfo: str, clinic: str, period: Period, cut: int, kept: Path | None = None
) -> CloseFigures:
    """What closing `period` at position `cut` seals: a pure function of the history up to it.

    The folder `kept` spares reading again what came before the last close. Where a check fails
    on what was kept, the whole history is read.
    """
    if kept is None:
        return _figures(conninfo, clinic, period, cut, None)
    keeping = Keeping(kept, conninfo)
    found = _figures(conninfo, clinic, period, cut, keeping)
    if all(check.ok for check in found.checks):
        return found
    return _figures(conninfo, clinic, period, cut, None)


def _figures(
    conninfo: str, clinic: str, period: Period, cut: int, keeping: Keeping | None
) -> CloseFigures:
    with replay(conninfo, clinic, cut, keeping) as books:
        books.close_now(period)
        found = CloseFigures(
            journal_digest=books.digest(period),
            entries=books.entry_count(period),
            trial_balance=tuple(
                AccountTotal(account=row.account, debit=row.debit, credit=row.credit)
                for row in books.totals(period.last)
            ),
            checks=checks(books, period),
            exceptions=(
                *exceptions(books, period),
                *checklist(books, period, conninfo),
                *short_histories(books, period),
            ),
            late=late_effects(books, period),
        )
        if keeping is not None and all(check.ok for check in found.checks):
            keeping.keep(books, period, found.journal_digest, behind(books, period, conninfo))
    return found


def checks(books: Books, period: Period) -> tuple[CloseCheck, ...]:
    """The identities over what is posted by the end of `period`."""
    [row] = books.rows(sealing.FIGURES, (period.last, period.last))
    unequal = [contract for (contract,) in books.rows(finishing.UNEQUAL, (period.last,) * 5)]
    changed = sum(books.digest(sealed.period) != sealed.digest for sealed in books.closes[-1:])
    rolled = books.rollforward(period)["total"]["closing"]
    compared = dict(zip(sealing.COMPARED, row, strict=True))
    found = Figures(
        **compared, rolled_forward=rolled, finished=len(unequal), changed_digests=changed
    )
    named = {FINISHED: tuple(unequal[:NAMED])} if unequal else {}
    return tuple(
        CloseCheck(
            check=check.check,
            ok=check.ok,
            figure=check.figure,
            contracts=named.get(check.check),
        )
        for check in checked(found)
    )


def exceptions(books: Books, period: Period) -> tuple[CloseException, ...]:
    """What a person should look at, by kind and id (accounting.md 14.4)."""
    rows = books.rows(sealing.EXCEPTIONS, (*unlisted(books), period.last, period.last))
    return tuple(CloseException(kind=kind, id=key, amount=amount) for kind, key, amount in rows)


def late_effects(books: Books, period: Period) -> tuple[LateEffect, ...]:
    """What is posted late in `period` does to the revenue of each month it belongs to (14.3)."""
    return tuple(
        LateEffect(*row) for row in books.rows(sealing.LATE_EFFECTS, (period.first, period.last))
    )


def verify(
    conninfo: str, clinic: str, period: Period, version: int | None = None
) -> dict[str, Any] | None:
    """Replays a closed period at its cut and compares digests (interfaces.md 6, verify).

    None when that version of the period was never closed, or without `version`, when no
    close of it is in force. Raises Broken when it was sealed under rules that this program
    does not have.
    """
    known = closes_in_force if version is None else sealed_closes
    matching = [
        sealed
        for sealed in known(conninfo, clinic)
        if sealed.period == period and version in (None, sealed.version)
    ]
    if not matching:
        return None
    [sealed] = matching
    if sealed.rules != RULES:
        raise Broken(f"{period} was closed under the rules {sealed.rules}, which are not here")
    with replay(conninfo, clinic, sealed.cut) as books:
        asked = books.calendar.bound(period)
        books.close_now(asked)
        found = books.digest(asked)
    return {
        "period": str(period),
        "version": sealed.version,
        "position": sealed.cut,
        "sealed": sealed.digest,
        "recomputed": found,
        "same": found == sealed.digest,
    }
