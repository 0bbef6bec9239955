"""Visa Compelling Evidence 3.0: two earlier payments that share the buyer's traces (4.1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any, Literal

from aggregates.subscription.card import Card
from ledger.calendar import local_date
from projections.evidence.case import Case, Traced

CODE = "10.4"
PRIORS = 2
#: Both ages must lie here; where only some source would admit the pair it is borderline (4.1).
SURE = range(121, 365)
#: The widest reading of the conflicting sources.
WIDEST = range(120, 366)
SHORTEST = {"device_fingerprint": 20, "device": 15}

Verdict = Literal["qualified", "borderline", "not_qualified", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Compelling:
    """The verdict; `elements` match across all three payments, `missing` are the reasons."""

    verdict: Verdict
    priors: tuple[Traced, ...] = ()
    elements: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """As `assessment.ce3` shows it; traces themselves stay out."""
        return {
            "verdict": self.verdict,
            "priors": [
                {"charge": prior.charge, "on": prior.on.isoformat(), "position": prior.position}
                for prior in self.priors
            ],
            "elements": list(self.elements),
            "missing": list(self.missing),
        }


def compelling(case: Case) -> Compelling:
    """The best pair of earlier payments; not applicable but to Visa 10.4 without the card."""
    opened, disputed = case.opened, case.disputed
    if opened is None or opened.network_reason_code != CODE or disputed is None:
        return Compelling("not_applicable")
    if not _is_remote_visa(disputed.card):
        return Compelling("not_applicable")
    days = (local_date(opened.opened_at, case.profile.timezone), disputed.on)
    return judge(disputed, case.priors, days)


def judge(disputed: Traced, priors: Iterable[Traced], days: tuple[date, date]) -> Compelling:
    """The verdict on a payment; `days` are the dispute's and the transaction's.

    Sources differ on which of the two an age is measured from: both are (4.1).
    """
    aged = [prior for prior in priors if prior.amount and _age(prior, days) != "out"]
    if len(aged) < PRIORS:
        return Compelling("not_qualified", missing=("missing_prior_undisputed_transactions",))
    pairs = [(pair, matching(disputed, *pair)) for pair in combinations(aged, PRIORS)]
    good = [(pair, elements) for pair, elements in pairs if qualifies(elements)]
    if not good:
        return Compelling("not_qualified", missing=("missing_customer_identifiers",))
    sure = [item for item in good if all(_age(prior, days) == "sure" for prior in item[0])]
    pair, elements = (sure or good)[-1]
    missing = () if sure else ("an earlier payment 121 to 364 days old by either date",)
    return Compelling("qualified" if sure else "borderline", pair, elements, missing)


def matching(disputed: Traced, *priors: Traced) -> tuple[str, ...]:
    """The elements that are the same on all; a fingerprint and an id are one device."""
    shared = [
        name
        for name in ("ip", "device_fingerprint", "device", "email", "account")
        if _usable(name, disputed.traces)
        and all(prior.traces.get(name) == disputed.traces[name] for prior in priors)
    ]
    if "device_fingerprint" in shared and "device" in shared:
        shared.remove("device")
    return tuple(shared)


def qualifies(elements: Iterable[str]) -> bool:
    """Two main elements, or one and a secondary one; two secondary ones never do."""
    named = set(elements)
    main = ("ip" in named) + bool(named & {"device", "device_fingerprint"})
    return main >= 1 and main + len(named & {"email", "account"}) >= PRIORS


def _age(prior: Traced, days: tuple[date, date]) -> Literal["sure", "some", "out"]:
    ages = [(day - prior.on).days for day in days]
    if all(age in SURE for age in ages):
        return "sure"
    return "some" if any(age in WIDEST for age in ages) else "out"


def _usable(name: str, traces: Mapping[str, str]) -> bool:
    return len(traces.get(name, "")) >= SHORTEST.get(name, 1)


def _is_remote_visa(card: Card | None) -> bool:
    return card is not None and not card.present and (card.network or card.brand) == "visa"
