"""Mastercard First-Party Trust: one element of each group, and nothing of them told (4.2)."""

from dataclasses import replace
from datetime import date

import pytest

from aggregates.subscription.card import Card
from projections.evidence.assessment.gates import Assessment, assess
from projections.evidence.case import Traced
from tests.projections.cases import REMOTE, case_of
from tests.projections.test_assessment import half_used, holds

TRACES = {"ip": "203.0.113.7", "email": "pat@example.org", "account": "pat"}


def judged(code: str, traces: dict[str, str], *, present: bool = False) -> Assessment:
    card = REMOTE | {"brand": "mastercard", "network": "mastercard", "present": present}
    case = case_of(half_used(card=card), "04-10", code)
    paid = Traced("ch-1", date(2026, 2, 3), 90000, Card.model_validate(card), traces, 7)
    return assess(replace(case, disputed=paid))


@pytest.mark.parametrize(
    ("code", "left_out", "verdict", "missing"),
    [
        ("4837", "", "qualified", ()),
        ("4837", "ip", "not_qualified", ("device",)),
        ("4837", "email", "not_qualified", ("delivery",)),
        ("4837", "account", "not_qualified", ("identity",)),
        ("4837", "ip account", "not_qualified", ("device", "identity")),
        ("10.4", "", "not_applicable", ()),
    ],
)
def test_one_element_of_each_group_is_needed(
    code: str, left_out: str, verdict: str, missing: tuple[str, ...]
) -> None:
    traces = {name: text for name, text in TRACES.items() if name not in left_out.split()}
    found = judged(code, traces)
    trust = found.found.first_party
    assert (trust.verdict, trust.missing) == (verdict, missing)
    assert ("first_party_trust" in holds(found)) is (verdict == "qualified")
    told = str(found.data({})["first_party_trust"])
    assert not any(text in told for text in TRACES.values())


def test_it_holds_the_item_and_is_not_asked_where_the_card_was_there() -> None:
    items = {item.item: item.satisfied for item in judged("4837", TRACES).items}
    assert items["authentication"]
    assert not {item.item: item.satisfied for item in judged("4837", {}).items}["authentication"]
    found = judged("4837", TRACES, present=True).found.first_party
    assert found.verdict == "not_applicable"
