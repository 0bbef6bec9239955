"""Lists page by page, and what is downloaded."""

import hashlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import orjson
import pytest

from consumers.http.downloads import FORMATS
from projections.evidence.paper import fitting
from projections.evidence.verify import verify_packet
from tests.http.conftest import AT, Api

DISPUTES = [f"d-{number}" for number in range(5)]


@pytest.fixture(scope="module")
def disputed(api: Api) -> Api:
    """Five disputes of five charges, the last due first."""
    for number, dispute in enumerate(DISPUTES):
        name = f"{number}"
        for clinic in ("glow", "dew"):
            api.post(
                "/v1/subscriptions",
                clinic=clinic,
                subscription=f"sd-{name}",
                patient="p-d",
                offer="two",
                at=AT,
            )
            paid: dict[str, Any] = {"payment": f"pd-{name}", "amount": 18000, "tender": "card"}
            path = f"/v1/subscriptions/sd-{name}/payments"
            api.post(path, clinic=clinic, **paid, charge=f"cd-{name}", at=AT)
            opened: dict[str, Any] = {"dispute": dispute, "charge": f"cd-{name}", "amount": 18000}
            due = f"2026-04-{20 - number:02d}T00:00:00Z"
            more = {"reason": "fraudulent", "opened_at": AT, "due_by": due, "at": AT}
            answer = api.post("/v1/disputes", clinic=clinic, **opened, **more)
            assert answer.status_code == 201, answer.text
    return api


def test_disputes_come_page_by_page_the_most_urgent_first(disputed: Api) -> None:
    seen, query = [], "limit=2"
    for _ in range(3):
        page = disputed.client().get(f"/v1/disputes?{query}").json()
        seen.append([item["dispute"] for item in page["items"]])
        query = f"limit=2&cursor={page['next']}"
    assert seen == [["d-4", "d-3"], ["d-2", "d-1"], ["d-0"]]
    assert page["next"] is None


def test_a_cursor_of_another_clinic_or_a_tampered_one_is_refused(disputed: Api) -> None:
    """B27."""
    own = disputed.client().get("/v1/disputes?limit=2").json()["next"]
    foreign = disputed.client("dew").get("/v1/disputes?limit=2").json()["next"]
    wrong = ("A" if own[0] != "A" else "B") + own[1:]
    for cursor in (foreign, wrong, own[:-4], "", "x", "%2e%2e", own * 50):
        answer = disputed.client().get(f"/v1/disputes?cursor={cursor}")
        assert (answer.status_code, answer.json()["field"]) == (400, "cursor")


def unpacked(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("form", FORMATS)
def test_the_journal_goes_to_every_program(api: Api, form: str) -> None:
    query = f"period=2026-03&format={form}&draft=true"
    answer = api.client().get(f"/v1/exports/journal?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/zip"
    name = f'attachment; filename="journal-2026-03-{form}.zip"'
    assert answer.headers["Content-Disposition"] == name
    files = unpacked(answer.content)
    batch = orjson.loads(files.pop("batch.json"))
    assert batch["debit"] == batch["credit"] > 0
    told = {file["file"]: file["sha256"] for file in batch["files"]}
    assert told == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("period=2026-03&format=iif", 409),
        ("format=csv", 400),
        ("period=2026-03&format=exe", 400),
        ("period=2026-03&detail=all", 400),
        ("period=2026-03&draft=maybe", 400),
        ("period=2016-2026", 400),
        ("period=2026-03&as_of=2026-03-01", 400),
    ],
)
def test_an_export_is_of_one_month_that_is_closed(api: Api, query: str, status: int) -> None:
    """B39: nobody gets ten years at once."""
    assert api.client().get(f"/v1/exports/journal?{query}").status_code == status


@pytest.mark.parametrize(
    ("query", "status", "code", "field"),
    [
        ("processor=bank", 400, "invalid", "processor"),
        ("paper=a5", 400, "invalid", "paper"),
        ("standard=x", 400, "invalid", "standard"),
        ("leave_out=doc-no", 400, "invalid", "leave_out"),
        ("include=treatment_notes", 403, "approval_required", "include"),
    ],
)
def test_a_packet_that_cannot_be_had_says_why(
    disputed: Api, query: str, status: int, code: str, field: str
) -> None:
    answer = disputed.client().get(f"/v1/disputes/d-0/evidence?{query}")
    told = answer.json()
    assert (answer.status_code, told["code"], told["field"]) == (status, code, field)


def test_a_packet_beyond_the_limits_says_what_to_leave_out(
    disputed: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "MOST_PAGES", 0)
    answer = disputed.client().get("/v1/disputes/d-0/evidence")
    told = answer.json()
    assert (answer.status_code, told["code"]) == (409, "packet_too_large")
    assert "of at most 0" in told["detail"]


def test_a_packet_is_for_the_processor_that_asked(disputed: Api) -> None:
    made = disputed.client().get("/v1/disputes/d-0/evidence?processor=square&paper=a4")
    assert made.status_code == 200
    assert (
        unpacked(made.content)["evidence.json"]
        != unpacked(disputed.client().get("/v1/disputes/d-0/evidence").content)["evidence.json"]
    )


def test_a_packet_proves_itself(disputed: Api, tmp_path: Path) -> None:
    answer = disputed.client(role="dispute_handler").get("/v1/disputes/d-0/evidence")
    assert answer.status_code == 200, answer.text
    files = unpacked(answer.content)
    for name, data in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    assert verify_packet(tmp_path) == []
    manifest = hashlib.sha256(files["manifest.json"]).hexdigest()
    assert answer.headers["Packet-Sha256"] == manifest


def test_an_answer_is_compressed_for_who_reads_that(api: Api) -> None:
    path = "/v1/events?limit=50"
    packed = api.client().get(path, headers={"Accept-Encoding": "gzip"})
    plain = api.client().get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.content == plain.content


def test_what_ends_a_bulk_request_early_is_its_last_line(api: Api) -> None:
    def sent() -> Iterator[bytes]:
        for number in range(300):
            yield (
                orjson.dumps(
                    {"command": "register_patient", "id": f"e-{number}", "at": AT}
                    | {"data": {"patient": f"e-{number}"}}
                )
                + b"\n"
            )
        yield b'{"command":"' + b"x" * (17 * 1024 * 1024)
        yield b'"}\n'

    kind = {"Content-Type": "application/x-ndjson"}
    headers = {"Authorization": api.client().headers["Authorization"], **kind}
    answer = httpx.post(f"{api.url}/v1/commands", content=sent(), headers=headers, timeout=60)
    found = [orjson.loads(line) for line in answer.text.splitlines()]
    assert answer.status_code == 200
    assert [one["ok"] for one in found] == [True] * 300 + [False]
    assert found[-1]["error"]["code"] == "too_large"
