"""The feed of the lists: a row for each visit, payment and request for approval."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from aggregates.approval.events import (
    ApprovalGiven,
    ApprovalRejected,
    ApprovalRequested,
    ApprovalUsed,
)
from aggregates.payment.events import PaymentRegistered
from aggregates.visit.events import VisitRecorded
from ledger.events import Recorded
from ledger.store.pool import Connection
from ledger.store.rows import Row

VISIT, PAYMENT, APPROVAL = "visit", "payment", "approval"
_ADD = """
INSERT INTO views.listed (clinic, kind, key, position, patient, subscription, standing, until, item)
SELECT %s, kind, key, "position", patient, subscription, standing, until, item::text
FROM json_to_recordset(%s::json) AS row (
    kind text, key text, "position" bigint, patient text, subscription text, standing text,
    until timestamptz, item json
)
"""
_DECIDE = """
UPDATE views.listed SET standing = %s, decided_by = coalesce(%s, decided_by)
WHERE clinic = %s AND kind = 'approval' AND key = %s
"""
_ADDED = (VisitRecorded, PaymentRegistered, ApprovalRequested)
_DECIDED = (ApprovalGiven, ApprovalRejected, ApprovalUsed)
_TYPES = frozenset(kind.__name__ for kind in (*_ADDED, *_DECIDED))


Line = dict[str, Any]
"""A row of the table by its columns; those it has nothing for are left out."""


class Lists:
    """Lists visits, payments and approvals (the Projection of `ledger.store.feed`)."""

    name = "lists"
    rows = "SELECT kind || '/' || key, md5(t::text) FROM views.listed t WHERE clinic = %(clinic)s"
    """What is kept of a clinic: the name of each row, and a digest of it."""

    def wants(self, row: Row) -> bool:
        """Whether the event adds to a list, or changes what it shows."""
        return row.type in _TYPES

    def apply(self, connection: Connection, clinic: str, events: Sequence[Recorded]) -> None:
        """Adds the rows of a batch at once; decisions about requests are few."""
        lines = [line for line in map(_line, events) if line is not None]
        if lines:
            # One text for all rows: a list of texts is quoted by the driver letter for letter.
            connection.execute(_ADD, (clinic, orjson.dumps(lines).decode()))
        for recorded in events:
            match recorded.event:
                case ApprovalGiven(request=request):
                    connection.execute(_DECIDE, ("approved", recorded.actor, clinic, request))
                case ApprovalRejected(request=request):
                    connection.execute(_DECIDE, ("rejected", recorded.actor, clinic, request))
                case ApprovalUsed(request=request):
                    connection.execute(_DECIDE, ("used", None, clinic, request))

    def reset(self, connection: Connection, clinic: str) -> None:
        """Removes the clinic's rows."""
        connection.execute("DELETE FROM views.listed WHERE clinic = %s", (clinic,))


def _line(recorded: Recorded) -> Line | None:
    item: dict[str, Any]
    match recorded.event:
        case VisitRecorded() as visit:
            item = {"visit": visit.visit, "patient": visit.patient, "status": visit.status}
            item |= {"location": visit.location, "provider": visit.provider}
            return _made(recorded, VISIT, visit.visit, item, patient=visit.patient)
        case PaymentRegistered() as paid:
            item = {"payment": paid.payment, "subscription": paid.subscription}
            item |= {"tender": paid.tender, "charge": paid.charge}
            item |= {"amount": paid.amount}
            return _made(recorded, PAYMENT, paid.payment, item, subscription=paid.subscription)
        case ApprovalRequested() as asked:
            item = {"request": asked.request, "command": asked.command, "asked_by": recorded.actor}
            until = asked.expires
            return _made(recorded, APPROVAL, asked.request, item, standing="open", until=until)
        case _:
            return None


def _made(
    recorded: Recorded, kind: str, key: str, item: dict[str, Any], **more: str | datetime | None
) -> Line:
    told = {**item, "on": recorded.effective_on.isoformat()}
    return {"kind": kind, "key": key, "position": recorded.position, "item": told, **more}
