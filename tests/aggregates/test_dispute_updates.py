"""What is told of a dispute after it opened: funds taken late, news out of order, answers
(accounting.md 8.5, evidence.md 1.2, 1.3, 9).
"""

from typing import Any

import pytest

from aggregates import answering
from aggregates.dispute import events as d
from aggregates.dispute.orders import (
    ApproveDisclosure,
    RecordSubmission,
    SignalDispute,
    UpdateDispute,
)
from aggregates.subscription.events import UnitsFrozen
from ledger.codes import Code, Refused
from ledger.decider import Decided
from tests.support.clinic import DIGEST, Glow, at, parsed, sessions

TAKEN = {"1130": 95400, "6110": 1500, "1020": -96900}


def inquired(amount: int = 95400, **more: Any) -> Glow:
    """Three of six sessions used; the bank asks, and takes nothing yet."""
    glow = sessions(90000, 6, each=15000, **more)
    glow.sell("02-03", "six", tax=5400)
    glow.pay("02-03", 95400, charge="ch-1")
    glow.visit("02-10", "v1", "session:3")
    glow.dispute("04-10", amount, case_type="inquiry")
    return glow


def dispute(glow: Glow) -> d.DisputeOpened:
    found: d.DisputeOpened = glow.state("dispute", "d-1").opened
    return found


def test_an_inquiry_that_escalates_posts_and_freezes_on_the_day_the_money_goes() -> None:
    glow = inquired()
    before = glow.accounts()
    assert glow.update_dispute("04-11", due_by=at("04-30")) == {"dispute": "d-1"} | {
        "withdrawn": False
    }
    assert glow.accounts() == before
    assert glow.update_dispute(
        "04-12", status="needs_response", case_type="chargeback", fee=1500, funds_withdrawn=True
    ) == {"dispute": "d-1", "withdrawn": True}
    assert glow.journal()[-1] == ("04-12", "37", TAKEN)
    assert glow.visit("04-13", "v2", "session")[0]["reason"] == "held"
    glow.close_dispute("04-20", "lost")
    assert glow.journal()[-1] == (
        "04-20",
        "38",
        {"2100 session": 45000, "2200": 5400, "4910": 45000, "1130": -95400},
    )


@pytest.mark.parametrize("model", ["reclass_on_open", "contra_on_open"])
def test_money_taken_later_ends_as_money_taken_at_once(model: str) -> None:
    ends = []
    for later in (True, False):
        policies = {"escheat": "exempt", "dispute_model": model}
        glow = inquired(clinic=Glow(policies)) if later else _at_once(policies)
        if later:
            glow.update_dispute("04-10", funds_withdrawn=True)
        ends.append([glow.accounts()])
        glow.close_dispute("04-20", "lost", amount=60000)
        ends[-1].append(glow.accounts())
    assert ends[0] == ends[1]


def _at_once(policies: dict[str, Any]) -> Glow:
    glow = sessions(90000, 6, each=15000, clinic=Glow(policies))
    glow.sell("02-03", "six", tax=5400)
    glow.pay("02-03", 95400, charge="ch-1")
    glow.visit("02-10", "v1", "session:3")
    glow.dispute("04-10", 95400)
    return glow


def test_what_comes_twice_is_recorded_once() -> None:
    glow = inquired()
    told = {"status": "needs_response", "funds_withdrawn": True, "fee": 1500, "reason": "general"}
    glow.update_dispute("04-12", **told)
    length = len(glow.history)
    assert glow.update_dispute("04-12", **told) == {"dispute": "d-1", "withdrawn": True}
    assert len(glow.history) == length


NEWS = [
    # known first, told then: what stands in the end
    ({"status": "under_review"}, {"status": "needs_response", "amount": 5000}, 95400),
    ({"submission_count": 1}, {"submission_count": 0, "amount": 5000}, 95400),
    ({"status": "needs_response"}, {"status": "warning_under_review", "amount": 5000}, 95400),
    ({"status": "needs_response"}, {"status": "under_review", "amount": 5000}, 5000),
    ({"amount": 7000}, {"amount": 5000}, 5000),
]


@pytest.mark.parametrize(("first", "then", "amount"), NEWS)
def test_how_far_a_dispute_has_come_decides_and_not_who_arrived_last(
    first: dict[str, Any], then: dict[str, Any], amount: int
) -> None:
    glow = inquired()
    glow.update_dispute("04-12", **first)
    glow.update_dispute("04-13", **then)
    assert dispute(glow).amount == amount
    assert sum(part.amount for part in dispute(glow).parts) == amount


def test_of_two_that_tell_of_the_same_stage_the_later_one_counts() -> None:
    glow = inquired()
    glow.update_dispute("04-13", due_by=at("04-30"))
    glow.update_dispute("04-12", due_by=at("04-20"))
    assert dispute(glow).due_by == at("04-30")


def test_late_news_still_tell_that_the_money_is_gone() -> None:
    glow = inquired()
    glow.update_dispute("04-13", status="under_review")
    glow.update_dispute("04-12", status="needs_response", funds_withdrawn=True)
    assert glow.journal()[-1][1] == "37"
    assert glow.state("dispute", "d-1").status == "under_review"


def test_a_fee_that_is_told_later_is_posted_alone_and_freezes_nothing_more() -> None:
    glow = inquired()
    glow.update_dispute("04-12", funds_withdrawn=True)
    glow.update_dispute("04-14", fee=1500)
    assert glow.journal()[-1] == ("04-14", "37", {"6110": 1500, "1020": -1500})
    assert len(glow.events(UnitsFrozen)) == 1
    glow.close_dispute("04-20", "won", fee_returned=True)
    assert glow.journal()[-1][2] == {"1020": 96900, "1130": -95400, "6110": -1500}
    assert glow.payout("04-21", 95400, payments=("pay-1",), disputes=("d-1",))["unmatched"] == 0


REFUSALS = [
    ({"funds_withdrawn": False}, "data.funds_withdrawn"),
    ({"amount": 1}, "data.amount"),
    ({"fee": 0}, "data.fee"),
]


@pytest.mark.parametrize(("told", "field"), REFUSALS)
def test_what_was_withdrawn_comes_back_only_at_the_close(told: dict[str, Any], field: str) -> None:
    glow = inquired()
    glow.update_dispute("04-12", funds_withdrawn=True, fee=1500)
    refused = glow.update_dispute("04-13", **told)
    assert (refused.code, refused.field) == (Code.AMOUNT_MISMATCH, field)


def test_an_unknown_dispute_and_a_closed_one_are_not_updated() -> None:
    glow = inquired()
    assert glow.update_dispute("04-12", dispute="d-9").code is Code.UNKNOWN_DISPUTE
    glow.close_dispute("04-12", "withdrawn")
    assert glow.update_dispute("04-13", status="under_review").code is Code.DUPLICATE


def test_a_message_that_comes_after_the_close_is_no_mistake() -> None:
    glow = inquired()
    glow.close_dispute("04-12", "withdrawn")
    context, order = glow.context("04-13", "service"), parsed(UpdateDispute, {"dispute": "d-1"})
    told = answering.update_dispute(context, order, glow.state("dispute", "d-1"), {})
    assert isinstance(told, Decided)
    assert told.events == ()


def test_a_second_dispute_of_the_charge_holds_what_the_first_left() -> None:
    glow = inquired(30000)
    glow.update_dispute("04-11", funds_withdrawn=True)
    glow.close_dispute("04-12", "lost")
    glow.dispute("04-14", 65400, dispute="d-2")
    assert glow.visit("04-15", "v2", "session")[0]["reason"] == "held"
    glow.close_dispute("04-20", "lost", dispute="d-2")
    contract = glow.contract()
    assert (contract.ended, contract.paid) == ("disputed", 0)
    assert glow.accounts() == {"4000": -45000, "4910": 45000}


def test_more_than_the_charge_was_delivered() -> None:
    glow = inquired(100000)
    glow.update_dispute("04-11", funds_withdrawn=True)
    glow.close_dispute("04-20", "lost")
    assert glow.journal()[-1] == (
        "04-20",
        "38",
        {"2100 session": 45000, "2200": 5400, "4910": 49600, "1130": -100000},
    )


PACKET = {"dispute": "d-1", "packet_sha256": DIGEST, "profile": "issuer_min"}


def submitted(glow: Glow, on: str, **more: Any) -> Any:
    order = parsed(RecordSubmission, PACKET | {"submitted_at": at(on)} | more)
    context = glow.context(on)
    decided = answering.record_submission(context, order, glow.state("dispute", "d-1"))
    return glow.take(context, decided)


def approved(glow: Glow, on: str, **more: Any) -> Any:
    asked = {"dispute": "d-1", "fields": ("claim.text",), "reason": DIGEST, "approver": "bob"}
    order = parsed(ApproveDisclosure, asked | {"expires": at("04-30")} | more)
    context = glow.context(on, "dispute_handler")
    decided = answering.approve_disclosure(context, order, glow.state("dispute", "d-1"))
    return decided if isinstance(decided, Refused) else glow.take(context, decided)


def test_a_final_answer_is_the_last() -> None:
    glow = inquired()
    assert submitted(glow, "04-12", final=False) == {"dispute": "d-1", "final": False}
    assert submitted(glow, "04-13") == {"dispute": "d-1", "final": True}
    for final in (True, False):
        assert submitted(glow, "04-14", final=final).code is Code.DUPLICATE


def test_more_than_the_minimum_is_sent_only_while_an_approval_is_in_force() -> None:
    glow = inquired()
    assert submitted(glow, "04-12", fields=("claim.text",)).code is Code.APPROVAL_REQUIRED
    approved(glow, "04-12")
    refused = submitted(glow, "05-01", fields=("claim.text",))
    assert (refused.code, refused.field) == (Code.APPROVAL_REQUIRED, "data.fields")
    assert submitted(glow, "04-13", fields=("claim.text",))["final"]
    [sent] = glow.events(d.EvidenceSubmitted)
    assert sent.fields == ("claim.text",)


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"approver": "amy"}, Code.APPROVAL_REQUIRED, "data.approver"),
        ({"approver": None}, Code.APPROVAL_REQUIRED, "data.approver"),
        ({"expires": at("04-12")}, Code.INVALID, "data.expires"),
    ],
)
def test_who_asks_to_show_more_does_not_allow_it(
    more: dict[str, Any], code: Code, field: str
) -> None:
    refused = approved(inquired(), "04-12", **more)
    assert (refused.code, refused.field) == (code, field)


def test_an_approval_names_its_fields_and_its_end() -> None:
    glow = inquired()
    approved(glow, "04-12")
    state = glow.state("dispute", "d-1")
    assert state.disclosable(at("04-29")) == {"claim.text"}
    assert state.disclosable(at("04-30")) == set()


def test_the_answer_to_a_dispute_nobody_opened_is_refused() -> None:
    glow = sessions(90000, 6)
    assert submitted(glow, "02-01").code is Code.UNKNOWN_DISPUTE
    assert approved(glow, "02-01").code is Code.UNKNOWN_DISPUTE
    assert isinstance(glow.close_dispute("02-01", "won"), Refused)


def test_a_warning_follows_the_due_date_as_it_is_known_now() -> None:
    glow = inquired()
    assert answering.warn_from(glow.state("dispute", "d-1")) is None
    glow.update_dispute("04-12", due_by=at("04-30"))
    assert answering.warn_from(glow.state("dispute", "d-1")) == at("04-27")
    context = glow.context("04-27")
    order = parsed(SignalDispute, {"dispute": "d-1"})
    told = answering.signal_dispute(context, order, glow.state("dispute", "d-1"))
    assert isinstance(told, Decided)
    glow.take(context, told)
    glow.update_dispute("04-28", due_by=at("05-10"))
    assert answering.warn_from(glow.state("dispute", "d-1")) == at("05-07")
