"""The reports, by name, as every edge makes them (interfaces.md 6): rows and figures in JSON."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from aggregates.clinic.state import Clinic
from consumers import asking
from consumers.bootstrap import Ledger
from ledger.calendar import Calendar, Period
from ledger.errors import LedgerError
from projections.balances.asof import View
from projections.reports.fields import APART, Apart

if TYPE_CHECKING:
    from aggregates.subscription.state import Subscription
    from projections.close.books import Books

BEGINNING = date(1, 1, 1)


class NoSuchField(LedgerError):
    """A report cannot be taken apart like that; the text says by what."""


def fields_of(name: str, text: str | None) -> tuple[str, ...]:
    """The fields, with commas between, that a report is to be taken apart by.

    Raises NoSuchField.
    """
    known = APART.get(name, Apart(()))
    asked = tuple(dict.fromkeys(text.split(","))) if text is not None else known.default
    for field in asked:
        if field not in known.names:
            raise NoSuchField(f"{field!r} is none of {', '.join(known.names)}")
    if len(asked) > known.most:
        raise NoSuchField(f"one of {', '.join(known.names)}, not several")
    return asked


@dataclass(frozen=True, slots=True)
class Reading:
    """The books a report is made of, and the days it is about."""

    ledger: Ledger
    clinic: Clinic
    books: "Books"
    as_of: date
    month: Period | None
    by: tuple[str, ...] = ()

    @property
    def first(self) -> date:
        """The first day of the month asked for; without one everything counts."""
        return BEGINNING if self.month is None else self.month.first

    @property
    def period(self) -> Period:
        """The month asked for, or that of the day."""
        return self.month or self.books.calendar.of(self.as_of)

    @property
    def through(self) -> date:
        """The day as of which that month is told."""
        return min(self.period.last, self.as_of)

    def parties(self) -> Any:
        """Who stands behind each contract."""
        from projections.reports.happened import parties  # noqa: PLC0415

        return parties(self.ledger.conninfo, self.books)

    def contracts(self) -> Any:
        """Every contract as time has left it."""
        from projections.reports.contracts import contracts  # noqa: PLC0415

        return contracts(self.ledger.store, self.books, self.as_of)

    def curves(self) -> Any:
        """How fast what is sold is used."""
        from projections.reports.redemption import curves  # noqa: PLC0415

        return curves(self.books, self.parties(), self.as_of)


@contextmanager
def reading(
    ledger: Ledger,
    clinic: str,
    view: View,
    month: Period | None,
    kept: asking.Kind | None = None,
    by: tuple[str, ...] = (),
) -> Iterator[Reading]:
    """The books of a view, with the clinic as it was known then, to be taken apart `by` fields."""
    with asking.books(ledger, clinic, view, kept) as books:
        asked = None if month is None else books.calendar.bound(month)
        yield Reading(ledger, ledger.clinic(clinic, view.known_at), books, view.as_of, asked, by)


@dataclass(frozen=True, slots=True)
class Practice:
    """The contracts a practice report is made of, in a view."""

    ledger: Ledger
    clinic: str
    view: View
    month: Period | None

    @property
    def period(self) -> Period | None:
        """The month asked for, with the days that the clinic's calendar gives it."""
        return None if self.month is None else self._calendar.bound(self.month)

    @property
    def period_of_day(self) -> Period:
        """The month asked for, or that of the day."""
        return self.period or self._calendar.of(self.view.as_of)

    @property
    def _calendar(self) -> Calendar:
        return self.ledger.clinic(self.clinic).calendar

    def contracts(self) -> "Iterator[Subscription]":
        """Every contract as time has left it."""
        return asking.contracts(self.ledger, self.clinic, self.view)


Made = Callable[[Reading], Any]


def _journal(of: Reading) -> Any:
    from projections.reports import accounting  # noqa: PLC0415

    return accounting.journal(of.books, of.first, of.as_of)


def _trial_balance(of: Reading) -> Any:
    from projections.reports import accounting  # noqa: PLC0415

    return accounting.trial_balance(of.books, of.as_of)


def _rollforward(of: Reading) -> Any:
    from projections.reports import accounting, groups  # noqa: PLC0415

    found = accounting.rollforward(of.books, of.period, of.through)
    found["satisfied_before"] = groups.satisfied_before(of.books, of.period, of.through)
    for group in of.by:
        parts = groups.rollforward_groups(of.books, of.period, of.through, group, of.parties())
        found |= {"by": group, "groups": parts}
    return found


def _late_events(of: Reading) -> Any:
    from projections.reports import accounting  # noqa: PLC0415
    from projections.reports.over_refunds import over_refunds  # noqa: PLC0415

    posted = accounting.late_events(of.books, of.period, of.through)
    given_back = over_refunds(of.ledger.conninfo, of.books, of.period, of.through)
    return sorted([*posted, *given_back], key=lambda row: int(row["position"]))


def _waterfall(of: Reading) -> Any:
    from projections.reports.waterfall import waterfall  # noqa: PLC0415

    return waterfall(of.books, of.as_of)


def _rpo(of: Reading) -> Any:
    from projections.reports.early import early  # noqa: PLC0415
    from projections.reports.rpo import Bands, rpo  # noqa: PLC0415
    from projections.reports.uncertain import expected  # noqa: PLC0415

    bands = Bands(of.as_of, tuple(of.clinic.policy("rpo_bands", of.as_of)))
    expedient = of.clinic.policy("rpo_expedient", of.as_of) == "on"
    known = (early(of.books, of.as_of), expected(of.books, of.as_of))
    return rpo(of.contracts(), of.curves(), bands, *known, expedient=expedient)


def _contract_balances(of: Reading) -> Any:
    from projections.reports import balances_of_contracts as report  # noqa: PLC0415

    found = report.contract_balances(of.books, of.period.first, of.as_of)
    closing = found["contract_liability"]["closing"]
    found["timing"] = report.timing(of.contracts(), of.curves(), closing, of.as_of)
    return found


def _liability(of: Reading) -> Any:
    from projections.reports.groups import liability_by  # noqa: PLC0415
    from projections.reports.liability import liability  # noqa: PLC0415

    found = liability(of.books, of.parties(), of.as_of)
    return liability_by(found, of.by[0]) if of.by else found


def _aging(of: Reading) -> Any:
    from projections.reports.aging import aging  # noqa: PLC0415

    return aging(of.books, of.parties(), of.as_of)


def _breakage(of: Reading) -> Any:
    from projections.reports.breakage import breakage  # noqa: PLC0415

    return breakage(of.books, of.parties(), of.as_of)


def _processor(of: Reading) -> Any:
    from projections.reports.processor import processor  # noqa: PLC0415

    return processor(of.ledger.conninfo, of.books, of.as_of)


def _sales(of: Reading) -> Any:
    from projections.reports.sales import sales  # noqa: PLC0415

    return sales(of.ledger.conninfo, of.books, of.first, of.as_of)


def _profitability(of: Reading) -> Any:
    from projections.reports.profitability import by_dimensions, profitability  # noqa: PLC0415

    found = profitability(of.ledger.conninfo, of.books, of.first, of.as_of)
    return by_dimensions(found, of.by) if of.by else found


def _revenue(of: Reading) -> Any:
    from projections.reports.revenue import revenue  # noqa: PLC0415

    return revenue(of.books, of.parties(), of.first, of.as_of, of.by)


OF_THE_BOOKS: dict[str, Made] = {
    "journal": _journal,
    "trial-balance": _trial_balance,
    "rollforward": _rollforward,
    "late-events": _late_events,
    "waterfall": _waterfall,
    "rpo": _rpo,
    "contract-balances": _contract_balances,
    "liability": _liability,
    "aging": _aging,
    "breakage": _breakage,
    "processor": _processor,
    "sales": _sales,
    "profitability": _profitability,
    "revenue": _revenue,
}


#: Reports of what is still to come in a month: of its last day they would be empty.
COMING = frozenset({"expiring", "renewals"})


def _utilization(of: Practice) -> Any:
    from projections.operations.utilization import utilization  # noqa: PLC0415

    return utilization(of.contracts(), of.view.as_of)


def _expiring(of: Practice) -> Any:
    from projections.operations.expiring import expiring  # noqa: PLC0415

    return expiring(of.contracts(), of.view.as_of, of.period)


def _renewals(of: Practice) -> Any:
    from projections.operations.renewals import renewals  # noqa: PLC0415

    return renewals(of.contracts(), of.view.as_of, of.period)


def _members(of: Practice) -> Any:
    from projections.operations import reading  # noqa: PLC0415
    from projections.operations.members import members  # noqa: PLC0415

    visits = reading.visits(of.ledger.store, of.clinic, of.view)
    messages = reading.messages(of.ledger.store, of.clinic, of.view)
    return members(of.contracts(), visits, messages, of.view.as_of)


def _metrics(of: Practice) -> Any:
    from projections.operations import reading  # noqa: PLC0415
    from projections.operations.metrics import metrics  # noqa: PLC0415

    visits = reading.visits(of.ledger.store, of.clinic, of.view)
    return metrics(of.contracts(), visits, of.view.as_of, of.period_of_day)


OF_THE_PRACTICE: dict[str, Callable[[Practice], Any]] = {
    "utilization": _utilization,
    "expiring": _expiring,
    "renewals": _renewals,
    "members": _members,
    "metrics": _metrics,
}
