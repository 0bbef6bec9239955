"""Visits that scheduling systems and EHRs report, recorded as ``record_visit``."""

from typing import Any

from commands.handling import Commands
from consumers.nats.recording import Recording, agree
from consumers.nats.wire import CloudEvent
from ledger.codes import Code


def visits(commands: Commands) -> Recording:
    """Settles batches of visits.

    `duplicate` is settled: another system reported the visit before, and its first coverage
    is the answer (style.md 8.4).
    """
    return Recording(commands, translate_visit, frozenset({Code.DUPLICATE}))


def translate_visit(token: str, event: CloudEvent) -> tuple[str, dict[str, Any]]:
    """The status is the subject's; what the event says beside it must agree."""
    agree("type", f"visit.{token}", event.type)
    agree("status", token, event.data.get("status"))
    agree("visit", event.subject, event.data.get("visit"))
    data = {**event.data, "status": token}
    if event.subject is not None:
        data["visit"] = event.subject
    return "record_visit", data
