"""Events of any other payment gateway: those of the subjects `payments.…` (interfaces.md 5)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from consumers.nats.payments import COMMANDS
from consumers.webhooks.disputes import Line, NotReadable
from consumers.webhooks.verify import timed_mark

_BY_TYPE = {kind: command for (_, kind), command in COMMANDS.items()}


def verified(headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now: datetime) -> bool:
    """Whether one of the secrets signed the raw bytes within five minutes of now."""
    return timed_mark(headers.get("ledger-signature", ""), raw, secrets, now)


def commands_of(event: Mapping[str, Any]) -> list[Line]:
    """The command without a clinic; none for an event that is none of ours.

    Raises NotReadable for one without id, type, time and data.
    """
    try:
        command = _BY_TYPE.get(event["type"])
        if command is None:
            return []
        return [
            {
                "command": command,
                "id": event["id"],
                "at": event["time"],
                "actor": {"id": "gateway", "role": "service"},
                "source": {"system": "gateway", "record": event["id"]},
                "data": event["data"],
            }
        ]
    except (KeyError, TypeError) as error:
        raise NotReadable(f"no event of a gateway: {type(error).__name__}") from None
