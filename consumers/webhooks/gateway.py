"""Events of any other payment gateway: those of the subjects `payments.…` (interfaces.md 5)."""

from typing import Any

from consumers.nats.payments import COMMANDS

_BY_TYPE = {kind: command for (_, kind), command in COMMANDS.items()}


def command_of(event: dict[str, Any]) -> dict[str, Any] | None:
    """The command without clinic and actor; None for an event that is none of ours.

    Raises KeyError and TypeError for one without id, type, time and data.
    """
    command = _BY_TYPE.get(event["type"])
    if command is None:
        return None
    return {
        "command": command,
        "id": event["id"],
        "at": event["time"],
        "source": {"system": "gateway", "record": event["id"]},
        "data": event["data"],
    }
