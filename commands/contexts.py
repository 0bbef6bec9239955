"""Who does what, when, and how it came in: what an envelope says beside its data."""

import secrets
from datetime import date, datetime, timedelta
from typing import Any

from commands.desk import Desk
from commands.envelope import Envelope
from ledger.calendar import local_date
from ledger.codes import Code, Refused
from ledger.decider import Context
from ledger.personal import PersonalText, protect

FURTHEST_AHEAD = timedelta(days=1)
SALT_BYTES = 16


def context_of(desk: Desk, envelope: Envelope, now: datetime) -> Context:
    """Who does what, when, by the calendar it belongs to; `now` is the clock's."""
    timezone = _calendar(desk, envelope)
    return Context(
        clinic=envelope.clinic,
        at=envelope.at,
        on=_date_or_utc(envelope.at, timezone),
        actor=envelope.actor.id,
        role=envelope.actor.role,
        now=now,
        today=_date_or_utc(now, timezone),
        command=envelope.id,
    )


def _calendar(desk: Desk, envelope: Envelope) -> str:
    """The time zone that says which day it is: that of the location the command names, where the
    clinic counts by location (14.5), or that of the contract; else the clinic's.
    """
    clinic, data = desk.clinic(), envelope.data
    if clinic.defined is None:
        return str(data.get("timezone", "UTC"))
    location, contract = data.get("location"), data.get("subscription")
    if isinstance(location, str):
        return clinic.zone_of(location, _date_or_utc(envelope.at, clinic.timezone))
    sold = desk.subscription(contract).sold if isinstance(contract, str) else None
    return clinic.timezone if sold is None else sold.timezone


def protected_channel(envelope: Envelope) -> tuple[dict[str, Any], list[PersonalText]]:
    """The context of the command with its personal traces as digests (interfaces.md 3)."""
    if envelope.context is None:
        return {}, []
    channel, texts = protect(envelope.context, salt)
    return channel.model_dump(exclude_none=True), texts


def meta_of(envelope: Envelope, channel: dict[str, Any]) -> dict[str, Any]:
    """What every event of the command keeps about how it came in."""
    meta: dict[str, Any] = {}
    if envelope.source is not None:
        meta["source"] = envelope.source.model_dump(exclude_none=True)
    if channel:
        meta["context"] = channel
    return meta


def salt() -> bytes:
    """What keeps a digest of a personal text from being guessed."""
    return secrets.token_bytes(SALT_BYTES)


def out_of_place(desk: Desk, envelope: Envelope, context: Context) -> Refused | None:
    """Why a command cannot be decided at all: its time lies ahead, or there is no clinic."""
    if envelope.at > context.now + FURTHEST_AHEAD:
        late = "The time lies more than a day after the ledger's clock."
        return Refused(Code.INVALID, late, "at")
    if desk.clinic().defined is None and envelope.command != "define_clinic":
        return Refused(Code.UNKNOWN_CLINIC, f"No clinic {desk.clinic_id}.", "clinic")
    return None


def _date_or_utc(moment: datetime, timezone: str) -> date:
    """The clinic's date; a time zone that does not exist is refused by the decision itself."""
    try:
        return local_date(moment, timezone)
    except KeyError:
        return moment.date()
