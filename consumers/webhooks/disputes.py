"""What a processor's message says of a dispute, in our words, and the commands that come of it.

A message tells how things stand, and messages repeat and overtake each other (evidence.md 1.3).
So each one brings all commands that lead to where things stand: the opening, which is refused
as `duplicate` when it is known, what is new, and the end. Ids come from the processor's own.
Nothing that people wrote is taken: a bank's remark may name what a patient was treated for.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aggregates.dispute.events import CaseType, Status
from ledger.ids import is_id

Line = dict[str, Any]


class NotReadable(ValueError):
    """A message that is not as the processor documents it."""


@dataclass(frozen=True, slots=True)
class Told:
    """One message about one dispute; amounts in minor units, `due_by` as the processor says it.

    `event` is the processor's id of the message, `outcome` how the dispute ended, `lost` what of
    the amount is gone where not all is. `withdrawn` is True when the money is known to be taken.
    """

    processor: str
    event: str
    at: str
    dispute: str
    charge: str
    amount: int
    currency: str
    reason: str
    opened_at: str
    case_type: CaseType = "chargeback"
    network_reason_code: str | None = None
    due_by: str | None = None
    status: Status | None = None
    fee: int | None = None
    withdrawn: bool = False
    submission_count: int | None = None
    outcome: str | None = None
    lost: int | None = None
    fee_returned: bool = False


def commands_for(told: Told) -> list[Line]:
    """The lines without their clinic, in the order in which they are to be sent."""
    return [_line(told, *command) for command in _commands(told)]


def _commands(told: Told) -> Iterator[tuple[str, str, str, Line]]:
    known = {
        "dispute": told.dispute,
        "amount": told.amount,
        "reason": told.reason,
        "network_reason_code": told.network_reason_code,
        "case_type": told.case_type,
        "due_by": told.due_by,
        "fee": told.fee,
    }
    opening = {"charge": told.charge, "currency": told.currency, "opened_at": told.opened_at}
    opened = {**known, **opening, "funds_withdrawn": told.withdrawn}
    yield "open_dispute", f"{told.dispute}:opened", told.opened_at, opened
    if told.outcome is None:
        news: Line = {"status": told.status, "submission_count": told.submission_count}
        news["funds_withdrawn"] = told.withdrawn or None
        yield "update_dispute", f"{told.event}:told", told.at, {**known, **news}
        return
    if told.withdrawn:
        taken: Line = {"dispute": told.dispute, "funds_withdrawn": True, "fee": told.fee}
        yield "update_dispute", f"{told.event}:taken", told.at, taken
    end: Line = {"dispute": told.dispute, "outcome": told.outcome, "amount": told.lost}
    end["fee_returned"] = told.fee_returned or None
    yield "close_dispute", f"{told.dispute}:{told.outcome}", told.at, end


def _line(told: Told, command: str, key: str, at: str, data: Line) -> Line:
    return {
        "command": command,
        "id": _id(f"{told.processor}:{key}"),
        "at": at,
        "actor": {"id": told.processor, "role": "service"},
        "source": {"system": told.processor, "record": told.event},
        "data": {name: value for name, value in data.items() if value is not None},
    }


def _id(text: str) -> str:
    """The text, or its digest where it is no id."""
    return text if is_id(text) else hashlib.sha256(text.encode()).hexdigest()


def moment(seconds: int) -> str:
    """A time that was given in seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()
