"""The notices that networks and states ask for before a renewal (evidence.md 5), as rows."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from aggregates.lawtables import in_rows
from aggregates.subscription.state import Cycle
from aggregates.terms import RecurringBilling
from projections.evidence.case import Case, ContractFile, Message

Anchor = Literal["renewal", "cancellation_deadline", "charge"]


@dataclass(frozen=True, slots=True)
class Row:
    """A duty: a notice between `earliest` and `latest` days before the anchor.

    It holds for contracts whose cycle is at least `cycle_months` long, or that bind for
    `term_months`, by cards of `network`, in `state`; None is any. A negative number of days lies
    after the anchor.
    """

    rule_set: str
    kind: str
    earliest: int
    latest: int
    anchor: Anchor = "renewal"
    cycle_months: int = 0
    term_months: int = 0
    network: str | None = None
    state: str | None = None
    promotion: bool = False


#: Mastercard's 7-30 days is the current text; 3-7 stood in 2021 (evidence.md 12).
ROWS = (
    Row("visa_promotion", "renewal", 400, 7, network="visa", promotion=True),
    Row("mastercard_long_interval", "renewal", 30, 7, cycle_months=7, network="mastercard"),
    Row("mastercard_receipt", "receipt", 0, -7, anchor="charge", network="mastercard"),
    Row("california", "renewal", 45, 15, term_months=12, state="CA"),
    Row("new_york", "renewal", 45, 15, "cancellation_deadline", term_months=6, state="NY"),
    Row("colorado", "renewal", 40, 25, term_months=12, state="CO"),
    Row("delaware", "renewal", 60, 30, "cancellation_deadline", term_months=12, state="DE"),
)
_FAILED = ("bounced", "failed")
_MONTHS = {"week": 0, "month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class RenewalCheck:
    """One duty on one contract: the window, and the notice that met it."""

    rule_set: str
    opens: date
    closes: date
    notice: int | None

    def data(self) -> dict[str, Any]:
        """As `assessment.renewal_rules` shows it."""
        return {
            "rule_set": self.rule_set,
            "window": {"from": self.opens.isoformat(), "until": self.closes.isoformat()},
            "notice": self.notice,
            "ok": self.notice is not None,
        }


def renewal_checks(case: Case) -> tuple[RenewalCheck, ...]:
    """Every duty that holds for the renewals the charge paid; none for the first cycle."""
    return tuple(
        _checked(case, contract, row, cycle)
        for contract in case.contracts
        if contract.sold.is_recurring
        and (cycle := _cycle_paid(case, contract)) is not None
        and cycle.number > 1
        for row in ROWS
        if _holds(case, contract, row)
    )


def _cycle_paid(case: Case, contract: ContractFile) -> Cycle | None:
    """The cycle whose price the charge paid: the one of the lots that it funded."""
    grants = {share.grant for _, paid in contract.of_payments(case.charge) for share in paid.shares}
    starts = [lot.starts for lot in contract.state.lots.values() if lot.grant in grants]
    running = [
        cycle
        for cycle in contract.state.cycles.values()
        if any(cycle.starts <= day < cycle.ends for day in starts)
    ]
    return max(running, key=lambda cycle: cycle.number, default=None)


def _holds(case: Case, contract: ContractFile, row: Row) -> bool:
    sold = contract.sold
    if not isinstance(sold.billing, RecurringBilling):
        return False
    months = _MONTHS[sold.billing.every]
    networks = {(paid.card.network or paid.card.brand) for _, paid in case.payments if paid.card}
    return (
        months >= row.cycle_months
        and months * (sold.billing.commitment_cycles or 1) >= row.term_months
        and (row.network is None or row.network in networks)
        and (row.state is None or row.state == in_rows(sold.state))
        and (not row.promotion or sold.promotion is not None)
    )


def _checked(case: Case, contract: ContractFile, row: Row, cycle: Cycle) -> RenewalCheck:
    day = cycle.starts
    if row.anchor == "cancellation_deadline":
        day -= timedelta(days=contract.sold.cancellation.notice_days)
    elif row.anchor == "charge":
        day = min(paid.effective_on for paid, _ in case.payments)
    opens, closes = day - timedelta(days=row.earliest), day - timedelta(days=row.latest)
    notice = next(
        (
            message.logged.position
            for message in contract.messages
            if _is_notice(case, message, row) and opens <= message.on <= closes
        ),
        None,
    )
    return RenewalCheck(row.rule_set, opens, closes, notice)


def _is_notice(case: Case, message: Message, row: Row) -> bool:
    """A notice that bounced is none."""
    return (
        message.is_a(row.kind, "out")
        and message.state.status not in _FAILED
        and case.known(message.logged.position)
    )
