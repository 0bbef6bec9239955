"""What the payment gateway reports: captures, failures, refunds and disputes."""

from typing import Any

from commands.handling import Commands
from consumers.nats.recording import Recording
from consumers.nats.wire import CloudEvent, Rejected

COMMANDS: dict[tuple[str, str], str] = {
    ("captured", "payment.captured"): "record_payment",
    ("failed", "payment.failed"): "record_payment_failure",
    ("refunded", "payment.refunded"): "settle_refund",
    ("dispute", "payment.dispute.opened"): "open_dispute",
    ("dispute", "payment.dispute.updated"): "update_dispute",
    ("dispute", "payment.dispute.closed"): "close_dispute",
}
"""By the last token of the subject and the event's type (interfaces.md 5)."""


def payments(commands: Commands) -> Recording:
    """Settles batches of payment events.

    A payment id seen before under another message is no repetition of a message: a person
    looks whether money moved twice.
    """
    return Recording(commands, translate_payment)


def translate_payment(token: str, event: CloudEvent) -> tuple[str, dict[str, Any]]:
    """The command by subject and type; raises Rejected when they do not belong together."""
    command = COMMANDS.get((token, event.type))
    if command is None:
        raise Rejected("invalid", "the type does not belong to the subject")
    return command, event.data
