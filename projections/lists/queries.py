"""Pages of the lists, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson

from ledger.store.pool import clinic_transaction, lent
from ledger.store.store import EventStore

_PAGE = """
SELECT position, standing, decided_by, until, item FROM views.listed
WHERE clinic = %(clinic)s AND kind = %(kind)s AND position < %(below)s
  AND (%(patient)s::text IS NULL OR patient = %(patient)s)
  AND (%(subscription)s::text IS NULL OR subscription = %(subscription)s)
  AND (%(standing)s::text IS NULL OR standing = %(standing)s)
  AND (%(after)s::timestamptz IS NULL OR until >= %(after)s)
ORDER BY position DESC LIMIT %(most)s
"""
LAST = 2**53


class Standing(StrEnum):
    """How a request for approval stands; what ran out is open no more."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    USED = "used"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of a list: `below` a position, and of whom; `after` is a time still to run."""

    most: int = 100
    below: int = LAST
    patient: str | None = None
    subscription: str | None = None
    standing: str | None = None
    after: datetime | None = None


def of_standing(standing: str, now: datetime) -> Asked:
    """The requests that stand so; of the open ones those that still may be decided."""
    return Asked(standing=standing, after=now if standing == Standing.OPEN else None)


def page(store: EventStore, clinic: str, kind: str, asked: Asked) -> list[dict[str, Any]]:
    """The items with their positions; an approval says how it stands, and until when it holds."""
    given = {
        "clinic": clinic,
        "kind": kind,
        "below": asked.below,
        "patient": asked.patient,
        "subscription": asked.subscription,
        "standing": asked.standing,
        "after": asked.after,
        "most": asked.most,
    }
    with lent(store.pool) as connection, clinic_transaction(connection, clinic):
        rows = connection.execute(_PAGE, given).fetchall()
    return [_item(*row) for row in rows]


def _item(
    position: int, standing: str | None, decided_by: str | None, until: datetime | None, item: str
) -> dict[str, Any]:
    told = {"position": position, **orjson.loads(item)}
    if standing is None or until is None:
        return told
    return {**told, "standing": standing, "decided_by": decided_by, "expires": until.isoformat()}
