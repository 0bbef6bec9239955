"""Who may do what: the table of reliability.md 6.7, typed once more and tried out."""

from datetime import timedelta
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
    "register_patient": (ALONE, NEVER, NEVER, NEVER, ALONE, ALONE),
    "sell_package": (ALONE, NEVER, NEVER, NEVER, ALONE, ALONE),
    "record_consent": (ALONE, NEVER, NEVER, NEVER, ALONE, ALONE),
    "record_payment": (ALONE, NEVER, NEVER, NEVER, ALONE, ALONE),
    "record_visit": (ALONE, ALONE, NEVER, NEVER, ALONE, ALONE),
    "reverse_consumption": (ASKS, ASKS, ALONE, ASKS, ALONE, NEVER),
    "extend": (NEVER, NEVER, ASKS, ASKS, ALONE, NEVER),
    "refund": (ASKS, NEVER, ALONE, ASKS, ALONE, NEVER),
    "settle_refund": (NEVER, NEVER, ALONE, NEVER, ALONE, ALONE),
    "void_sale": (NEVER, NEVER, ASKS, ASKS, ALONE, NEVER),
    "credit_note": (NEVER, NEVER, ASKS, ASKS, ALONE, NEVER),
    "set_policy": (NEVER, NEVER, ASKS, NEVER, ALONE, NEVER),
    "record_payout": (NEVER, NEVER, ALONE, NEVER, ALONE, ALONE),
    "open_dispute": (NEVER, NEVER, NEVER, ALONE, ALONE, ALONE),
    "close_dispute": (NEVER, NEVER, NEVER, ALONE, ALONE, ALONE),
    "log_communication": (ALONE, ALONE, ALONE, ALONE, ALONE, ALONE),
    "attach_document": (ALONE, ALONE, ALONE, ALONE, ALONE, ALONE),
    "expire": (NEVER, NEVER, ALONE, NEVER, ALONE, ALONE),
    "close_period": (NEVER, NEVER, ALONE, NEVER, ALONE, NEVER),
}
CELLS = [
    (command, role, right)
    for command, row in TABLE.items()
    for role, right in zip(ROLES, row, strict=True)
]
POLICY = {"policy": "escheat", "value": "exempt", "effective": "2026-06-01", "reason": "law"}
DISPUTE = {"dispute": "d-1", "charge": "ch-1", "amount": PACK, "reason": "fraudulent"}
MESSAGE = {"communication": "m-1", "subscription": "s-1", "kind": "reminder", "channel": "sms"}
DOCUMENT = {"document": "doc-1", "kind": "terms", "media_type": "text/plain", "visit": "v-1"}
DATA: dict[str, dict[str, Any]] = {
    "define_clinic": {"name": "Glow", "currency": "USD", "timezone": "UTC"},
    "define_service": {"service": "peel", "label": "Peel", "list_price": 1},
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
    "record_visit": visit("v-2"),
    "reverse_consumption": {"visit": "v-1", "reason": "mistake"},
    "extend": {"subscription": "s-1", "until": "2026-12-31", "reason": "illness"},
    "refund": {"subscription": "s-1", "refund": "r-2", "reason": "moved away"},
    "settle_refund": {"refund": "r-1", "status": "paid"},
    "void_sale": {"subscription": "s-2", "reason": "keyed twice"},
    "credit_note": {"subscription": "s-2", "note": "n-1", "amount": 1, "reason": "agreed"},
    "set_policy": POLICY | {"approver": "bob"},
    "record_payout": {"payout": "po-1", "amount": PACK - 9000, "payments": ["pay-1"]},
    "open_dispute": DISPUTE | {"opened_at": VISITED},
    "close_dispute": {"dispute": "d-0", "outcome": "won"},
    "log_communication": MESSAGE | {"direction": "out", "sent_at": VISITED},
    "attach_document": DOCUMENT
    | {"sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}
    | {"content_base64": "eA=="},
    "expire": {"subscription": "s-1"},
    "close_period": {"period": "2026-01"},
}


def test_every_command_stands_in_the_table() -> None:
    assert TABLE.keys() == RIGHTS.keys() == NAMES == DATA.keys()


def lived(practice: Practice) -> Practice:
    """A pack paid by card, one visit, a refund on its way, an old dispute; and an unpaid pack."""
    practice.opens().sells(payment=payment("pay-1", tender="card", charge="ch-1"))
    practice.sells("s-2", paid=False)
    practice.does("record_visit", visit(), VISITED)
    part = [{"line": "m", "quantity": "1"}]
    given = {"subscription": "s-1", "refund": "r-1", "lines": part, "paid": False, "reason": "x"}
    practice.does("refund", given, VISITED)
    practice.does("open_dispute", DISPUTE | DISPUTE_0 | {"opened_at": VISITED}, VISITED)
    return practice


DISPUTE_0 = {"dispute": "d-0", "amount": 1, "case_type": "inquiry"}


@pytest.mark.parametrize("command", TABLE)
def test_each_role_and_this_command(practice: Practice, command: str) -> None:
    """In one clinic: who may not is told so, who asks needs an approver, one of the rest may."""
    if command != "define_clinic":
        lived(practice)
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


def ask(practice: Practice, command: str, actor: dict[str, str]) -> None:
    """Refused without an approver and with oneself; the attempt with another is not refused."""
    own = DATA[command] | {"approver": actor["id"]}
    bare = {key: value for key, value in DATA[command].items() if key != "approver"}
    for data in (own,) if command == "set_policy" else (bare, own):
        error = practice.refuses(command, data, VISITED, actor=actor)
        assert (error["code"], error["field"]) == ("approval_required", "data.approver")


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
    data = DATA[command] | {"approver": "bob"}
    assert lived(practice).does(command, data, VISITED, actor=actor).ok


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
