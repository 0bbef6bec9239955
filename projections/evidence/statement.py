"""The charge statement: what a charge bought, used and left (evidence.md 6.1 and 11)."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from aggregates.formulas import Step
from aggregates.losing import funding_share
from aggregates.quoting import quote
from aggregates.subscription import events as e
from aggregates.subscription.lot import Lot
from aggregates.unused import Leaving, leaving_lots
from ledger.codes import Refused
from ledger.quantity import text_of
from ledger.ratios import rounded
from projections.evidence.gather import Case, ContractFile

#: A choice among more services than these is named by its kind.
LABELS = 3


@dataclass(frozen=True, slots=True)
class Unused:
    """The value of what the charge bought and nobody used, tax included, with its working."""

    amount: int
    method: str
    working: tuple[Step, ...]

    def data(self) -> dict[str, Any]:
        """As `assessment.unused_value` shows it (interfaces.md 7.1)."""
        steps = [{"step": item.step, "amount": item.amount} for item in self.working]
        return {"amount": self.amount, "method": self.method, "working": steps}


def charge_share(case: Case, contract: ContractFile, lot: Lot) -> Fraction:
    """The part of a lot's funding that the charge brought (accounting.md 4.10)."""
    payments = contract.state.payments.items()
    own = [payment for payment, paid in payments if paid.charge == case.charge]
    return sum((funding_share(contract.state, lot, payment) for payment in own), Fraction(0))


def unused_value(case: Case) -> Unused:
    """The contracts' refund formulas as of the dispute, in the charge's funding share.

    Units that expired without a disclosed expiry clause count as unused; those that became
    store credit or are held do not (evidence.md 11).
    """
    steps = [step for contract in case.contracts for step in _steps(case, contract)]
    methods = dict.fromkeys(contract.sold.refund.formula for contract in case.contracts)
    return Unused(max(sum(step.amount for step in steps), 0), ", ".join(methods), tuple(steps))


def _steps(case: Case, contract: ContractFile) -> list[Step]:
    state = contract.state
    leaving = leaving_lots(state, None, case.as_of)
    if isinstance(leaving, Refused) or state.ended is not None:
        return []
    formula = contract.sold.refund.formula
    whole = quote(state, formula, leaving, case.as_of, whole=True)
    part = _charge_part(case, contract, leaving)
    steps = list(whole.working)
    if part != 1:
        own = rounded(whole.amount * part)
        label = f"less what other payments funded ({1 - part} of it)"
        steps.append(Step(label, own - sum(step.amount for step in steps)))
    return steps + _undisclosed_expiry(case, contract)


def _charge_part(case: Case, contract: ContractFile, leaving: list[Leaving]) -> Fraction:
    freed = sum(item.freed for item in leaving)
    if not freed:
        return Fraction(1)
    own = sum(item.freed * charge_share(case, contract, item.lot) for item in leaving)
    return Fraction(own) / freed


def _undisclosed_expiry(case: Case, contract: ContractFile) -> list[Step]:
    if "expiry" in contract.state.clauses:
        return []
    return [
        Step(
            f"{_label(contract, expired.grant)}: expired without a disclosed clause",
            expired.forfeited,
        )
        for row, expired in contract.of(e.LotExpired)
        if expired.forfeited and row.effective_on <= case.as_of
    ]


def _label(contract: ContractFile, grant: str) -> str:
    return label_of(contract, contract.state.lots[grant])


def statement(case: Case) -> list[dict[str, Any]]:
    """Each lot that the charge funded, in contract order, as the dispute found it."""
    return [
        _lot(case, contract, lot, part)
        for contract in case.contracts
        for lot in contract.state.lots.values()
        if (part := charge_share(case, contract, lot)) > 0
    ]


def _lot(case: Case, contract: ContractFile, lot: Lot, part: Fraction) -> dict[str, Any]:
    extended = [
        {"on": row.effective_on.isoformat(), "until": item.lapses.isoformat(), **_at(row.position)}
        for row, event in contract.of(e.LotExtended)
        for item in event.lots
        if item.grant == lot.grant and row.effective_on <= case.as_of
    ]
    return {
        "subscription": contract.key,
        "label": label_of(contract, lot),
        "granted": None if lot.is_time else text_of(lot.granted),
        "used": _used(case, contract, lot),
        "extended": extended,
        "expired": text_of(lot.expired),
        "refunded": text_of(lot.refunded),
        "remaining": None if lot.is_time else text_of(lot.remaining),
        "expires": _day(lot.expires),
        "funded_by_charge": rounded(lot.paid_in * part),
        "funding_share": str(part),
        "value_left": rounded(lot.value_left(case.as_of) * part),
    }


def _used(case: Case, contract: ContractFile, lot: Lot) -> list[dict[str, Any]]:
    return [
        {
            "on": use.drawn.effective_on.isoformat(),
            "quantity": text_of(use.draw.quantity),
            "status": use.draw.status,
            "location": use.draw.location,
            "label": contract.labels.get(use.draw.service, "Package visit"),
            **_at(use.drawn.position),
        }
        for use in contract.uses
        if use.draw.grant == lot.grant and counted(case, use.drawn.effective_on, use.drawn.position)
    ]


def counted(case: Case, day: date, position: int) -> bool:
    """Whether an event took effect and was recorded before the dispute opened."""
    known = case.opening is None or position < case.opening.position
    return known and day <= case.as_of


def label_of(contract: ContractFile, lot: Lot) -> str:
    """A lot as an issuer may see it: the labels of its services as of the sale."""
    if lot.is_time:
        return "Access"
    labels = dict.fromkeys(contract.labels[term.service] for term in lot.services)
    return ", ".join(labels) if len(labels) <= LABELS else "Package visit"


def _at(position: int) -> dict[str, int]:
    return {"position": position}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
