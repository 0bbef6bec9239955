"""One call of the command line: what its global options say, and the ledger it works on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from consumers.bootstrap import Ledger, running
from consumers.horizon import horizon
from ledger.calendar import Period
from ledger.errors import LedgerError
from ledger.ids import is_clinic_id
from ledger.settings import Settings
from projections.balances.asof import View, position_at


class Mistake(LedgerError):
    """The call cannot be answered as it was typed; the message says what to type instead."""


class Form(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    IIF = "iif"
    QBO = "qbo"
    XERO = "xero"
    NETSUITE = "netsuite"
    BEANCOUNT = "beancount"
    HLEDGER = "hledger"


#: The forms in which the journal goes to another program; all but CSV are for the journal alone.
EXPORTS = (
    Form.CSV,
    Form.IIF,
    Form.QBO,
    Form.XERO,
    Form.NETSUITE,
    Form.BEANCOUNT,
    Form.HLEDGER,
)


@dataclass(frozen=True, slots=True)
class Call:
    """The global options."""

    settings: Settings
    clinic: str | None = None
    form: Form = Form.TABLE
    actor: str | None = None
    role: str | None = None

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The ledger, its servers started if need be."""
        with running(self.settings) as ledger:
            yield ledger

    @contextmanager
    def at_clinic(self) -> Iterator[tuple[Ledger, str]]:
        """The ledger and the clinic that is asked about, its read models up to date."""
        with running(self.settings) as ledger:
            clinic = self.chosen(ledger)
            ledger.catch_up(clinic)
            yield ledger, clinic

    def chosen(self, ledger: Ledger) -> str:
        """The clinic of ``--clinic``, or the only one there is; raises Mistake otherwise."""
        known = ledger.clinics()
        if self.clinic is None and len(known) == 1:
            return known[0]
        if self.clinic is None:
            named = f"; there are {', '.join(known[:10])}" if known else "; there is none yet"
            raise Mistake(f"which clinic? Say --clinic ID{named}")
        if self.clinic not in known:
            raise Mistake(f"unknown_clinic: no clinic {self.clinic} in this ledger")
        return self.clinic

    def recorder(self) -> dict[str, str]:
        """Who records; on embedded servers ``local``, a clinic's administrator.

        Raises Mistake where an external database asks for a name.
        """
        if not self.settings.embedded and (self.actor is None or self.role is None):
            raise Mistake("who records? Say --actor ID --role ROLE (required on this database)")
        return {"id": self.actor or "local", "role": self.role or "clinic_admin"}


def checked_clinic(text: str | None) -> str | None:
    """Raises Mistake for what can be no clinic's id."""
    if text is not None and not is_clinic_id(text):
        raise Mistake(f"--clinic: {text!r} is no clinic id (1-64 of A-Z a-z 0-9 _ : -)")
    return text


def moment(text: str, option: str) -> datetime:
    """An RFC 3339 time; raises Mistake without an offset."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise Mistake(f"{option}: {text!r} is no time, as in 2026-03-31T18:00:00-04:00") from None
    if read.tzinfo is None:
        raise Mistake(f"{option}: {text!r} has no offset; write 2026-03-31T18:00:00-04:00 or ...Z")
    return read


def day(text: str, option: str) -> date:
    """A local date of the clinic; raises Mistake for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Mistake(f"{option}: {text!r} is no date, as in 2026-03-31") from None


def period(text: str) -> Period:
    """A month; raises Mistake for anything else."""
    try:
        return Period.parse(text)
    except ValueError as error:
        raise Mistake(str(error)) from None


def view(
    ledger: Ledger,
    clinic: str,
    as_of: str | None,
    known_at: str | None,
    month: Period | None = None,
) -> View:
    """The day and the position that ``--as-of`` and ``--known-at`` name.

    Without a day that is the last one of a `month`, else today. Raises Mistake with the code
    ``invalid`` for one that lies too far ahead.
    """
    on = today = ledger.today(clinic)
    if as_of is not None:
        on, last = day(as_of, "--as-of"), horizon(today).last
        if on > last:
            raise Mistake(f"invalid: --as-of: the last day that can be asked for is {last}")
    elif month is not None:
        on = within_reach(ledger, clinic, month).last
    return View(on, None if known_at is None else _known(ledger, clinic, known_at))


def within_reach(ledger: Ledger, clinic: str, month: Period) -> Period:
    """The month with the days that the clinic's calendar gives it; raises Mistake with the code
    ``invalid`` for one that lies too far ahead.
    """
    last = horizon(ledger.today(clinic))
    if month > last:
        raise Mistake(f"invalid: period: the last month that can be asked for is {last}")
    return ledger.clinic(clinic).calendar.bound(month)


def _known(ledger: Ledger, clinic: str, text: str) -> int:
    """The last position that ``--known-at`` lets see."""
    if text.isdecimal():
        return int(text)
    return position_at(ledger.store, clinic, moment(text, "--known-at"))
