"""What every processor's fields are filled from, and the files they name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from projections.evidence.assessment.gates import Assessment
from projections.evidence.codes.rules import DOCUMENTS
from projections.evidence.codes.table import CODES
from projections.evidence.paper.exhibits import Exhibit
from projections.evidence.paper.tables import timely
from projections.evidence.paper.words import Facts, amount_text, day_text, moment_text, plain

PACKET = "packet.pdf"
#: The sections and classes of document that show what was provided.
SERVED = ("usage", "attendance", "appointments", "perks")


@dataclass(frozen=True, slots=True)
class Answer:
    """The projected facts, the judgement, the letter and its summaries.

    `texts` are personal fields by the common processor names; `files` collects, by path, the
    exhibits that a field asked for. Where a limit leaves no room for files beside the packet,
    the packet goes `alone`: it holds every exhibit.
    """

    facts: Facts
    assessment: Assessment
    shown: Sequence[Exhibit]
    texts: Mapping[str, str]
    letter: str
    short: str
    long: str
    alone: bool = False
    files: dict[str, list[Exhibit]] = field(default_factory=dict)

    @property
    def network(self) -> str | None:
        """The card network: as the payment says, or as the code tells."""
        code = self.facts["identifiers"]["network_reason_code"]
        row = CODES.get(code or "")
        return self.facts["identifiers"]["network"] or (row.network if row else None)

    def file(self, name: str, *keys: str) -> str | None:
        """The path of a file with these sections and classes of document; None if there are none.

        Of one field's exhibits one file is made, for processors take one (evidence.md 3.1).
        """
        found = [item for item in self.shown if _key(item) in keys]
        if not found or self.alone:
            return None
        path = f"exhibits/{name}.pdf"
        self.files[path] = found
        return path


def _key(item: Exhibit) -> str:
    return item.key if item.sha256 is None else DOCUMENTS[item.key]


def present(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that have something to say."""
    return {name: value for name, value in fields.items() if value}


def description(answer: Answer) -> str:
    """What was sold, with neutral labels."""
    return "\n".join(
        f"{', '.join(map(_line, sale['lines']))}; price {amount_text(answer.facts, sale['price'])},"
        f" valid to {day_text(sale['expires'])}"
        for sale in answer.facts["sale"]
    )


def _line(line: Facts) -> str:
    """A line as sold; one of time has no quantity."""
    return f"{line['quantity']} x {line['label']}" if line["quantity"] else str(line["label"])


def service_dates(answer: Answer) -> list[str]:
    """The days on which services were provided, each once."""
    visits = timely(answer.facts, "visits")
    return sorted({visit["on"] for visit in visits if visit["status"] == "completed"})


def policy_disclosure(answer: Answer) -> str:
    """Where the policy was shown, when and how it was accepted."""
    consents = {item["position"]: item for item in timely(answer.facts, "consents")}
    told = []
    for item in answer.facts["disclosure"]:
        consent = consents.get(item["position"])
        if consent is not None and consent["shown_before_payment"]:
            where = consent["shown"]["where"] if consent["shown"] else "the clinic"
            told.append(
                f"The policy ({consent['document']} {consent['version']}) was shown on {where} "
                f"before payment and accepted by {plain(consent['method'])} on "
                f"{moment_text(answer.facts, consent['signed_at'])}."
            )
    return "\n".join(told)


def cancellation_rebuttal(answer: Answer) -> str:
    """What is on record about a cancellation."""
    asked = answer.facts["cancellations"]
    if not asked:
        return ""
    dates = ", ".join(day_text(item["on"]) for item in asked)
    return f"A cancellation request is on record: {dates}. The accepted policy is applied to it."


def refund_refusal(answer: Answer) -> str:
    """Why the used part does not go back, with the working."""
    if answer.assessment.advice != "partial":
        return ""
    unused = answer.facts["charge_statement"]["unused_value"]
    steps = "; ".join(
        f"{step['step']} {amount_text(answer.facts, step['amount'])}" for step in unused["working"]
    )
    total = amount_text(answer.facts, unused["amount"])
    return (
        f"The used part is not refundable. Unused value by the accepted terms: {total} ({steps})."
    )


def distinct_charges(answer: Answer) -> str:
    """Every charge with what it paid."""
    return "\n".join(
        f"{day_text(item['on'])}: {amount_text(answer.facts, item['amount'])} by "
        f"{plain(item['tender'])}, payment {item['payment']}"
        for item in answer.facts["payments"]
    )


def other_charges(answer: Answer) -> list[str]:
    """The contract's charges beside the disputed one."""
    charges = [item["charge"] for item in answer.facts["payments"] if not item["disputed"]]
    return [charge for charge in charges if charge]
