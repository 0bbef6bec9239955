"""The answer in Stripe's field names (evidence.md 3.1), for the offline-service product type."""

from collections.abc import Mapping
from typing import Any

from ledger.errors import Broken
from projections.evidence.assess import Assessment
from projections.evidence.exhibits import Exhibit, amount_text
from projections.evidence.reasons import FILE_KINDS

LONGEST = 20_000
LONGEST_TOGETHER = 150_000
#: A generated exhibit that fills a file field when no attached document does.
_MADE = {
    "service_documentation": "usage",
    "receipt": "agreement",
    "refund_policy": "agreement",
    "cancellation_policy": "agreement",
    "customer_communication": "messages",
    "duplicate_charge_documentation": "payments",
}


def processor_fields(
    facts: dict[str, Any],
    assessment: Assessment,
    shown: list[Exhibit],
    texts: Mapping[str, str],
    letter: str,
) -> dict[str, Any]:
    """Texts, and for each file field the path of the exhibit to upload.

    Raises Broken when a text is longer than the processor takes: nothing is cut off unseen.
    """
    written = {name: _TEXTS[name](facts, assessment) for name in assessment.rule.texts}
    written |= {"product_description": _description(facts), "uncategorized_text": letter, **texts}
    fields = {name: text for name, text in written.items() if text}
    if (
        max(map(len, fields.values())) > LONGEST
        or sum(map(len, fields.values())) > LONGEST_TOGETHER
    ):
        raise Broken("the evidence is longer than the processor takes")
    files = {
        name: path
        for name in dict.fromkeys(("receipt", *assessment.rule.files))
        if (path := _file(name, shown)) is not None
    }
    return {**fields, **files, "uncategorized_file": "packet.pdf"}


def _file(field: str, shown: list[Exhibit]) -> str | None:
    attached = [item for item in shown if item.sha256 and item.key in FILE_KINDS[field]]
    made = [item for item in shown if not item.sha256 and item.key == _MADE.get(field)]
    return next((item.file for item in [*attached, *made]), None)


def _description(facts: dict[str, Any]) -> str:
    return "\n".join(
        f"{sale['name']}: "
        + ", ".join(map(_line, sale["lines"]))
        + f"; price {amount_text(facts, sale['price'])}, valid to {sale['expires'] or 'no expiry'}"
        for sale in facts["sale"]
    )


def _line(line: dict[str, Any]) -> str:
    """A line as sold; one of time has no quantity."""
    return f"{line['quantity']} x {line['label']}" if line["quantity"] else str(line["label"])


def _service_date(facts: dict[str, Any], _: Assessment) -> str:
    kept = [visit for visit in facts["visits"] if visit["status"] == "completed"]
    return ", ".join(dict.fromkeys(visit["on"] for visit in kept if not visit["late"]))


def _policy(facts: dict[str, Any], _: Assessment) -> str:
    consents = {consent["position"]: consent for consent in facts["consents"]}
    told = []
    for item in facts["disclosure"]:
        consent = consents.get(item["position"])
        if consent is not None and consent["shown_before_payment"]:
            where = consent["shown"]["where"] if consent["shown"] else "the clinic"
            told.append(
                f"The policy ({consent['document']} {consent['version']}) was shown on {where} "
                f"before payment and accepted by {consent['method']} at {consent['signed_at']}."
            )
    return "\n".join(told)


def _rebuttal(facts: dict[str, Any], assessment: Assessment) -> str:
    asked = [
        item
        for item in facts["communications"]
        if (item["kind"], item["direction"]) == ("cancellation", "in")
    ]
    if not asked:
        return ""
    dates = ", ".join(item["sent_at"] for item in asked)
    return f"A cancellation request is on record: {dates}. The accepted policy is applied to it."


def _refusal(facts: dict[str, Any], assessment: Assessment) -> str:
    if assessment.advice != "partial":
        return ""
    unused = facts["charge_statement"]["unused_value"]
    steps = "; ".join(
        f"{step['step']} {amount_text(facts, step['amount'])}" for step in unused["working"]
    )
    total = amount_text(facts, unused["amount"])
    return (
        f"The used part is not refundable. Unused value by the accepted terms: {total} ({steps})."
    )


def _duplicate(facts: dict[str, Any], _: Assessment) -> str:
    return "\n".join(
        f"{item['on']}: {amount_text(facts, item['amount'])} by {item['tender']} for payment "
        f"{item['payment']}"
        for item in facts["payments"]
    )


_TEXTS = {
    "service_date": _service_date,
    "cancellation_policy_disclosure": _policy,
    "refund_policy_disclosure": _policy,
    "cancellation_rebuttal": _rebuttal,
    "refund_refusal_explanation": _refusal,
    "duplicate_charge_explanation": _duplicate,
}
