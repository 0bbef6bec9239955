"""What to do about a dispute: the readiness gates in their order (evidence.md 6.5)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aggregates.subscription import events as e
from projections.evidence.arguments import (
    READ_BY_CHIP,
    Argument,
    Findings,
    argue,
    doubled,
    findings,
    open_units,
)
from projections.evidence.gather import Case
from projections.evidence.reasons import ORIGIN, RULES, Group, Rule, group
from projections.evidence.statement import unused_value

PARTIAL: tuple[Group, ...] = ("cancelled", "not_received", "described")


@dataclass(frozen=True, slots=True)
class Adverse:
    """A recorded fact that speaks against answering."""

    fact: str
    position: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """The advice, with all that it rests on (interfaces.md 7.1)."""

    group: Group
    rule: Rule
    advice: str
    supported: int
    arguments: tuple[Argument, ...]
    missing: tuple[str, ...]
    adverse: tuple[Adverse, ...]
    late: tuple[int, ...]
    found: Findings

    def data(self, exhibits: dict[str, str]) -> dict[str, Any]:
        """The shape of interfaces.md 7.1; `exhibits` gives the letter of each exhibit."""
        return {
            "advice": self.advice,
            "supported_amount": self.supported,
            "arguments": [
                {
                    "argument": item.argument,
                    "facts": list(item.facts),
                    "exhibits": [exhibits[key] for key in item.exhibits if key in exhibits],
                }
                for item in self.arguments
            ],
            "missing": [{"item": item, "from": ORIGIN[item]} for item in self.missing],
            "adverse": [{"fact": item.fact, "position": item.position} for item in self.adverse],
            "unused_value": self.found.unused.data(),
            "ce3": _compelling_evidence(self.group),
            "renewal_rules": [],
            "late_entries": list(self.late),
        }


def _compelling_evidence(kind: Group) -> dict[str, Any]:
    """Visa's programme is for remote payments only; personal traces are not compared here."""
    if kind != "card_absent":
        return {"verdict": "not_applicable", "priors": [], "elements": [], "missing": []}
    missing = ["two prior undisputed payments with the same address and device"]
    return {"verdict": "not_assessed", "priors": [], "elements": [], "missing": missing}


def assess(case: Case) -> Assessment:
    """Judges a case. A charge that nobody disputed is always for a person to look at."""
    opened = case.opened
    code = opened.network_reason_code if opened else None
    present = any(paid.card and paid.card.present for _, paid in case.payments)
    kind = group(code, opened.reason if opened else None, card_present=present)
    found = findings(case, unused_value(case))
    rule = RULES[kind]
    arguments = argue(found, rule.arguments)
    missing = _missing(found, rule)
    adverse = _adverse(found, kind)
    advice = _advice(found, kind, bool(missing or not arguments), bool(adverse), code)
    return Assessment(
        group=kind,
        rule=rule,
        advice=advice,
        supported=_supported(found, advice),
        arguments=tuple(arguments),
        missing=tuple(missing),
        adverse=tuple(adverse),
        late=tuple(_late(case)),
        found=found,
    )


def _advice(found: Findings, kind: Group, incomplete: bool, adverse: bool, code: str | None) -> str:
    case = found.case
    if case.opened is None:
        return "manual_review"
    if case.dispute.closed or case.opened.due_by is None or case.opened.due_by <= case.now:
        return "no_response_possible"
    if kind == "programme" or _unreadable(found, code) or adverse:
        return "accept"
    if sum(amount for _, amount in found.refunds) >= case.amount:
        return "fight"
    if kind in PARTIAL and 0 < found.unused.amount < case.amount:
        return "partial"
    if kind == "cancelled" and found.unused.amount >= case.amount:
        return "accept"
    return "manual_review" if incomplete else "fight"


def _supported(found: Findings, advice: str) -> int:
    if advice == "fight":
        return found.case.amount
    return found.case.amount - found.unused.amount if advice == "partial" else 0


def _unreadable(found: Findings, code: str | None) -> bool:
    """10.1 without a chip read, 10.2 on a terminal without PIN: nothing answers these."""
    cards = [paid.card for _, paid in found.case.payments if paid.card]
    if code == "10.1":
        return not any(card.entry in READ_BY_CHIP for card in cards)
    if code == "10.2":
        return not any(card.emv and card.emv.terminal_pin for card in cards)
    return False


def _adverse(found: Findings, kind: Group) -> list[Adverse]:
    facts = [Adverse("charged more than was owed", position) for position in doubled(found)]
    facts += [Adverse("refund promised and not paid", row) for row in _unpaid_refunds(found)]
    facts += [
        Adverse("charged after a recorded cancellation", row.position)
        for row, _ in found.case.payments
        for message in found.messages("cancellation", "in")
        if message.logged.effective_at < row.effective_at
    ]
    if kind == "cancelled" and not found.disclosed:
        facts += [
            Adverse(f"policy not properly disclosed: {'; '.join(item.lacking)}", _where(found, n))
            for n, item in enumerate(found.disclosures)
            if not item.proper
        ]
    return facts


def _unpaid_refunds(found: Findings) -> list[int]:
    return [
        row.position
        for contract in found.case.contracts
        for row, refund in contract.of(e.Refunded)
        if refund.refund in contract.state.refunds
        and not contract.state.refunds[refund.refund].paid
    ]


def _where(found: Findings, number: int) -> int:
    """The acceptance that falls short, or the sale when there was none."""
    consent = found.disclosures[number].consent
    return (consent or found.case.contracts[number].history[0]).position


def _missing(found: Findings, rule: Rule) -> list[str]:
    """The first item of each group of alternatives of which none is there."""
    return [
        alternatives[0]
        for alternatives in rule.required
        if not any(_HELD[item](found) for item in alternatives)
    ]


def _document(found: Findings, *kinds: str) -> bool:
    events = [row.event for row in found.case.documents]
    return any(getattr(event, "kind", None) in kinds for event in events)


_HELD: dict[str, Callable[[Findings], bool]] = {
    "card_present": lambda found: any(
        paid.card and paid.card.entry in READ_BY_CHIP for _, paid in found.case.payments
    ),
    "agreement": lambda found: (
        any(contract.of(e.ConsentRecorded) for contract in found.case.contracts)
        or _document(found, "agreement", "signed_agreement")
    ),
    "policy": lambda found: found.disclosed,
    "usage": lambda found: bool(found.uses),
    "attendance": lambda found: any(use.attended for use in found.uses),
    "availability": lambda found: any(open_units(found, item) for item in found.case.contracts),
    "refund": lambda found: bool(found.refunds),
    "cancellation_record": lambda found: (
        bool(found.messages("cancellation", "in")) or _document(found, "cancellation_search")
    ),
    "offer": lambda found: all(item.sold.description for item in found.case.contracts),
    "distinct_charges": lambda found: not doubled(found),
}


def _late(case: Case) -> list[int]:
    """Events that bear on the charge and were recorded after the dispute opened."""
    if case.opened is None or case.opening is None:
        return []
    bearing = [
        row
        for contract in case.contracts
        for row in contract.history
        if not isinstance(row.event, e.UnitsFrozen | e.DisputeSettled)
    ]
    first, moment = case.opening.position, case.opened.opened_at
    rows = [*bearing, *case.documents]
    return sorted(row.position for row in rows if row.position > first or row.recorded_at > moment)
