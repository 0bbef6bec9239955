"""What to do about a dispute, and what of the charge is unused (evidence.md 1.5, 6.5, 11)."""

from typing import Any

import pytest

from projections.evidence.assessment.gates import Assessment, assess
from tests.projections.cases import CHIP, REMOTE, case_of
from tests.support.alterations import Altered
from tests.support.clinic import sessions

DIGEST = "5a" * 32
SHOWN = {"at": "2026-02-03T09:00:00-05:00", "where": "tablet", "position": "signature"}


def half_used(
    formula: str = "pro_rata",
    *,
    clauses: tuple[str, ...] = ("refund", "cancellation", "expiry"),
    card: dict[str, Any] = CHIP,
    disclosed: bool = False,
    **terms: Any,
) -> Altered:
    """Six sessions for 900.00 on 3 February, three used by 10 March, paid by card."""
    glow = Altered()
    document = {"document": "terms", "version": "3", "sha256": DIGEST}
    refund = {"formula": formula} | terms.pop("refund", {})
    sessions(90000, 6, clinic=glow, each=20000, refund=refund, terms=document, **terms)
    glow.sell("02-03", "six")
    if clauses:
        glow.consent("02-03", *clauses)
    if disclosed:
        _show_terms(glow)
    glow.pay("02-03", 90000, charge="ch-1", card=card)
    for on, visit in (("02-10", "v1"), ("02-24", "v2"), ("03-10", "v3")):
        glow.visit(on, visit, "session")
    return glow


def _show_terms(glow: Altered) -> None:
    """The consent as one that was shown by the signature, and whose copy arrived."""
    from dataclasses import replace

    from aggregates.subscription.consent import Shown
    from aggregates.subscription.events import ConsentRecorded

    glow.log("02-03", "copy-1", "receipt", status="delivered")
    for index, row in enumerate(glow.history):
        if isinstance(row.event, ConsentRecorded):
            shown = Shown.model_validate(SHOWN, strict=False)
            more = {"shown": shown, "copy_communication": "copy-1"}
            glow.history[index] = replace(row, event=row.event.model_copy(update=more))


def judged(glow: Altered, code: str, on: str = "04-10", **more: Any) -> Assessment:
    return assess(case_of(glow, on, code, **more))


def holds(assessment: Assessment) -> list[str]:
    return [item.argument for item in assessment.arguments]


@pytest.mark.parametrize(
    ("formula", "clauses", "amount", "method"),
    [
        # Half of 900.00; 900.00 less three at 200.00; without an accepted clause, pro rata.
        ("pro_rata", ("refund",), 45000, "pro_rata"),
        ("list_clawback", ("refund",), 30000, "list_clawback"),
        ("list_clawback", ("cancellation",), 45000, "pro_rata"),
        ("none", ("refund",), 0, "none"),
        ("none", (), 45000, "pro_rata"),
    ],
)
def test_unused_value_goes_by_the_accepted_terms(
    formula: str, clauses: tuple[str, ...], amount: int, method: str
) -> None:
    found = judged(half_used(formula, clauses=clauses), "13.1").found.unused
    assert (found.amount, found.method) == (amount, method)
    assert sum(step.amount for step in found.working) == amount


@pytest.mark.parametrize(
    ("clauses", "notice", "amount"),
    [
        (("refund", "expiry"), True, 0),
        (("refund", "expiry"), False, 45000),
        (("refund",), True, 45000),
    ],
)
def test_expired_units_are_worth_nothing_only_by_a_disclosed_clause_and_with_notice(
    *, clauses: tuple[str, ...], notice: bool, amount: int
) -> None:
    glow = half_used(clauses=clauses, notices={"before_expiry_days": [10]})
    if notice:
        glow.log("04-25", "n-1", "expiry")
    glow.policies["forfeiture_guard"] = "off"
    case = case_of(_unguarded(glow), "06-01", "13.1")
    assert assess(case).found.unused.amount == amount


def _unguarded(glow: Altered) -> Altered:
    """The same contract under a policy that forfeits whatever the guard would miss."""
    from dataclasses import replace

    from aggregates.subscription.events import PackageSold

    for index, row in enumerate(glow.history):
        if isinstance(row.event, PackageSold):
            policies = row.event.policies | {"forfeiture_guard": "off"}
            event = row.event.model_copy(update={"policies": policies})
            glow.history[index] = replace(row, event=event)
    glow.tick("05-10")
    return glow


@pytest.mark.parametrize(
    ("clauses", "amount", "stated"),
    [
        (("refund", "cancellation"), 0, "forfeited by the accepted cancellation clause"),
        (("refund",), 0, "became store credit"),
    ],
)
def test_after_a_cancellation_the_terms_say_what_is_left(
    clauses: tuple[str, ...], amount: int, stated: str
) -> None:
    glow = half_used(clauses=clauses)
    glow.cancel("03-20")
    found = judged(glow, "13.7", "04-10").found.unused
    assert found.amount == amount
    assert any(stated in step.step for step in found.working)


@pytest.mark.parametrize(
    ("code", "story", "more", "advice", "supported"),
    [
        ("13.1", {}, {"days_left": 0}, "no_response_possible", 0),
        ("10.5", {}, {}, "accept", 0),
        ("10.1", {}, {}, "fight", 90000),
        ("10.1", {"card": CHIP | {"entry": "swipe"}}, {}, "accept", 0),
        ("4870", {"card": CHIP | {"entry": "fallback"}}, {}, "accept", 0),
        ("10.2", {}, {}, "accept", 0),
        ("10.2", {"card": CHIP | {"emv": {"terminal_pin": True}}}, {}, "fight", 90000),
        ("10.3", {"card": CHIP | {"entry": "keyed"}}, {}, "manual_review", 0),
        ("13.7", {"disclosed": False}, {}, "accept", 0),
        ("13.7", {"disclosed": True}, {}, "partial", 45000),
        ("13.7", {"disclosed": True}, {"amount": 40000}, "accept", 0),
        ("13.1", {}, {}, "partial", 45000),
        ("13.1", {}, {"amount": 45000}, "fight", 45000),
        ("13.3", {}, {}, "partial", 45000),
        ("13.2", {}, {}, "manual_review", 0),
        ("13.2", {"disclosed": True}, {"documents": ["cancellation_search"]}, "fight", 90000),
        ("13.6", {}, {}, "manual_review", 0),
        ("13.6", {"disclosed": True}, {}, "fight", 90000),
        ("12.6.1", {}, {}, "fight", 90000),
        ("11.3", {}, {}, "manual_review", 0),
        ("11.3", {"card": CHIP | {"auth_code": "A1"}}, {}, "fight", 90000),
        ("12.5", {}, {}, "fight", 90000),
        ("10.4", {"card": REMOTE}, {}, "fight", 90000),
        ("10.4", {"card": REMOTE, "clauses": ()}, {}, "manual_review", 0),
        ("13.3", {}, {"case_type": "compliance"}, "manual_review", 0),
    ],
)
def test_the_gates_in_their_order(
    *, code: str, story: dict[str, Any], more: dict[str, Any], advice: str, supported: int
) -> None:
    found = judged(half_used(**{"disclosed": False} | story), code, **more)
    assert (found.advice, found.supported) == (advice, supported)


@pytest.mark.parametrize(
    ("what", "fact"),
    [
        ("cancelled", "charged after a recorded cancellation"),
        ("promised", "refund promised and not paid"),
        ("doubled", "charged more than was owed"),
        ("ended", "the clinic ended the contract"),
    ],
)
def test_what_speaks_against_us_ends_the_fight(what: str, fact: str) -> None:
    glow = half_used()
    if what == "cancelled":
        glow.log("01-20", "m-1", "cancellation", direction="in")
    elif what == "promised":
        glow.refund("03-20", paid=False)
    elif what == "doubled":
        glow.pay("02-04", 90000, charge="ch-1", role="service", card=CHIP)
    else:
        glow.cancel("03-20", channel="clinic")
    found = judged(glow, "13.1")
    assert (found.advice, [item.fact for item in found.adverse][:1]) == ("accept", [fact])


@pytest.mark.parametrize(
    ("code", "claim", "expected"),
    [
        ("13.1", {"what_differs": "no result"}, "dispute_is_for_quality"),
        (
            "13.1",
            {"last_expected_receipt_date": "2026-04-01"},
            "cardholder_canceled_before_expected_services_receipt_date",
        ),
        (
            "13.2",
            {"permission_withdrawn_date": "2026-02-20"},
            "services_used_after_cancellation_date",
        ),
        ("13.2", {"permission_withdrawn_date": "2026-01-20"}, "cardholder_canceled_different_date"),
        ("13.7", {"cancellation_date": "2026-01-20"}, "cardholder_canceled_different_date"),
    ],
)
def test_what_the_cardholder_states_can_be_contradicted(
    code: str, claim: dict[str, str], expected: str
) -> None:
    glow = half_used(disclosed=True)
    assert expected not in holds(judged(glow, code))
    glow.log("03-20", "m-1", "cancellation", direction="in")
    assert expected in holds(judged(glow, code, claim=claim))


def test_a_negative_search_is_an_argument_and_its_absence_is_not() -> None:
    glow = half_used(disclosed=True)
    by_policy = "cardholder_did_not_cancel_according_to_policy"
    assert by_policy not in holds(judged(glow, "13.2"))
    assert by_policy in holds(judged(glow, "13.2", documents=["cancellation_search"]))
    claim = {"withdrawal_target": "account"}
    found = judged(glow, "13.2", documents=["cancellation_search"], claim=claim)
    assert "merchant_not_notified_of_closed_account" in holds(found)


def test_what_is_missing_names_where_it_should_have_come_from() -> None:
    data = judged(half_used(), "13.2").data({})
    assert data["missing"] == [
        {
            "item": "policy",
            "from": "record_consent (shown, clauses, copy) with the document the offer was sold "
            "under",
        },
        {
            "item": "cancellation_record",
            "from": "cancel or log_communication (cancellation), or record_evidence "
            "(cancellation_request, cancellation_search)",
        },
    ]
    satisfied = {item["item"]: item["satisfied"] for item in data["items"]}
    assert (satisfied["agreement"], satisfied["policy"]) == (True, False)
