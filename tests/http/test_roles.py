"""Every role on every route, at one's own clinic and at another: permissions are the tables.

The answers are those of the tables of `commands.permissions` and `callers.READS`, whatever a
route does beside asking them; and no byte of another clinic is in any of them (I8).
"""

import logging
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx
import orjson
import pytest

from commands.permissions import RIGHTS
from consumers.http.callers import READS
from consumers.http.downloads import ZIP
from consumers.http.endpoints import ACTS as OF_ENDPOINTS
from consumers.http.endpoints import READS as MANAGING
from consumers.http.keys import SCOPES
from consumers.http.questions import QUESTIONS
from consumers.http.reporting import reports
from consumers.http.resources import RESOURCES, Resource
from consumers.webhooks.processors import PROCESSORS
from tests.commands.test_permissions import DATA
from tests.http.conftest import AT, Api

ROLES = ("front_desk", "provider", "accountant", "dispute_handler", "clinic_admin", "service")
CANARY = "canary-7f3a91c2"
#: What a path may name at the clinic `glow`; the rest is nowhere.
NAMES = defaultdict(lambda: "no-1", patient="p-1", subscription="s-1", period="2026-01")
#: Routes that are neither commands nor questions nor reports: what reads them, and by whom.
ACTS = {
    ("POST", "/v1/check"): "patients",
    ("GET", "/v1/periods/{period}"): "books",
    ("GET", "/v1/periods/{period}/proof"): "books",
    ("GET", "/v1/exports/journal"): "books",
    ("GET", "/v1/disputes/{dispute}/evidence"): "evidence",
}
READING: dict[tuple[str, str], str] = {
    **{("GET", question.path): question.reads for question in QUESTIONS},
    **{("GET", f"/v1/reports/{name}"): reads for name, reads in reports().items()},
    **ACTS,
    **{(act.method, act.path): MANAGING for act in OF_ENDPOINTS},
}
BODIES: dict[str, Any] = {
    "/v1/check": {"patient": "p-1", "lines": []},
    "/v1/webhook-endpoints/{endpoint}": {"url": "https://[::1]/"},
    "/v1/webhook-endpoints/{endpoint}/replays": {"first": 1},
}
QUERIES = {"/v1/exports/journal": {"period": "2026-01"}}


@pytest.fixture(scope="module")
def birds(api: Api) -> Api:
    """The other clinic's data carry a mark in every name and text that it may give itself."""
    sent: tuple[tuple[str, dict[str, Any]], ...] = (
        ("/v1/patients", {"patient": CANARY, "name": CANARY, "email": f"{CANARY}@example.org"}),
        ("/v1/services", {"service": CANARY, "label": CANARY, "list_price": 10000}),
        ("/v1/subscriptions", {"subscription": CANARY, "patient": CANARY, "offer": "two"}),
        (
            f"/v1/subscriptions/{CANARY}/payments",
            {"payment": CANARY, "amount": 18000, "tender": "card", "charge": CANARY},
        ),
    )
    for path, data in sent:
        assert api.post(path, clinic="dew", **data, at=AT).status_code == 201
    dispute: dict[str, Any] = {
        "dispute": CANARY,
        "charge": CANARY,
        "amount": 100,
        "reason": "fraudulent",
    }
    assert api.post("/v1/disputes", clinic="dew", **dispute, opened_at=AT).status_code == 201
    return api


def ask(
    client: httpx.Client, method: str, path: str, headers: dict[str, str] | None = None
) -> httpx.Response:
    place = path.format_map(NAMES)
    return client.request(
        method, place, headers=headers, params=QUERIES.get(path), json=BODIES.get(path)
    )


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "path"), READING, ids=lambda part: part)
def test_a_role_reads_what_the_table_says(birds: Api, method: str, path: str, role: str) -> None:
    answer = ask(birds.client("glow", role), method, path)
    allowed = role in READS[READING[method, path]]
    assert (answer.status_code == 403) == (not allowed), answer.text
    assert answer.status_code < 500
    assert CANARY not in seen(answer)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.command)
def test_a_role_sends_what_the_table_says(birds: Api, resource: Resource, role: str) -> None:
    """Whoever may not hears so; the others hear what there is to say about the data."""
    data = DATA[resource.command]
    place = resource.path.format(**data)
    body = {name: value for name, value in data.items() if name not in resource.fields}
    answer = birds.post(place, sender=role, **{"at": AT, **body})
    right = RIGHTS[resource.command]
    allowed = role in right.may | right.asks
    code = answer.json().get("code")
    assert (code == "forbidden") == (not allowed), answer.text
    assert (answer.status_code == 403) == (code in {"forbidden", "approval_required"})
    assert answer.status_code < 500
    assert CANARY not in seen(answer)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("method", "path"),
    [*READING, *(("POST", resource.path) for resource in RESOURCES)],
    ids=lambda part: part,
)
def test_another_clinic_is_not_there_for_anybody(
    birds: Api, method: str, path: str, role: str
) -> None:
    headers = {"Ledger-Clinic": "dew", "Idempotency-Key": "foreign"}
    answer = ask(birds.client("glow", role), method, path, headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_clinic")
    assert CANARY not in seen(answer)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/patients/{}/balance",
        "/v1/subscriptions/{}",
        "/v1/subscriptions/{}/history",
        "/v1/subscriptions/{}/refund-quote",
        "/v1/charges/{}/history",
        "/v1/disputes/{}/evidence",
    ],
)
def test_what_another_clinic_has_is_like_what_nobody_has(birds: Api, path: str) -> None:
    """B6: the same answer for a thing of dew's and for one that never was."""
    there, nowhere = (
        birds.client("glow").get(path.format(name)) for name in (CANARY, "nobody-7f3a91c2")
    )
    assert there.status_code == nowhere.status_code
    assert without_names(there) == without_names(nowhere)


def without_names(answer: httpx.Response) -> str:
    return answer.text.replace(CANARY, "?").replace("nobody-7f3a91c2", "?")


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.command)
def test_a_command_that_names_what_another_clinic_has_changes_nothing(
    birds: Api, resource: Resource
) -> None:
    before = birds.client("dew").get("/v1/events?after=0&limit=1000").content
    if "period" not in resource.fields and resource.fields:
        path = resource.path.format_map(dict.fromkeys(resource.fields, CANARY))
        birds.post(path, clinic="glow", at=AT, reason="x", status="paid", outcome="won")
    assert birds.client("dew").get("/v1/events?after=0&limit=1000").content == before


def test_the_mark_is_where_it_belongs_and_in_no_log(
    birds: Api, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        own = birds.client("dew").get(f"/v1/patients/{CANARY}/balance")
        other = birds.client("glow").get("/v1/events?after=0&limit=1000")
    assert CANARY in seen(own)
    assert CANARY not in seen(other)
    assert CANARY not in "".join(
        record.getMessage() for record in caplog.records if record.name.startswith("consumers")
    )


def test_a_command_may_not_be_sent_into_another_clinic_by_its_body(birds: Api) -> None:
    """B5: the clinic is the key's; a field for it is unknown."""
    answer = birds.post("/v1/patients", patient="p-x", clinic_id="dew")
    assert (answer.status_code, answer.json()["field"]) == (400, "clinic_id")


def test_every_route_stands_in_a_table(birds: Api) -> None:
    """Denied unless said otherwise: a route in no table has no test above."""
    told = birds.client().get("/openapi.json").json()["paths"]
    routes = {(method.upper(), path) for path, item in told.items() for method in item}
    known = {("POST", resource.path) for resource in RESOURCES} | READING.keys()
    own = {("POST", "/v1/commands"), ("POST", "/v1/tick")}
    hooks = {("POST", f"/v1/webhooks/{{clinic}}/{system}") for system in PROCESSORS}
    assert routes - known - own - hooks == {("GET", "/healthz"), ("GET", "/readyz")}


@pytest.mark.parametrize(
    ("scopes", "path", "status"),
    [
        (("read",), "/v1/patients/p-1/balance", 200),
        (("write",), "/v1/patients/p-1/balance", 403),
        (("read", "write"), "/v1/reports/trial-balance", 403),
        (("reports",), "/v1/reports/trial-balance", 200),
        (("reports",), "/v1/exports/journal?period=2026-01", 200),
        (("reports",), "/v1/disputes/d-1/evidence", 403),
        (("evidence",), "/v1/disputes/d-1/evidence", 404),
    ],
)
def test_a_key_is_for_its_scopes_only(
    api: Api, scopes: tuple[str, ...], path: str, status: int
) -> None:
    assert set(scopes) <= set(SCOPES)
    headers = {"Authorization": f"Bearer {api.key('glow', 'clinic_admin', *scopes)}"}
    assert httpx.get(api.url + path, headers=headers, timeout=60).status_code == status


def seen(answer: httpx.Response) -> str:
    """Everything that came: archives are looked into."""
    heads = orjson.dumps(dict(answer.headers)).decode()
    if answer.headers.get("Content-Type") != ZIP:
        return heads + answer.text
    return heads + "".join(unpacked(answer.content))


def unpacked(content: bytes) -> Iterator[str]:
    with ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            yield name + archive.read(name).decode(errors="replace")
