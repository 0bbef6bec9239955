"""What can happen to a period of the books."""

from datetime import date
from typing import Any

from aggregates.values import Digest, Rate
from ledger.events import Event, Frozen
from ledger.ids import Id
from ledger.money import Minor


class CloseCheck(Frozen):
    """One identity asserted at the close (accounting.md 15.6) with the figure it compared.

    One that fails by contract names the first of its `contracts`.
    """

    check: str
    ok: bool
    figure: Minor
    contracts: tuple[Id, ...] | None = None


class CloseException(Frozen):
    """Something a person should look at; it does not stop the close."""

    kind: str
    id: str
    amount: Minor | None = None


class AccountTotal(Frozen):
    account: str
    debit: Minor
    credit: Minor


class EstimateHeld(Frozen):
    """The version of an estimate that was in force on the last day of a period."""

    estimate: Id
    rate: Rate
    effective: date


class PeriodClosed(Event):
    """The sealed books of a period at a cut; same cut and rules, same bytes for ever.

    `policies` and `estimates` are those that the books were computed by.
    """

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
    estimates: tuple[EstimateHeld, ...] = ()
    tz_version: str
    approver: Id | None = None


class PeriodSoftClosed(Event):
    """Front desk and providers are done with the period; services and accountants may post."""

    period: str
    approver: Id | None = None


class PeriodReopened(Event):
    """The close `version` is in force no more; it stays reproducible (accounting.md 14.3)."""

    period: str
    version: int
    approvers: tuple[Id, ...]
    reason: Digest


class SoftCloseDue(Event):
    """A signal: `due` is the day by which the period should be soft-closed."""

    period: str
    due: date
