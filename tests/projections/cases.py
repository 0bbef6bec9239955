"""The case of a disputed charge from a history in memory: what `gather` reads from the store."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from aggregates.communication.events import CommunicationLogged
from aggregates.communication.state import COMMUNICATION
from aggregates.dispute.events import DisputeOpened
from aggregates.dispute.state import DISPUTE
from aggregates.document.events import DocumentAttached
from aggregates.subscription import events as e
from aggregates.subscription.evolve import SUBSCRIPTION
from ledger.events import Event, Recorded
from ledger.store.rows import Head
from projections.balances.asof import View, contract_history
from projections.balances.report import presented
from projections.evidence.case import Case, ContractFile, Message, Use
from tests.support.clinic import Glow, day

CHIP: dict[str, Any] = {
    "brand": "visa",
    "last4": "4242",
    "entry": "chip",
    "present": True,
    "network": "visa",
}
REMOTE = CHIP | {"entry": "ecommerce", "present": False}


def case_of(
    glow: Glow,
    on: str,
    code: str | None,
    *,
    amount: int | None = None,
    claim: dict[str, str] | None = None,
    documents: Iterable[str] = (),
    sold: dict[str, Any] | None = None,
    days_left: int = 14,
    **opened: Any,
) -> Case:
    """The dispute of charge ``ch-1`` recorded on a day, `days_left` before the answer is due.

    `documents` are the kinds of attached ones; `sold` changes the terms of the sale.
    """
    history = [_resold(row, sold or {}) for row in glow.history]
    rows = [_attached(history, kind, on) for kind in documents]
    opening = _opening(history, on, code, amount, days_left, opened)
    view = View(day(on), opening.position - 1)
    return Case(
        clinic="glow",
        profile=glow.state("clinic"),
        charge="ch-1",
        dispute=DISPUTE.fold([opening]),
        opening=opening,
        contracts=tuple(_contracts(history, view)),
        documents=tuple(rows),
        as_of=day(on),
        now=_moment(day(on)),
        head=Head("glow", opening.position, "00" * 32, opening.recorded_at),
        disputed=None,
        priors=(),
        claim=claim or {},
        words={},
    )


def _opening(
    history: list[Recorded],
    on: str,
    code: str | None,
    amount: int | None,
    days_left: int,
    opened: dict[str, Any],
) -> Recorded:
    charged = sum(
        row.event.amount
        for row in history
        if isinstance(row.event, e.PaymentReceived) and row.event.charge == "ch-1"
    )
    moment = _moment(day(on))
    event = DisputeOpened(
        dispute="d-1",
        charge="ch-1",
        amount=amount or charged,
        currency="USD",
        reason=opened.pop("reason", "general"),
        network_reason_code=code,
        opened_at=moment,
        due_by=moment + timedelta(days=days_left),
        funds_withdrawn=True,
        parts=(),
        **opened,
    )
    return _recorded(history, "dispute/d-1", event, on)


def _attached(history: list[Recorded], kind: str, on: str) -> Recorded:
    event = DocumentAttached(document=kind, kind=kind, sha256="ab" * 32, media_type="t/p")
    return _recorded(history, f"document/{kind}", event, on)


def _recorded(history: list[Recorded], name: str, event: Event, on: str) -> Recorded:
    row = replace(
        history[-1],
        stream=f"glow/{name}",
        position=history[-1].position + 1,
        event=event,
        effective_on=day(on),
        effective_at=_moment(day(on)),
    )
    history.append(row)
    return row


def _resold(row: Recorded, terms: dict[str, Any]) -> Recorded:
    if not isinstance(row.event, e.PackageSold):
        return row
    return replace(row, event=row.event.model_copy(update=terms))


def _contracts(history: list[Recorded], view: View) -> Iterable[ContractFile]:
    keys = [row.event.subscription for row in history if isinstance(row.event, e.PackageSold)]
    for key in keys:
        own = [row for row in history if row.stream == f"glow/subscription/{key}"]
        if any(isinstance(r.event, e.PaymentReceived) and r.event.charge == "ch-1" for r in own):
            yield ContractFile(
                key=key,
                history=tuple(own),
                state=presented(
                    "glow", SUBSCRIPTION.fold(contract_history(own, view)), view.as_of
                ).state,
                uses=tuple(
                    Use(row, row.event, None, None)
                    for row in own
                    if isinstance(row.event, e.UnitsDrawn)
                ),
                messages=tuple(_messages(history, key)),
                labels={},
            )


def _messages(history: list[Recorded], key: str) -> Iterable[Message]:
    for row in history:
        if isinstance(row.event, CommunicationLogged) and row.event.subscription == key:
            own = [item for item in history if item.stream == row.stream]
            yield Message(row, COMMUNICATION.fold(own), row.event.sent_at.date())


def _moment(on: date) -> datetime:
    return datetime.combine(on, time(12), UTC)
