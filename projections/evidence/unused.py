"""The unused value of a charge, with its method and its working (evidence.md 11)."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from aggregates.expiry import missing_for_forfeiture
from aggregates.formulas import Step
from aggregates.losing import funding_share
from aggregates.quoting import quote
from aggregates.subscription import events as e
from aggregates.subscription.change_events import ContractEnded, EndedLot
from aggregates.subscription.lot import Lot
from aggregates.unused import Leaving, unused_lots
from aggregates.values import Formula
from ledger.ratios import rounded
from projections.evidence.case import Case, ContractFile

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


def unused_value(case: Case) -> Unused:
    """The contracts' refund formulas as of the dispute, in the charge's funding share."""
    steps = [step for contract in case.contracts for step in _steps(case, contract)]
    methods = dict.fromkeys(method(contract) for contract in case.contracts)
    return Unused(max(sum(step.amount for step in steps), 0), ", ".join(methods), tuple(steps))


def method(contract: ContractFile) -> Formula:
    """The refund formula of the terms that were accepted; without a clause, pro rata."""
    accepted = "refund" in contract.state.clauses
    return contract.sold.refund.formula if accepted else "pro_rata"


def charge_share(case: Case, contract: ContractFile, lot: Lot) -> Fraction:
    """The part of a lot's funding that the charge brought (accounting.md 4.10)."""
    payments = contract.state.payments.items()
    own = [payment for payment, paid in payments if paid.charge == case.charge]
    return sum((funding_share(contract.state, lot, payment) for payment in own), Fraction(0))


def label_of(contract: ContractFile, lot: Lot) -> str:
    """A lot as an issuer may see it: the labels of its services as of the sale."""
    if lot.is_time:
        return "Access"
    labels = dict.fromkeys(contract.label(term.service) for term in lot.services)
    return ", ".join(labels) if labels and len(labels) <= LABELS else "Package visit"


def _steps(case: Case, contract: ContractFile) -> list[Step]:
    if contract.state.ended is not None:
        return [*_after_the_end(case, contract), *_expired(case, contract)]
    return [*_by_formula(case, contract), *_expired(case, contract)]


def _by_formula(case: Case, contract: ContractFile) -> list[Step]:
    state = contract.state
    leaving = unused_lots(state, case.as_of)
    whole = quote(state, method(contract), leaving, case.as_of, whole=True)
    part = _charge_part(case, contract, leaving)
    if part == 1:
        return list(whole.working)
    own = rounded(whole.amount * part)
    label = f"less what other payments funded ({1 - part} of it)"
    return [*whole.working, Step(label, own - sum(step.amount for step in whole.working))]


def _charge_part(case: Case, contract: ContractFile, leaving: list[Leaving]) -> Fraction:
    freed = sum(item.freed for item in leaving)
    if not freed:
        return Fraction(1)
    own = sum(item.freed * charge_share(case, contract, item.lot) for item in leaving)
    return Fraction(own) / freed


def _after_the_end(case: Case, contract: ContractFile) -> Iterator[Step]:
    """What remained when the contract was cancelled counts, unless a disclosed clause forfeits
    it or it became store credit; then that is stated (interfaces.md 7.7).
    """
    for row, ended in contract.of(ContractEnded):
        if case.counts(row):
            for lot in ended.lots:
                yield from _left(case, contract, lot)


def _left(case: Case, contract: ContractFile, left: EndedLot) -> Iterator[Step]:
    lot = contract.state.lots[left.grant]
    name = label_of(contract, lot)
    if left.credited:
        yield Step(f"{name}: became store credit when the contract ended", 0)
    if left.held:
        yield Step(f"{name}: held for its owner by law", 0)
    if left.forfeited and "cancellation" in contract.state.clauses:
        yield Step(f"{name}: forfeited by the accepted cancellation clause", 0)
    elif left.forfeited:
        value = _own(case, contract, lot, left.forfeited)
        yield Step(f"{name}: left at the end, without an accepted cancellation clause", value)


def _expired(case: Case, contract: ContractFile) -> Iterator[Step]:
    """Expired units count unless the clause was accepted and the promised notices were sent."""
    for row, expired in contract.of(e.LotExpired):
        lot = contract.state.lots.get(expired.grant)
        if lot is None or not expired.forfeited or not case.counts(row):
            continue
        missing = missing_for_forfeiture(contract.state, row.effective_on, "expiry")
        if missing:
            value = _own(case, contract, lot, expired.forfeited)
            yield Step(
                f"{label_of(contract, lot)}: expired, but lacking {', '.join(missing)}", value
            )


def _own(case: Case, contract: ContractFile, lot: Lot, value: int) -> int:
    """The charge's part of a value without tax, with the tax on it."""
    state = contract.state
    taxed = Fraction(state.price + state.tax, state.price) if state.price else Fraction(1)
    return rounded(value * taxed * charge_share(case, contract, lot))
