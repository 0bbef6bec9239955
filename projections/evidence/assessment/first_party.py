"""Mastercard First-Party Trust: what ties a remote purchase to the cardholder (evidence.md 4.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from projections.evidence.case import Case

CODE = "4837"
#: One element of each group, by the names of the traces of a payment. Sources disagree whether
#: earlier payments are needed too, so none are asked for.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "device": ("ip", "device", "device_fingerprint"),
    "delivery": ("email",),
    "identity": ("account",),
}

Verdict = Literal["qualified", "not_qualified", "not_applicable"]


@dataclass(frozen=True, slots=True)
class FirstParty:
    """The verdict, the `elements` at hand by group, and the groups of which there is none."""

    verdict: Verdict
    elements: Mapping[str, tuple[str, ...]]
    missing: tuple[str, ...] = ()
    position: int | None = None

    def data(self) -> dict[str, Any]:
        """As `assessment.first_party_trust` shows it; traces themselves stay out."""
        return {
            "verdict": self.verdict,
            "elements": {group: list(names) for group, names in self.elements.items()},
            "missing": list(self.missing),
        }


def first_party(case: Case) -> FirstParty:
    """Not applicable but to Mastercard 4837 without the card."""
    opened, disputed = case.opened, case.disputed
    code = opened.network_reason_code if opened else None
    if code != CODE or disputed is None or (disputed.card and disputed.card.present):
        return FirstParty("not_applicable", {})
    elements = {
        group: tuple(name for name in names if disputed.traces.get(name))
        for group, names in GROUPS.items()
    }
    missing = tuple(group for group, names in elements.items() if not names)
    verdict: Verdict = "not_qualified" if missing else "qualified"
    return FirstParty(verdict, elements, missing, disputed.position)
