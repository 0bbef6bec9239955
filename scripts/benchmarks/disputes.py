"""Figures `packet` and `work_list`: a dispute's packet, and many disputes judged."""

import base64
import hashlib
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from time import perf_counter

from consumers.bootstrap import Ledger, running
from projections.evidence.packet import build_packet
from projections.evidence.worklist import work_list
from scripts.benchmarks import clinic as clinics
from scripts.benchmarks.clinic import Line, line
from scripts.benchmarks.figure import Figure, Sizes
from scripts.benchmarks.place import Place

CLINIC = "disputes"
OPENED, SOLD = "2026-01-02T09:00:00-05:00", "2026-01-05T10:00:00-05:00"
USED, DISPUTED = "2026-02-05T10:00:00-05:00", "2026-03-05T10:00:00-05:00"
NOW = datetime.fromisoformat("2026-03-06T10:00:00-05:00")
VISITS, DOCUMENTS, DISPUTES, FEW = 998, 20, 200, 20
BATCH = 200


def packet(place: Place, sizes: Sizes) -> Iterator[Figure]:
    """The packet of a long contract with many documents, against a short one's."""
    with running(place.settings(place.create("packet"))) as ledger:
        _record(ledger, _setup())
        _record(ledger, _contract("long", VISITS, DOCUMENTS))
        _record(ledger, _contract("short", 3, 1))
        ledger.catch_up(CLINIC)
        short, long = _built(ledger, "short"), _built(ledger, "long")
    unit = f"ms, {VISITS + 2:,} events and {DOCUMENTS} documents"
    yield Figure("packet", long, unit, "3 visits, 1 document", short)


def judged(place: Place, sizes: Sizes) -> Iterator[Figure]:
    """The work list of many open disputes, against that of few."""
    with running(place.settings(place.create("work_list"))) as ledger:
        _record(ledger, _setup())
        spent = []
        for first, after in ((0, FEW), (FEW, DISPUTES)):
            for number in range(first, after):
                _record(ledger, _contract(f"c-{number}", 3, 0))
            ledger.catch_up(CLINIC)
            start = perf_counter()
            found = work_list(ledger.store, CLINIC, NOW)
            spent.append((perf_counter() - start) * 1e3)
            if len(found) != after:
                raise AssertionError(f"{len(found)} of {after} disputes are listed")
    few, many = spent
    yield Figure("work_list", many, f"ms, {DISPUTES} disputes", f"{FEW} disputes", few)


def _built(ledger: Ledger, key: str) -> float:
    """Milliseconds; the second of two, for a process reads its fonts once."""
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):
            start = perf_counter()
            build_packet(ledger.store, CLINIC, f"dp-{key}", Path(folder), NOW)
            spent = perf_counter() - start
    return spent * 1e3


def _record(ledger: Ledger, lines: Iterator[Line]) -> None:
    clinics.record(ledger.commands, CLINIC, lines, BATCH)


def _setup() -> Iterator[Line]:
    named = {"name": "Bench", "currency": "USD", "timezone": "America/New_York"}
    yield line("define_clinic", "clinic", CLINIC, OPENED, named)
    service = {"service": "follow-up", "label": "Visit", "list_price": 100}
    yield line("define_service", "service", CLINIC, OPENED, service)
    units = {"kind": "units", "line": "v", "services": ["follow-up"], "quantity": "2000"}
    offer = {"offer": "pass", "name": "pass", "price": 100_000, "lines": [units]}
    yield line("publish_offer", "offer", CLINIC, OPENED, offer | {"term": {"months": 24}})


def _contract(key: str, visits: int, documents: int) -> Iterator[Line]:
    payment = {"payment": f"pay-{key}", "amount": 100_000, "tender": "card", "charge": f"ch-{key}"}
    sale = {"subscription": key, "offer": "pass", "patient": f"p-{key}", "payment": payment}
    yield line("sell_package", f"sale-{key}", CLINIC, SOLD, sale)
    for number in range(visits):
        row = {"line": "1", "service": "follow-up"}
        visit = {"visit": f"v-{key}-{number}", "patient": f"p-{key}", "lines": [row]}
        visit |= {"status": "completed"}
        yield line("record_visit", f"visit-{key}-{number}", CLINIC, USED, visit)
    for number in range(documents):
        text = f"Receipt {number} of {key}\n".encode() * 10
        document = {
            "document": f"doc-{key}-{number}",
            "kind": "receipt",
            "sha256": hashlib.sha256(text).hexdigest(),
            "media_type": "text/plain",
            "content_base64": base64.b64encode(text).decode(),
            "subscription": key,
        }
        yield line("attach_document", f"attach-{key}-{number}", CLINIC, USED, document)
    dispute = {
        "dispute": f"dp-{key}",
        "charge": f"ch-{key}",
        "amount": 100_000,
        "reason": "product_not_received",
        "network_reason_code": "13.1",
        "opened_at": DISPUTED,
        "due_by": "2026-03-25T17:00:00-04:00",
    }
    yield line("open_dispute", f"dispute-{key}", CLINIC, DISPUTED, dispute)
