"""The charge statement: what a charge bought, used and left (evidence.md 6.1)."""

from datetime import date
from fractions import Fraction
from typing import Any

from aggregates.subscription import events as e
from aggregates.subscription.lot import Lot
from ledger.quantity import text_of
from ledger.ratios import rounded
from projections.evidence.case import Case, ContractFile
from projections.evidence.unused import charge_share, label_of


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
        if item.grant == lot.grant and case.counts(row)
    ]
    return {
        "subscription": contract.key,
        "label": label_of(contract, lot),
        "granted": None if lot.is_time else text_of(lot.granted),
        "used": _used(case, contract, lot),
        "carried_over": _carried_over(case, contract, lot),
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
            "label": contract.label(use.draw.service),
            **_at(use.drawn.position),
        }
        for use in contract.uses
        if use.draw.grant == lot.grant and case.counts(use.drawn)
    ]


def _carried_over(case: Case, contract: ContractFile, lot: Lot) -> list[dict[str, Any]]:
    """What another system had counted as used; it is told, and proves no visit."""
    undone = {event.key for _, event in contract.of(e.DrawReversed)}
    return [
        {
            "on": row.effective_on.isoformat(),
            "quantity": text_of(event.quantity),
            **_at(row.position),
        }
        for row, event in contract.of(e.UnitsDrawn)
        if event.carried_over and event.grant == lot.grant and event.key not in undone
        if case.counts(row)
    ]


def _at(position: int) -> dict[str, int]:
    return {"position": position}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
