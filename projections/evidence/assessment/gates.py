"""What to do about a dispute: the readiness gates in their order (evidence.md 6.5)."""

from dataclasses import dataclass
from typing import Any, Literal

from aggregates.subscription import events as e
from aggregates.subscription.regaining_events import LossReversed
from projections.evidence.assessment.adverse import Adverse, adverse
from projections.evidence.assessment.arguments import Argument, argue
from projections.evidence.assessment.checklist import (
    Item,
    checklist,
    completeness,
    missing,
    origin,
)
from projections.evidence.assessment.findings import READ_BY_CHIP, Findings, findings
from projections.evidence.case import Case
from projections.evidence.codes.rules import RULES, Rule
from projections.evidence.codes.table import Group

Advice = Literal["fight", "partial", "accept", "manual_review", "no_response_possible"]
PARTIAL: tuple[Group, ...] = ("cancelled", "not_received", "described")
#: Chip liability shift: without a chip read nothing answers these (evidence.md 2.2).
COUNTERFEIT = ("10.1", "4870", "F30", "UA05", "4866")
#: The same for a stolen card with a PIN, on a terminal that could not ask for it.
STOLEN = ("10.2", "4871", "F31", "UA06", "4867")


@dataclass(frozen=True, slots=True)
class Assessment:
    """The advice, with all that it rests on (interfaces.md 7.1)."""

    rule: Rule
    advice: Advice
    supported: int
    arguments: tuple[Argument, ...]
    items: tuple[Item, ...]
    missing: tuple[str, ...]
    adverse: tuple[Adverse, ...]
    late: tuple[int, ...]
    found: Findings

    @property
    def completeness(self) -> tuple[int, int]:
        """How many of the needed items are there."""
        return completeness(self.items)

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
            "items": [
                {"item": item.item, "level": item.level, "satisfied": item.satisfied}
                for item in self.items
            ],
            "missing": [{"item": item, "from": origin(item)} for item in self.missing],
            "adverse": [{"fact": item.fact, "position": item.position} for item in self.adverse],
            "unused_value": self.found.unused.data(),
            "ce3": self.found.ce3.data(),
            "first_party_trust": self.found.first_party.data(),
            "renewal_rules": [check.data() for check in self.found.renewals],
            "late_entries": list(self.late),
        }


def assess(case: Case) -> Assessment:
    """Judges a case. A charge that nobody disputed is always for a person to look at."""
    found = findings(case)
    rule = RULES[found.group]
    arguments = argue(found, rule.arguments)
    items = checklist(found)
    lacking = missing(items)
    against = adverse(found)
    advice = _advice(found, incomplete=bool(lacking or not arguments), against=bool(against))
    return Assessment(
        rule=rule,
        advice=advice,
        supported=_supported(found, advice),
        arguments=tuple(arguments),
        items=items,
        missing=tuple(lacking),
        adverse=tuple(against),
        late=tuple(late_entries(case)),
        found=found,
    )


def _advice(found: Findings, *, incomplete: bool, against: bool) -> Advice:
    case, unused = found.case, found.unused.amount
    if case.opened is None:
        return "manual_review"
    over = case.dispute.closed or case.dispute.answered
    if over or case.opened.due_by is None or case.opened.due_by <= case.now:
        return "no_response_possible"
    if found.group == "programme" or _unreadable(found) or against:
        return "accept"
    if found.refunded >= case.amount:
        return "fight"
    if found.group in PARTIAL and 0 < unused < case.amount:
        return "partial"
    if found.group == "cancelled" and unused >= case.amount:
        return "accept"
    return "manual_review" if incomplete else "fight"


def _supported(found: Findings, advice: Advice) -> int:
    if advice == "fight":
        return found.case.amount
    return found.case.amount - found.unused.amount if advice == "partial" else 0


def _unreadable(found: Findings) -> bool:
    opened = found.case.opened
    code = opened.network_reason_code if opened else None
    cards = [card for _, card in found.cards]
    if code in COUNTERFEIT:
        return not any(card.entry in READ_BY_CHIP for card in cards)
    if code in STOLEN:
        return not any(card.emv and card.emv.terminal_pin for card in cards)
    return False


def late_entries(case: Case) -> list[int]:
    """Events that bear on the charge and were recorded after the dispute was (evidence.md 8)."""
    bearing = [
        row
        for contract in case.contracts
        for row in contract.history
        if not isinstance(row.event, e.UnitsFrozen | e.DisputeSettled | LossReversed)
    ]
    rows = [*bearing, *case.documents, *case.bookings, *case.evidence]
    rows += [message.logged for contract in case.contracts for message in contract.messages]
    return sorted({row.position for row in rows if not case.known(row.position)})
