"""The content of the packet's pages, as the template takes it (evidence.md 6.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ledger.store.rows import Head
from projections.evidence.assessment.gates import Assessment
from projections.evidence.paper.exhibits import Exhibit
from projections.evidence.paper.letter import Letter, answer
from projections.evidence.paper.pictures import Drawn
from projections.evidence.paper.tables import Table
from projections.evidence.paper.timeline import timeline
from projections.evidence.paper.words import Facts, amount_text, day_text, plain
from projections.evidence.proof import CLAIM

_PAPERS = {"a4": "a4", "letter": "us-letter"}
#: Centimetres of an exhibit's page that its heading leaves to a picture, by paper.
_HEIGHT = {"a4": 21.2, "letter": 19.4}
_EMPTY = Table((), (), ())
KEEPING = (
    "These statements are drawn from an append-only record that the clinic keeps in the "
    "ordinary course of its business. Each entry names who made it, when it took effect and "
    "when it was recorded. Entries are never changed; corrections are new entries."
)


def frame(facts: Facts, paper: str, profile: str) -> dict[str, Any]:
    """What every page says."""
    known = facts["identifiers"]
    dispute = known["dispute"] or "none"
    code = known["network_reason_code"] or plain(known["reason"])
    card = f", card ending {known['card']['last4']}" if known["card"] else ""
    return {
        "paper": _PAPERS[paper],
        "title": f"Response to dispute {dispute}",
        "clinic": known["clinic"],
        "header": f"{known['clinic']} - dispute {dispute}",
        "footer": f"Reason code {code or 'none'}{card}. Disclosure profile: {profile}.",
        "letter": None,
        "certificate": None,
        "exhibits": [],
    }


def packet_content(
    facts: Facts,
    assessment: Assessment,
    written: Letter,
    shown: Mapping[str, str],
    certificate: dict[str, Any],
) -> dict[str, Any]:
    """All sections but the exhibits."""
    return {
        "letter": {
            **asdict(written),
            "claims": [{"words": words, "shown": names} for words, names in written.claims],
        },
        "summary": _summary(facts),
        "timeline": timeline(facts, shown),
        "argument": _argument(assessment, shown),
        "statement": _statement(facts),
        "certificate": certificate,
    }


def exhibit_content(
    shown: Sequence[Exhibit], drawn: Mapping[str, Drawn], paper: str
) -> list[dict[str, Any]]:
    """The exhibits; of an attached document its text or the names of its pictures."""
    return [_exhibit(item, drawn.get(item.sha256 or ""), paper) for item in shown]


def _exhibit(item: Exhibit, drawn: Drawn | None, paper: str) -> dict[str, Any]:
    table = item.table or _EMPTY
    return {
        "letter": item.letter,
        "title": item.title,
        "caption": item.caption,
        "columns": table.columns,
        "rows": table.rows,
        "widths": table.widths,
        "right": table.right,
        "marked": [],
        "text": drawn.text if drawn else [],
        "note": table.note,
        "pictures": [name for name, _ in drawn.pictures] if drawn else [],
        "height": _HEIGHT[paper],
    }


def _summary(facts: Facts) -> dict[str, Any]:
    rows: list[tuple[str, str]] = []
    lines: list[tuple[str, ...]] = []
    for sale in facts["sale"]:
        tax = f", and {amount_text(facts, sale['tax'])} tax" if sale["tax"] else ""
        present = {True: "in person", False: "remote", None: ""}[sale["present"]]
        named = {
            "Sold": ", ".join(
                filter(None, (day_text(sale["sold_on"]), present, plain(sale["channel"])))
            ),
            "Name": sale.get("name"),
            "Description": sale.get("description"),
            "Price": f"{amount_text(facts, sale['price'])}{tax}",
            "Plan": plain(sale["plan"]),
            "Valid": f"{day_text(sale['starts'])} to {day_text(sale['expires'])}",
            "Refund terms": plain(sale["refund_formula"]),
            "Invoice": sale["invoice"],
        }
        rows += [(name, value) for name, value in named.items() if value]
        lines += [
            (line["label"], line["quantity"] or "over time", amount_text(facts, line["allocated"]))
            for line in sale["lines"]
        ]
    return {"rows": rows, "columns": ("What was sold", "Units", "Price"), "lines": lines}


def _argument(assessment: Assessment, shown: Mapping[str, str]) -> dict[str, Any]:
    rows = [
        (item.words, ", ".join(shown[key] for key in item.exhibits if key in shown))
        for item in assessment.arguments
    ]
    return {
        "question": assessment.rule.question,
        "answer": answer(assessment),
        "columns": ("Fact", "Shown in"),
        "rows": [row for row in rows if row[1]],
    }


def _statement(facts: Facts) -> dict[str, Any]:
    unused = facts["charge_statement"]["unused_value"]
    lots = facts["charge_statement"]["lots"]
    used = [len(lot["used"]) for lot in lots]
    rows = [
        (
            lot["label"],
            lot["granted"] or "over time",
            f"{times}",
            _gone(lot),
            lot["remaining"] or "over time",
            day_text(lot["expires"]),
        )
        for lot, times in zip(lots, used, strict=True)
    ]
    notes = [_funded(facts, lot) for lot in lots if lot["funding_share"] != "1"]
    if lots and not notes:
        notes = ["This charge alone paid for all of it."]
    notes += [
        f"{lot['label']}: extended on {day_text(item['on'])} to {day_text(item['until'])}."
        for lot in lots
        for item in lot["extended"]
    ]
    notes += [
        f"{lot['label']}: {item['quantity']} used by {day_text(item['on'])}, as counted in the"
        " clinic's records of before; no visit is claimed for it."
        for lot in lots
        for item in lot["carried_over"]
    ]
    working = [(step["step"], amount_text(facts, step["amount"])) for step in unused["working"]]
    total = f"Unused value on {day_text(facts['as_of'])}, method {plain(unused['method'])}"
    return {
        "columns": ("Bought", "Granted", "Uses", "Expired or refunded", "Left", "Valid to"),
        "rows": rows,
        "notes": notes,
        "working": {
            "columns": ("Working", "Amount"),
            "rows": [*working, (total, amount_text(facts, unused["amount"]))],
        },
    }


def _funded(facts: Facts, lot: Facts) -> str:
    """What of a lot's price the charge paid (accounting.md 4.10)."""
    amount = amount_text(facts, lot["funded_by_charge"])
    return f"{lot['label']}: {amount} of its price, {lot['funding_share']}, came from this charge."


def _gone(lot: Facts) -> str:
    parts = [lot[name] for name in ("expired", "refunded") if lot[name] != "0"]
    return " and ".join(parts) or "0"


def certificate(
    facts: Facts, head: Head, digests: Sequence[tuple[str, str]], late: int
) -> dict[str, Any]:
    """How the records are made and what the folder proves (evidence.md 8)."""
    text = [KEEPING, CLAIM]
    if late:
        text.append(f"Recorded after the dispute, and not relied on here: {late} of its entries.")
    return {
        "text": text,
        "digests": [
            *digests,
            (f"Head of the record, position {head.position}", head.hash),
        ],
    }
