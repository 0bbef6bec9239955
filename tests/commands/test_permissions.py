"""Who may do what: the table of reliability.md 6.7, typed once more and tried out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commands.permissions import RIGHTS
from commands.registry import NAMES
from tests.commands.practice import PACK, SOLD, VISITED, Practice, payment, sale, visit

ROLES = ("front_desk", "provider", "accountant", "dispute_handler", "clinic_admin", "service")
ALONE, ASKS, NEVER = "alone", "asks", "never"

TABLE = {
    # command: front desk, provider, accountant, dispute handler, clinic admin, service
    "define_clinic": (NEVER, NEVER, NEVER, NEVER, ALONE, NEVER),
    "define_service": (NEVER, NEVER, NEVER, NEVER, ALONE, NEVER),
    "publish_offer": (NEVER, NEVER, NEVER, NEVER, ALONE, NEVER),
    "retire_offer": (NEVER, NEVER, NEVER, NEVER, ALONE, NEVER),
    "register_patient": (ALONE, NEVER, NEVER, NEVER, ALONE, ALONE),
    "sell_package": (ALONE, NEVER, NEVER, NEVER, ALONE, ALONE),
    "record_consent": (ALONE, NEVER, NEVER, NEVER, ALONE, ALONE),
    "record_payment": (ALONE, NEVER, NEVER, NEVER, ALONE, ALONE),
    "record_payment_failure": (ALONE, NEVER, NEVER, NEVER, ALONE, ALONE),
    "record_visit": (ALONE, ALONE, NEVER, NEVER, ALONE, ALONE),
    "sign_visit": (ALONE, ALONE, NEVER, NEVER, ALONE, ALONE),
    "carry_over_use": (NEVER, NEVER, NEVER, NEVER, ALONE, ALONE),
    "place_hold": (ALONE, ALONE, NEVER, ALONE, ALONE, ALONE),
    "release_hold": (ALONE, ALONE, NEVER, ALONE, ALONE, ALONE),
    "reverse_consumption": (ASKS, ASKS, ALONE, ASKS, ALONE, NEVER),
    "move_consumption": (ASKS, ASKS, ALONE, ASKS, ALONE, NEVER),
    "transfer_units": (ALONE, NEVER, NEVER, NEVER, ALONE, ALONE),
    "share": (ALONE, NEVER, NEVER, NEVER, ALONE, ALONE),
    "use_store_credit": (ALONE, NEVER, NEVER, NEVER, ALONE, ALONE),
    "grant_goodwill": (NEVER, NEVER, ASKS, ASKS, ALONE, NEVER),
    "pause": (ALONE, NEVER, ALONE, NEVER, ALONE, ALONE),
    "resume": (ALONE, NEVER, ALONE, NEVER, ALONE, ALONE),
    "cancel": (ALONE, NEVER, ALONE, NEVER, ALONE, ALONE),
    "change_plan": (ALONE, NEVER, ALONE, NEVER, ALONE, ALONE),
    "modify_contract": (ALONE, NEVER, ALONE, NEVER, ALONE, ALONE),
    "apply_changes": (NEVER, NEVER, ALONE, NEVER, ALONE, ALONE),
    "end_contract": (NEVER, NEVER, ALONE, NEVER, ALONE, ALONE),
    "extend": (NEVER, NEVER, ASKS, ASKS, ALONE, NEVER),
    "reinstate": (NEVER, NEVER, ASKS, ASKS, ALONE, NEVER),
    "write_off": (NEVER, NEVER, ASKS, ASKS, ALONE, NEVER),
    "assess_contract": (NEVER, NEVER, ASKS, NEVER, ALONE, NEVER),
    "refund": (ASKS, NEVER, ALONE, ASKS, ALONE, NEVER),
    "settle_refund": (NEVER, NEVER, ALONE, NEVER, ALONE, ALONE),
    "void_sale": (NEVER, NEVER, ASKS, ASKS, ALONE, NEVER),
    "credit_note": (NEVER, NEVER, ASKS, ASKS, ALONE, NEVER),
    "set_policy": (NEVER, NEVER, ASKS, NEVER, ALONE, NEVER),
    "set_estimate": (NEVER, NEVER, ASKS, NEVER, ALONE, NEVER),
    "post_adjustment": (NEVER, NEVER, ASKS, NEVER, ALONE, NEVER),
    "record_payout": (NEVER, NEVER, ALONE, NEVER, ALONE, ALONE),
    "open_dispute": (NEVER, NEVER, NEVER, ALONE, ALONE, ALONE),
    "update_dispute": (NEVER, NEVER, NEVER, ALONE, ALONE, ALONE),
    "close_dispute": (NEVER, NEVER, NEVER, ALONE, ALONE, ALONE),
    "record_submission": (NEVER, NEVER, NEVER, ALONE, ALONE, ALONE),
    "approve_disclosure": (NEVER, NEVER, NEVER, ASKS, ALONE, NEVER),
    "record_booking": (ALONE, ALONE, NEVER, NEVER, ALONE, ALONE),
    "record_evidence": (NEVER, NEVER, NEVER, ALONE, ALONE, ALONE),
    "log_communication": (ALONE, ALONE, ALONE, ALONE, ALONE, ALONE),
    "attach_document": (ALONE, ALONE, ALONE, ALONE, ALONE, ALONE),
    "expire": (NEVER, NEVER, ALONE, NEVER, ALONE, ALONE),
    "renew": (NEVER, NEVER, ALONE, NEVER, ALONE, ALONE),
    "bill": (NEVER, NEVER, ALONE, NEVER, ALONE, ALONE),
    "signal": (NEVER, NEVER, ALONE, NEVER, ALONE, ALONE),
    "dormancy": (NEVER, NEVER, ALONE, NEVER, ALONE, ALONE),
    "credit_dormancy": (NEVER, NEVER, ALONE, NEVER, ALONE, ALONE),
    "remit_unclaimed": (NEVER, NEVER, ALONE, NEVER, ALONE, NEVER),
    "claim_unclaimed": (ALONE, NEVER, ALONE, NEVER, ALONE, ALONE),
    "signal_soft_close": (NEVER, NEVER, ALONE, NEVER, ALONE, ALONE),
    "signal_dispute": (NEVER, NEVER, ALONE, NEVER, ALONE, ALONE),
    "close_period": (NEVER, NEVER, ALONE, NEVER, ALONE, NEVER),
    "reopen_period": (NEVER, NEVER, ASKS, NEVER, ALONE, NEVER),
    "request_approval": (ALONE, ALONE, ALONE, ALONE, ALONE, NEVER),
    "approve": (NEVER, NEVER, ALONE, NEVER, ALONE, NEVER),
    "reject": (ALONE, ALONE, ALONE, ALONE, ALONE, NEVER),
}
CELLS = [
    (command, role, right)
    for command, row in TABLE.items()
    for role, right in zip(ROLES, row, strict=True)
]
POLICY = {"policy": "escheat", "value": "exempt", "effective": "2026-06-01", "reason": "law"}
ESTIMATE = {"estimate": "b-1", "kind": "breakage", "rate": "0.1", "effective": "2026-06-01"} | {
    "evidence": "file 7"
}
DISPUTE = {"dispute": "d-1", "charge": "ch-1", "amount": PACK, "reason": "fraudulent"}
MESSAGE = {"communication": "m-1", "subscription": "s-1", "kind": "reminder", "channel": "sms"}
DOCUMENT = {"document": "doc-1", "kind": "terms", "media_type": "text/plain", "visit": "v-1"}
CLUB = {"offer": "club", "proration": "none"}
MONTHLY = {"kind": "recurring", "every": "month", "grants": "each_cycle"}
HOLD = {"patient": "p-1", "lines": [{"line": "1", "service": "massage"}], "for": VISITED}
BY_BOB = {"reason": "agreed", "approver": "bob"}
GIVEN = {"transferable": True, "shareable": True}
ACCRUED = [{"account": "5000", "debit": 1}, {"account": "2000", "credit": 1}]
MISTAKE = {"visit": "v-1", "reason": "mistake"}
REFUND = {"subscription": "s-1", "refund": "r-2", "reason": "moved away"}
ASKED = {"command": {"command": "reverse_consumption", "data": MISTAKE}}
REOPENED = {"period": "2025-12", "approvers": ["bob", "cy"], "reason": "a visit was missing"}
DATA: dict[str, dict[str, Any]] = {
    "define_clinic": {"name": "Glow", "currency": "USD", "timezone": "UTC"},
    "define_service": {"service": "peel", "label": "Peel", "list_price": 1},
    "retire_offer": {"offer": "pack"},
    "publish_offer": {
        "offer": "more",
        "name": "More",
        "price": 1,
        "lines": [{"kind": "units", "line": "m", "services": ["massage"], "quantity": "1"}],
    },
    "register_patient": {"patient": "p-2"},
    "sell_package": sale("s-3"),
    "record_consent": {
        "subscription": "s-1",
        "consent": "c-1",
        "document": {"id": "terms", "version": "1", "sha256": "a" * 64},
        "method": "click",
        "signer": "Pat",
        "signed_at": SOLD,
        "shown_before_payment": True,
    },
    "record_payment": payment("pay-2", 1) | {"subscription": "s-2"},
    "record_payment_failure": {"subscription": "s-2", "attempt": "a-1"}
    | {"amount": 1, "code": "card_declined"},
    "record_visit": visit("v-2"),
    "sign_visit": {"visit": "v-1", "signer": "Pat Doe"},
    "carry_over_use": {"subscription": "s-1", "visit": "before-1", "lines": [{"quantity": "1"}]},
    "place_hold": HOLD | {"booking": "b-1"},
    "release_hold": {"booking": "b-0"},
    "reverse_consumption": MISTAKE,
    "move_consumption": {"visit": "v-1", "line": "1", "to_subscription": "gift-1", "reason": "x"},
    "transfer_units": {"subscription": "gift-1", "line": "m", "quantity": "1", "reason": "a gift"}
    | {"to_patient": "p-3", "to_subscription": "gift-2"},
    "share": {"subscription": "gift-1", "patient": "p-3"},
    "use_store_credit": {"patient": "p-1", "use": "u-1", "amount": 1, "for": "payout"}
    | {"reason": "moved away"},
    "grant_goodwill": {"patient": "p-1", "service": "massage", "quantity": "1"} | BY_BOB,
    "pause": {"subscription": "club-1", "from": "2026-03-01", "until": "2026-03-05"},
    "resume": {"subscription": "club-1"},
    "cancel": {"subscription": "s-2", "effective": "now", "channel": "phone", "reason": "moved"},
    "change_plan": CLUB | {"subscription": "club-1", "effective": "next_cycle"},
    "modify_contract": {
        "subscription": "s-2",
        "modification": "m-1",
        "effective": "2026-01-12",
        "price": 100,
        "lines": [{"line": "m", "quantity": "1"}],
        "reason": "agreed",
    },
    "apply_changes": {"subscription": "club-1"},
    "end_contract": {"subscription": "club-1"},
    "extend": {"subscription": "s-1", "until": "2026-12-31", "reason": "illness"},
    "reinstate": {"subscription": "gone-1", "until": "2026-12-31"} | BY_BOB,
    "write_off": {"subscription": "gone-1", "amount": 1} | BY_BOB,
    "assess_contract": {"subscription": "doubt-1", "met": True} | BY_BOB,
    "refund": REFUND,
    "settle_refund": {"refund": "r-1", "status": "paid"},
    "void_sale": {"subscription": "s-2", "reason": "keyed twice"},
    "credit_note": {"subscription": "s-2", "note": "n-1", "amount": 1, "reason": "agreed"},
    "set_policy": POLICY | {"approver": "bob"},
    "set_estimate": ESTIMATE | {"approver": "bob"},
    "post_adjustment": {"adjustment": "adj-1", "lines": ACCRUED} | BY_BOB,
    "record_payout": {"payout": "po-1", "amount": PACK - 9000, "payments": ["pay-1"]},
    "open_dispute": DISPUTE | {"opened_at": VISITED},
    "update_dispute": {"dispute": "d-0", "reason": "duplicate"},
    "close_dispute": {"dispute": "d-0", "outcome": "won"},
    "record_submission": {"dispute": "d-0", "packet_sha256": "a" * 64}
    | {"profile": "issuer_min", "submitted_at": VISITED},
    "approve_disclosure": {
        "dispute": "d-0",
        "fields": ["claim.text"],
        "expires": "2027-01-01T00:00:00Z",
    }
    | BY_BOB,
    "record_booking": {"booking": "b-2", "patient": "p-1", "status": "booked", "for": "2026-02-03"},
    "record_evidence": {"evidence": "e-1", "kind": "perk_used", "patient": "p-1"}
    | {"occurred_at": VISITED, "fields": {"perk_id": "sauna"}},
    "log_communication": MESSAGE | {"direction": "out", "sent_at": VISITED},
    "attach_document": DOCUMENT
    | {"sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}
    | {"content_base64": "eA=="},
    "expire": {"subscription": "s-1"},
    "renew": {"subscription": "club-1"},
    "bill": {"subscription": "s-1"},
    "signal": {"subscription": "club-1"},
    "dormancy": {"subscription": "s-1"},
    "credit_dormancy": {"patient": "p-1"},
    "remit_unclaimed": {"remittance": "al-2", "amount": PACK, "patients": ["p-5"]},
    "claim_unclaimed": {"patient": "p-5"},
    "signal_soft_close": {"period": "2026-01"},
    "signal_dispute": {"dispute": "d-1"},
    "close_period": {"period": "2026-01"},
    "reopen_period": REOPENED,
    "request_approval": ASKED | {"request": "ask-1"},
    "approve": {"request": "ask-0"},
    "reject": {"request": "ask-0", "reason": "not now"},
}


def test_every_command_stands_in_the_table() -> None:
    assert TABLE.keys() == RIGHTS.keys() == NAMES == DATA.keys()


def lived(practice: Practice) -> Practice:
    """A pack paid by card, one visit, another one booked, a refund on its way, an old dispute; an
    unpaid pack; a membership with a pause ahead; and what `odd` adds.
    """
    practice.opens().sells(payment=payment("pay-1", tender="card", charge="ch-1"))
    practice.sells("s-2", paid=False)
    practice.does("publish_offer", DATA["publish_offer"] | {"offer": "club", "billing": MONTHLY})
    practice.does("sell_package", sale("club-1", offer="club"))
    practice.does("pause", {"subscription": "club-1", "from": "2026-02-01", "until": "2026-02-03"})
    practice.does("record_visit", visit(), VISITED)
    practice.does("place_hold", HOLD | {"booking": "b-0"}, VISITED)
    part = [{"line": "m", "quantity": "1"}]
    given = {"subscription": "s-1", "refund": "r-1", "lines": part, "paid": False, "reason": "x"}
    practice.does("refund", given, VISITED)
    practice.does("open_dispute", DISPUTE | DISPUTE_0 | {"opened_at": VISITED}, VISITED)
    practice.does("request_approval", ASKED | {"request": "ask-0"}, VISITED)
    return odd(practice)


def odd(practice: Practice) -> Practice:
    """A massage that may be given away, paid twice; one billed, unpaid and over; a sale that is no
    contract.
    """
    billed = {"kind": "once", "cancellable": False}
    for name, terms in (("gift", GIVEN), ("gone", {"billing": billed, "term": {"days": 1}})):
        practice.does("publish_offer", DATA["publish_offer"] | terms | {"offer": name})
        practice.does("sell_package", sale(f"{name}-1", offer=name))
    practice.does("sell_package", sale("doubt-1", contract_met=False))
    twice = payment("pay-g", 2) | {"subscription": "gift-1"}
    practice.does("record_payment", twice, actor={"id": "gateway", "role": "service"})
    return practice


DISPUTE_0 = {"dispute": "d-0", "amount": 1, "case_type": "inquiry"}


@pytest.mark.parametrize("command", TABLE)
def test_each_role_and_this_command(practice: Practice, command: str) -> None:
    """In one clinic: who may not is told so, who asks needs an approver, one of the rest may."""
    if command != "define_clinic":
        ready(practice, command)
    rights = dict(zip(ROLES, TABLE[command], strict=True))
    for role in sorted(ROLES, key=lambda name: (rights[name] == ALONE, name)):
        actor = {"id": f"the-{role}", "role": role}
        if rights[role] == NEVER:
            error = practice.refuses(command, DATA[command], VISITED, actor=actor)
            assert (error["code"], error["field"]) == ("forbidden", "actor.role"), role
        elif rights[role] == ASKS:
            ask(practice, command, actor)
        else:
            practice.does(command, DATA[command], VISITED, actor=actor)
            return


def ready(practice: Practice, command: str) -> Practice:
    """What a command acts on; before a reopening a close."""
    lived(practice)
    if command == "reopen_period":
        practice.does("close_period", {"period": "2025-12"}, VISITED)
    if command in ("remit_unclaimed", "claim_unclaimed"):
        unclaimed(practice)
    return practice


def unclaimed(practice: Practice) -> None:
    """Store credit of p-5 that his state gets after a month."""
    law = {"state": "AL", "kind": "credit_balance", "subject": True, "dormancy_months": 1}
    policy = {"policy": "escheat", "value": [law | {"effective_from": "2020-01-01"}]}
    practice.does("set_policy", policy | {"effective": "2026-01-01", "reason": "law"} | BY_BOB)
    practice.does("register_patient", {"patient": "p-5", "state": "AL"})
    paid = {"payment": payment("pay-5", tender="card")}
    practice.does("sell_package", sale("s-5", patient="p-5") | paid)
    back = {"subscription": "s-5", "refund": "r-5", "to": "store_credit", "reason": "x"}
    practice.does("refund", back, VISITED)
    practice.clock.now = datetime(2026, 4, 1, tzinfo=UTC)
    practice.does("credit_dormancy", {"patient": "p-5"}, "2026-03-31T10:00:00-04:00")


def approved(command: str, person: str) -> dict[str, Any]:
    """The approval of a person, of whom a reopening needs two."""
    return {"approvers": [person, "cy"]} if command == "reopen_period" else {"approver": person}


def ask(practice: Practice, command: str, actor: dict[str, str]) -> None:
    """Refused without an approver and with oneself; the attempt with another is not refused."""
    own = DATA[command] | approved(command, actor["id"])
    bare = {key: value for key, value in DATA[command].items() if key != "approver"}
    [field] = approved(command, "")
    for data in (
        (own,) if command in ("set_policy", "set_estimate", "reopen_period") else (bare, own)
    ):
        error = practice.refuses(command, data, VISITED, actor=actor)
        assert (error["code"], error["field"]) == ("approval_required", f"data.{field}")


@pytest.mark.parametrize(("command", "role", "right"), CELLS)
def test_the_programme_holds_the_same_table(command: str, role: str, right: str) -> None:
    held = RIGHTS[command]
    assert (role in held.may) == (right == ALONE)
    assert (role in held.asks) == (right == ASKS)


@pytest.mark.parametrize(
    ("command", "role"), [(command, role) for command, role, right in CELLS if right == ASKS]
)
def test_with_an_approver_who_asks_may(practice: Practice, command: str, role: str) -> None:
    actor = {"id": f"the-{role}", "role": role}
    data = DATA[command] | approved(command, "bob")
    assert ready(practice, command).does(command, data, VISITED, actor=actor).ok


@pytest.mark.parametrize("role", ["", "admin", "Clinic_Admin", "owner", "front desk"])
def test_no_other_role_exists(practice: Practice, role: str) -> None:
    practice.opens()
    error = practice.refuses("expire", {}, VISITED, actor={"id": "x", "role": role})
    assert (error["code"], error["field"]) == ("invalid", "actor.role")


OWN = {"id": "jo", "role": "front_desk"}


@pytest.mark.parametrize(
    ("minutes", "policies", "actor", "code"),
    [
        (15, {}, OWN, None),
        (16, {}, OWN, "approval_required"),
        (5, {"reversal_minutes": 5}, OWN, None),
        (6, {"reversal_minutes": 5}, OWN, "approval_required"),
        (0, {}, OWN | {"id": "kim"}, "approval_required"),
        (600, {}, {"id": "acc", "role": "accountant"}, None),
    ],
)
def test_who_recorded_a_visit_may_take_it_back_within_minutes(
    practice: Practice, minutes: int, policies: dict[str, int], actor: Any, code: str | None
) -> None:
    practice.opens(**policies).sells()
    practice.does("record_visit", visit(), VISITED, actor=OWN)
    practice.clock.now += timedelta(minutes=minutes)
    line = practice.line("reverse_consumption", DATA["reverse_consumption"], VISITED, actor=actor)
    result = practice.send(line)
    assert (result.error and result.error.code.value) == code


def test_nobody_approves_himself_even_in_time(practice: Practice) -> None:
    practice.opens().sells()
    practice.does("record_visit", visit(), VISITED, actor=OWN)
    data = DATA["reverse_consumption"] | {"approver": "jo"}
    error = practice.refuses("reverse_consumption", data, VISITED, actor=OWN)
    assert error["code"] == "approval_required"


MORE = {"subscription": "s-1", "refund": "r-9", "reason": "sorry"}


@pytest.mark.parametrize(
    ("role", "data", "code"),
    [
        ("clinic_admin", {"amount": 1, "goodwill": True}, "approval_required"),
        ("clinic_admin", {"amount": 1, "goodwill": True, "approver": "bob"}, None),
        ("accountant", {"amount": PACK}, "approval_required"),
        ("accountant", {"amount": PACK, "approver": "bob"}, None),
        ("accountant", {"amount": PACK - 9000}, None),
        ("dispute_handler", {"amount": PACK, "approver": "bob"}, None),
        ("front_desk", {"amount": PACK, "approver": "bob"}, "forbidden"),
        ("front_desk", {"amount": 1, "goodwill": True, "approver": "bob"}, "forbidden"),
        ("front_desk", {"approver": "bob"}, None),
    ],
)
def test_more_than_the_formula_gives_needs_a_second_person(
    practice: Practice, role: str, data: dict[str, Any], code: str | None
) -> None:
    """One of five massages is used: the formula gives 360.00."""
    practice.opens().sells()
    practice.does("record_visit", visit(), VISITED)
    actor = {"id": "me", "role": role}
    result = practice.send(practice.line("refund", MORE | data, VISITED, actor=actor))
    assert (result.error and result.error.code.value) == code


@pytest.mark.parametrize(
    ("approver", "code"), [(None, "approval_required"), ("acc", "approval_required"), ("bob", None)]
)
def test_a_clinic_may_ask_for_an_approver_of_each_close(
    practice: Practice, approver: str | None, code: str | None
) -> None:
    practice.opens(close_approvals=1)
    data = {"period": "2026-01"} | ({"approver": approver} if approver else {})
    actor = {"id": "acc", "role": "accountant"}
    result = practice.send(practice.line("close_period", data, VISITED, actor=actor))
    assert (result.error and result.error.code.value) == code
