"""Personal data stands apart: in no event, no answer and no view; and it can be erased."""

from typing import Any, get_args

import psycopg
import pytest

from aggregates.evidence.events import Kind
from consumers.bootstrap import running
from ledger.settings import Settings
from tests.commands.practice import (
    ADMIN,
    PACK,
    SOLD,
    VISITED,
    Practice,
    consent,
    pack,
    payment,
    sale,
    visit,
)

CANARY = "kanarienvogel"
COLUMNS = """
SELECT table_schema, table_name FROM information_schema.tables
WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'
ORDER BY table_schema, table_name
"""
LATER = "2026-02-01T10:00:00-05:00"


def secret(name: str) -> str:
    return f"{CANARY} {name}"


def trace(*names: str) -> dict[str, str]:
    return {name: secret(name) for name in names}


def told(practice: Practice) -> list[str]:
    """A life in which every personal field and every free text is filled; the kinds, in order."""
    card = payment("pay-1", tender="card", charge="ch-1") | trace("ip", "email", "account")
    dispute = {"dispute": "d-1", "charge": "ch-1", "amount": PACK, "reason": "fraudulent"}
    message = {"communication": "m-1", "subscription": "s-1", "kind": "receipt", "channel": "sms"}
    message |= {"direction": "out", "sent_at": VISITED} | trace("summary", "address")
    part = [{"line": "m", "quantity": "1"}]
    life: list[tuple[str, dict[str, Any]]] = [
        ("register_patient", {"patient": "p-1"} | trace("name", "email", "phone", "address")),
        ("publish_offer", pack(offer="told", description={"text": secret("text")})),
        ("sell_package", sale(consent=consent() | trace("signer", "witness"))),
        (
            "record_payment",
            card | {"subscription": "s-1", "device": trace("id", "fingerprint")},
        ),
        ("record_visit", visit(attendance={"checked_in_at": VISITED} | trace("booked_by"))),
        ("reverse_consumption", {"visit": "v-1"} | trace("reason")),
        ("extend", {"subscription": "s-1", "until": "2026-12-31"} | trace("reason")),
        ("log_communication", message),
        ("refund", {"subscription": "s-1", "refund": "r-1", "lines": part} | trace("reason")),
        ("open_dispute", dispute | {"opened_at": VISITED, "claim": trace("access_log")}),
        ("update_dispute", {"dispute": "d-1", "claim": trace("what_differs")}),
        ("approve_disclosure", APPROVAL | trace("reason")),
        ("record_booking", BOOKING | trace("booked_by", "reason")),
        *(
            ("record_evidence", evidence(kind, first | trace(*free)))
            for kind, (first, free) in EVIDENCE.items()
        ),
        ("sell_package", sale("s-2")),
        ("credit_note", {"subscription": "s-2", "note": "n", "amount": 1} | trace("reason")),
        ("void_sale", {"subscription": "s-2"} | trace("reason")),
    ]
    for command, data in life:
        practice.does(command, data, LATER, context={"channel": "web"} | CONTEXT)
    return [value for _, data in life for value in _secrets(data)] + list(CONTEXT.values())


APPROVAL = {"dispute": "d-1", "fields": ["claim.text"], "approver": "bob"}
APPROVAL |= {"expires": "2027-01-01T00:00:00Z"}
BOOKING = {"booking": "b-9", "patient": "p-1", "status": "booked", "for": "2026-12-01"}
EVIDENCE: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "terms_presented": ({"document_id": "terms"}, ()),
    "identity_checked": ({"type_of_id": "passport"}, ("matched_name", "by_whom")),
    "perk_used": ({"perk_id": "sauna"}, ()),
    "complaint": ({"issue_class": "result"}, ("response",)),
    "remedy": ({}, ("offer", "response")),
    "refund_request": ({}, ("requester", "reason")),
    "cancellation_request": ({"received_at": VISITED}, ("requester", "reason")),
    "cancellation_search": ({"channels": ["email"]}, ("identifiers_searched", "operator")),
    "card_event": ({"charge": "ch-1"}, ()),
    "account_closed_notice": ({"received_at": VISITED}, ()),
    "cardholder_withdrawal": ({"received_at": VISITED}, ()),
}


def evidence(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    named = {"evidence": f"e-{kind}", "kind": kind, "dispute": "d-1", "occurred_at": VISITED}
    return named | {"fields": fields}


CONTEXT = trace("ip", "device", "user_agent", "session")


def _secrets(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [found for item in value.values() for found in _secrets(item)]
    return [value] if isinstance(value, str) and value.startswith(CANARY) else []


def places(url: str, word: str) -> set[str]:
    """The tables in which a word stands anywhere."""
    found = set()
    with psycopg.connect(url) as connection:
        for schema, table in connection.execute(COLUMNS).fetchall():
            query = f'SELECT count(*) FROM "{schema}"."{table}" AS row WHERE row::text ILIKE %s'
            [(count,)] = connection.execute(query.encode(), [f"%{word}%"])
            if count:
                found.add(f"{schema}.{table}")
    return found


@pytest.fixture
def filled(practice: Practice, shared_database: str) -> tuple[Practice, list[str]]:
    """A clinic with all its read models up to date."""
    secrets = told(practice.opens())
    with running(Settings(database=shared_database)) as ledger:
        ledger.catch_up(practice.clinic)
    return practice, secrets


def test_personal_texts_stand_in_one_table_and_can_be_erased(
    filled: tuple[Practice, list[str]], shared_database: str
) -> None:
    practice, secrets = filled
    store, clinic = practice.commands.store, practice.clinic
    assert places(shared_database, CANARY) == {"ledger.personal"}
    assert kept(shared_database, clinic) == sorted(set(secrets))
    assert store.erase(clinic, "p-1") > 0
    of_the_offer = [secret("text")]
    assert [text for text in kept(shared_database, clinic) if text not in CONTEXT.values()] == (
        of_the_offer
    )
    assert store.verify(clinic) is None
    practice.does("record_visit", visit("v-2"), LATER)


def kept(url: str, clinic: str) -> list[str]:
    query = "SELECT DISTINCT value FROM ledger.personal WHERE clinic = %s AND value LIKE %s"
    with psycopg.connect(url) as connection:
        rows = connection.execute(query, (clinic, f"{CANARY}%")).fetchall()
    return sorted(value for (value,) in rows)


def test_every_kind_of_evidence_is_filled() -> None:
    assert EVIDENCE.keys() == set(get_args(Kind))


def test_the_same_text_has_another_digest_each_time(practice: Practice) -> None:
    """Digests of equal texts must not tell that the texts are equal."""
    practice.opens()
    for _ in range(2):
        practice.does("register_patient", {"patient": "p-1"} | trace("name"))
    names = [item.event.model_dump()["name"] for item in practice.history()[-2:]]
    assert len(set(names)) == 2


def test_documents_of_a_patient_are_erased_with_him(practice: Practice) -> None:
    practice.opens().sells()
    sha256 = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    scan = {"document": "doc-1", "kind": "terms", "media_type": "text/plain", "sha256": sha256}
    scan |= {"content_base64": "eA==", "subscription": "s-1"}
    practice.does("attach_document", scan, SOLD, actor=ADMIN)
    store = practice.commands.store
    assert store.document(practice.clinic, sha256) is not None
    store.erase(practice.clinic, "p-1")
    assert store.document(practice.clinic, sha256) is None
    assert store.verify(practice.clinic) is None
