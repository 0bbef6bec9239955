"""Recorded facts that speak against answering (evidence.md 6.5, gate 3)."""

from collections.abc import Iterator
from dataclasses import dataclass

from aggregates.subscription import events as e
from aggregates.subscription.change_events import CancellationRequested
from projections.evidence.assessment.findings import Findings, doubled

#: The channel of a cancellation that came from the clinic itself.
BY_CLINIC = "clinic"


@dataclass(frozen=True, slots=True)
class Adverse:
    """A fact against us, and the event that records it."""

    fact: str
    position: int


def adverse(found: Findings) -> list[Adverse]:
    """The facts against answering, each once."""
    facts = [
        *(Adverse("charged more than was owed", position) for position in doubled(found)),
        *(Adverse("refund promised and not paid", row) for row in _unpaid_refunds(found)),
        *(Adverse("refund promised and not paid", row) for row in _promised(found)),
        *_charged_a_closed_account(found),
        *_appointment_cancelled_by_us(found),
        *_charged_after_cancelling(found),
        *_ended_by_us(found),
        *_undisclosed(found),
    ]
    return list(dict.fromkeys(facts))


def _unpaid_refunds(found: Findings) -> Iterator[int]:
    for contract in found.case.contracts:
        for row, refund in contract.of(e.Refunded):
            given = contract.state.refunds.get(refund.refund)
            if given is not None and not given.paid:
                yield row.position


def _promised(found: Findings) -> list[int]:
    """A promise in writing, where no refund has left since."""
    if found.refunds:
        return []
    return [
        row.position
        for row, told in found.case.records("refund_request")
        if "promise_text_hash" in told.fields and told.fields.get("state") != "denied"
    ]


def _charged_a_closed_account(found: Findings) -> Iterator[Adverse]:
    for row, told in found.case.records("account_closed_notice"):
        if told.occurred_at < found.charged_at:
            yield Adverse("charged after a notice that the account was closed", row.position)


def _appointment_cancelled_by_us(found: Findings) -> Iterator[Adverse]:
    """Nothing was provided, and the last that is known of appointments is that we cancelled."""
    if found.group != "not_received" or found.delivered or found.to_come:
        return
    for position, told in found.bookings("cancelled"):
        if told.cancelled_by == BY_CLINIC:
            yield Adverse("the clinic cancelled the appointment", position)


def _charged_after_cancelling(found: Findings) -> Iterator[Adverse]:
    """A renewal after the request. Of a package paid in one sum, leaving stops no charge."""
    for item in found.case.cancellations():
        if item.on < found.charged_on:
            yield Adverse("charged after a recorded cancellation", item.position)


def _ended_by_us(found: Findings) -> Iterator[Adverse]:
    """What the clinic itself cancelled, it cannot say was there to be used."""
    for contract in found.case.contracts:
        for row, request in contract.of(CancellationRequested):
            if request.channel == BY_CLINIC and found.case.known(row.position):
                yield Adverse("the clinic ended the contract", row.position)


def _undisclosed(found: Findings) -> Iterator[Adverse]:
    """Without a disclosed policy, a cancelled service is lost (13.7, C05)."""
    if found.group != "cancelled":
        return
    for contract, item in zip(found.case.contracts, found.disclosures, strict=True):
        if not item.proper:
            row = item.consent or contract.history[0]
            words = f"policy not properly disclosed: {'; '.join(item.lacking)}"
            yield Adverse(words, row.position)
