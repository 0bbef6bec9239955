"""The rebuttal letter: neutral, one page, every claim with its exhibit (evidence.md 6.1, 6.2)."""

from collections.abc import Mapping
from dataclasses import dataclass

from projections.evidence.assessment.gates import Advice, Assessment
from projections.evidence.paper.tables import timely
from projections.evidence.paper.words import (
    Facts,
    amount_text,
    card_text,
    day_text,
    local_day,
    moment_text,
    plain,
)

_POSITION: dict[Advice, str] = {
    "fight": "The clinic asks that the full amount of {supported} be returned to it.",
    "partial": "The clinic concedes {conceded}, the unused value, and asks for {supported}.",
    "accept": "The clinic does not contest this dispute.",
    "manual_review": "The clinic reserves its position until a person has reviewed this file.",
    "no_response_possible": "No response can be filed; this file is kept for the record.",
}
_ARGUED: tuple[Advice, ...] = ("fight", "partial", "manual_review")
#: Six bullets at most (evidence.md 6.1).
MOST_CLAIMS = 6
MOST_DATES = 8
SHORT, LONG = 500, 2000


@dataclass(frozen=True, slots=True)
class Letter:
    """What the first page says; `claims` are words with the exhibits that show them."""

    title: str
    block: tuple[tuple[str, str], ...]
    answer: str
    claims: tuple[tuple[str, str], ...]
    position: str
    remarks: tuple[str, ...]
    closing: str

    def text(self) -> str:
        """The letter as plain text, for a processor's text field."""
        block = "\n".join(f"{label}: {value}" for label, value in self.block)
        claims = "\n".join(f"- {words} ({shown})." for words, shown in self.claims)
        parts = (self.title, block, self.answer, claims, self.position, *self.remarks)
        return "\n\n".join(part for part in (*parts, self.closing) if part)

    def markdown(self) -> str:
        """The letter as Markdown; what stands in it is escaped."""
        lines = [f"# {_plain(self.title)}", ""]
        lines += [f"- {label}: {_plain(value)}" for label, value in self.block]
        lines += ["", _plain(self.answer), ""]
        lines += [f"- {words} ({shown})." for words, shown in self.claims]
        lines += ["", _plain(self.position), "", *self.remarks, "", self.closing, ""]
        return "\n".join(lines)


def letter(
    facts: Facts, assessment: Assessment, shown: Mapping[str, str], names: Mapping[str, str]
) -> Letter:
    """The letter; `shown` names the exhibits, `names` holds the customer's name if it may."""
    known = facts["identifiers"]
    return Letter(
        title=f"Response to dispute {known['dispute'] or '(none opened)'}",
        block=tuple(_block(facts, names)),
        answer=answer(assessment),
        claims=tuple(_claims(facts, assessment, shown)),
        position=_position(facts, assessment),
        remarks=tuple(_remarks(facts, assessment)),
        closing=f"For {known['clinic']}. The exhibits follow in the order of their weight.",
    )


def answer(assessment: Assessment) -> str:
    """The sentence that answers the code, as far as what it says is shown."""
    held = assessment.arguments
    if assessment.advice not in ("fight", "partial") or not held:
        return "What the clinic's record holds is listed below."
    leads = held[0].argument == assessment.rule.arguments[0]
    return assessment.rule.answer if leads else f"{held[0].words}."


def summary(facts: Facts, written: Letter, most: int) -> str:
    """The case in at most so many characters: whole sentences, the weightiest first."""
    known = facts["identifiers"]
    code = known["network_reason_code"] or plain(known["reason"])
    opening = (
        f"Dispute {known['dispute'] or '(none)'}, code {code} ({known['claim']}), "
        f"{amount_text(facts, known['amount'])} of the charge of "
        f"{day_text(known['transaction_date'])}."
    )
    sentences = [opening, written.answer, written.position]
    sentences += [f"{words} ({shown})." for words, shown in written.claims]
    sentences += list(written.remarks)
    text = ""
    for sentence in sentences:
        longer = f"{text} {sentence}".strip()
        if len(longer) > most:
            break
        text = longer
    return text or opening[:most]


def _block(facts: Facts, names: Mapping[str, str]) -> list[tuple[str, str]]:
    known = facts["identifiers"]
    card = known["card"]
    code = known["network_reason_code"] or plain(known["reason"]) or "none"
    due = known["due_by"]
    rows = {
        "Clinic": known["clinic"],
        "Customer": names.get("customer_name"),
        "Dispute": known["dispute"],
        "Reason": f"{code} - {known['claim']}",
        "Network": plain(known["network"]).title(),
        "Card": card_text(card) if card else None,
        "Charge": known["charge"],
        "ARN": known["arn"],
        "Transaction date": day_text(known["transaction_date"]),
        "Amount disputed": f"{amount_text(facts, known['amount'])} of a charge of "
        f"{amount_text(facts, known['charge_amount'])}",
        "Response due": moment_text(facts, due) if due else None,
    }
    return [(name, value) for name, value in rows.items() if value]


def _claims(
    facts: Facts, assessment: Assessment, shown: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Claims whose exhibits are there; nothing absent is cited."""
    if assessment.advice not in _ARGUED:
        return []
    claims = []
    for argument in assessment.arguments:
        named = [shown[key] for key in argument.exhibits if key in shown]
        if named:
            dates = _dates(facts, argument.facts) if "usage" in argument.exhibits else ""
            claims.append((argument.words + dates, ", ".join(named)))
    return claims[:MOST_CLAIMS]


def _dates(facts: Facts, positions: tuple[int, ...]) -> str:
    """The days of the visits that an argument rests on; many are counted."""
    days = sorted({item["on"] for item in facts["visits"] if item["position"] in positions})
    if not days:
        return ""
    if len(days) <= MOST_DATES:
        return f": {', '.join(map(day_text, days))}"
    return f": {len(days)} days from {day_text(days[0])} to {day_text(days[-1])}"


def _position(facts: Facts, assessment: Assessment) -> str:
    return _POSITION[assessment.advice].format(
        supported=amount_text(facts, assessment.supported),
        conceded=amount_text(facts, facts["identifiers"]["amount"] - assessment.supported),
    )


def _remarks(facts: Facts, assessment: Assessment) -> list[str]:
    """What happened before the dispute, said only as far as the record carries it."""
    if assessment.advice not in _ARGUED or not facts["identifiers"]["opened_at"]:
        return []
    heard = [item for item in timely(facts, "communications") if item["direction"] == "in"]
    if heard:
        days = sorted(local_day(facts, item["sent_at"]) for item in heard)
        return [f"The cardholder last wrote to the clinic on {day_text(days[-1])}."]
    searched = [
        item for item in timely(facts, "documents") if item["kind"] == "cancellation_search"
    ]
    if searched:
        return ["The cardholder did not contact the clinic before the dispute; see the search."]
    return []


def _plain(text: str) -> str:
    """Text that Markdown and HTML show as it is."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{letter}" if letter in "\\`*_[]#|" else letter for letter in escaped)
