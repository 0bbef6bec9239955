"""Whether the policy was properly disclosed (evidence.md 2.4)."""

from collections.abc import Iterator
from dataclasses import dataclass

from aggregates.subscription.events import ConsentRecorded
from ledger.events import Recorded
from projections.evidence.case import Case, ContractFile

_TICKED = {"checked", "ticked", "on", "true", "selected"}


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The five conditions, for the consent that meets most of them."""

    consent: Recorded | None = None
    identified: bool = False
    before_payment: bool = False
    position: bool = False
    accepted: bool = False
    copy_delivered: bool = False

    @property
    def proper(self) -> bool:
        """All five hold."""
        return not self.lacking

    @property
    def lacking(self) -> list[str]:
        """The conditions that do not hold, in words."""
        named = {
            "the text accepted is not the one sold under, by digest": self.identified,
            "not shown before payment": self.before_payment,
            "not shown by the signature, checkbox or final screen": self.position,
            "no active acceptance recorded": self.accepted,
            "no delivered copy recorded": self.copy_delivered,
        }
        return [words for words, holds in named.items() if not holds]


def disclosure(case: Case, contract: ContractFile) -> Disclosure:
    """The best-documented acceptance of a refund or cancellation policy on a contract."""
    found = [
        _judged(contract, row, consent, set(_places(case, contract, consent)))
        for row, consent in contract.of(ConsentRecorded)
        if {"refund", "cancellation"} & set(consent.clauses) and case.known(row.position)
    ]
    return max(found, key=lambda item: -len(item.lacking), default=Disclosure())


def _places(
    case: Case, contract: ContractFile, consent: ConsentRecorded
) -> Iterator[tuple[object, object]]:
    """Where, and at what position, the accepted text was shown before it was accepted."""
    if consent.shown is not None:
        yield consent.shown.where, consent.shown.position
    for row, told in case.records("terms_presented"):
        about = told.subscription in (None, contract.key)
        same = told.fields.get("sha256") == consent.document.sha256
        if about and same and told.occurred_at <= consent.signed_at and case.known(row.position):
            yield told.fields.get("where_shown"), told.fields.get("position")


def _judged(
    contract: ContractFile,
    row: Recorded,
    consent: ConsentRecorded,
    places: set[tuple[object, object]],
) -> Disclosure:
    terms = contract.sold.terms
    signed = any(at == "signature" and where != "checkout" for where, at in places)
    counted = ("checkbox", "final_screen")
    checkout = any(at in counted and where == "checkout" for where, at in places)
    return Disclosure(
        consent=row,
        identified=terms is not None and terms.sha256 == consent.document.sha256,
        before_payment=consent.shown_before_payment,
        position=signed or checkout,
        accepted=consent.method != "click" or consent.default_state not in _TICKED,
        copy_delivered=_delivered(contract, consent.copy_communication),
    )


def _delivered(contract: ContractFile, communication: str | None) -> bool:
    return any(
        message.state.status in ("delivered", "opened")
        for message in contract.messages
        if message.state.logged and message.state.logged.communication == communication
    )
