"""The rebuttal letter: neutral, one page, every claim with its exhibit (evidence.md 6.1, 6.2)."""

from typing import Any

from projections.evidence.assess import Assessment
from projections.evidence.exhibits import Exhibit, amount_text

_POSITION = {
    "fight": "The clinic asks that the full amount of {supported} be returned to it.",
    "partial": "The clinic concedes {conceded}, the unused value, and asks for {supported}.",
    "accept": "The clinic does not contest this dispute.",
    "manual_review": "The clinic reserves its position until a person has reviewed this file.",
    "no_response_possible": "No response can be filed; this file is kept for the record.",
}


def letter(facts: dict[str, Any], assessment: Assessment, shown: list[Exhibit]) -> str:
    """The letter as Markdown."""
    return "\n".join(
        [
            f"# Response to dispute {facts['identifiers']['dispute'] or '(none opened)'}",
            "",
            *_block(facts),
            "",
            _answer(assessment),
            "",
            *_claims(assessment, shown),
            "",
            _position(facts, assessment),
            "",
            *[f"- Exhibit {exhibit.letter}: {exhibit.title}" for exhibit in shown],
            "",
        ]
    )


def _answer(assessment: Assessment) -> str:
    """The sentence that answers the code, as far as what it says is shown."""
    held = assessment.arguments
    if assessment.advice not in ("fight", "partial") or not held:
        return "What the clinic's record holds is listed below."
    leads = held[0].argument == assessment.rule.arguments[0]
    return assessment.rule.answer if leads else f"{held[0].words}."


def _block(facts: dict[str, Any]) -> list[str]:
    known = facts["identifiers"]
    card = known["card"]
    rows = {
        "Clinic": known["clinic"],
        "Reason code": known["network_reason_code"] or known["reason"] or "unknown",
        "Network": known["network"],
        "Charge": known["charge"],
        "ARN": known["arn"],
        "Card": f"{card['brand']} ending {card['last4']}" if card else None,
        "Transaction date": known["transaction_date"],
        "Amount disputed": amount_text(facts, known["amount"]),
        "Charge amount": amount_text(facts, known["charge_amount"]),
        "Response due": known["due_by"],
    }
    return [f"- {name}: {value}" for name, value in rows.items() if value]


def _claims(assessment: Assessment, shown: list[Exhibit]) -> list[str]:
    letters = {exhibit.key: exhibit.letter for exhibit in shown}
    claims = []
    for argument in assessment.arguments:
        named = [f"Exhibit {letters[key]}" for key in argument.exhibits if key in letters]
        if named and assessment.advice in ("fight", "partial", "manual_review"):
            claims.append(f"- {argument.words}: {', '.join(named)}.")
    return claims


def _position(facts: dict[str, Any], assessment: Assessment) -> str:
    return _POSITION[assessment.advice].format(
        supported=amount_text(facts, assessment.supported),
        conceded=amount_text(facts, facts["identifiers"]["amount"] - assessment.supported),
    )
