"""What can happen to a period of the books."""

from typing import Any

from aggregates.values import Digest
from ledger.events import Event, Frozen
from ledger.ids import Id
from ledger.money import Minor


class CloseCheck(Frozen):
    """One identity asserted at the close (accounting.md 15.6) with the figure it compared."""

    check: str
    ok: bool
    figure: Minor


class CloseException(Frozen):
    """Something a person should look at; it does not stop the close."""

    kind: str
    id: str
    amount: Minor | None = None


class AccountTotal(Frozen):
    account: str
    debit: Minor
    credit: Minor


class PeriodClosed(Event):
    """The sealed books of a period at a cut; same cut and rules, same bytes for ever."""

    period: str
    version: int
    cut: int
    rules: str
    journal_digest: Digest
    entries: int
    trial_balance: tuple[AccountTotal, ...]
    checks: tuple[CloseCheck, ...]
    exceptions: tuple[CloseException, ...]
    policies: dict[str, Any]
    tz_version: str
    approver: Id | None = None
