"""The stable error codes, in the order in which they are checked (interfaces.md 3)."""

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Why a command is refused or a visit line not covered; the order is part of the contract."""

    INVALID = "invalid"
    UNKNOWN_CLINIC = "unknown_clinic"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    FORBIDDEN = "forbidden"
    UNKNOWN_OFFER = "unknown_offer"
    UNKNOWN_SERVICE = "unknown_service"
    UNKNOWN_SUBSCRIPTION = "unknown_subscription"
    UNKNOWN_PAYMENT = "unknown_payment"
    UNKNOWN_VISIT = "unknown_visit"
    UNKNOWN_REFUND = "unknown_refund"
    UNKNOWN_DISPUTE = "unknown_dispute"
    DUPLICATE = "duplicate"
    CURRENCY_MISMATCH = "currency_mismatch"
    AMOUNT_MISMATCH = "amount_mismatch"
    PERIOD_CLOSED = "period_closed"
    CONSENT_REQUIRED = "consent_required"
    NOT_TRANSFERABLE = "not_transferable"
    NOT_COVERED = "not_covered"
    NOT_STARTED = "not_started"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    PAUSED = "paused"
    HELD = "held"
    UNPAID = "unpaid"
    LIMIT_EXCEEDED = "limit_exceeded"
    NOT_ENOUGH_UNITS = "not_enough_units"
    NOT_ENOUGH_CREDIT = "not_enough_credit"
    ALREADY_REVERSED = "already_reversed"
    REFUND_EXCEEDS = "refund_exceeds"
    APPROVAL_REQUIRED = "approval_required"
    CONFLICT = "conflict"


ORDER: dict[Code, int] = {code: rank for rank, code in enumerate(Code)}


@dataclass(frozen=True, slots=True)
class Refused:
    """A business refusal: a value, not an exception (style.md rule 3).

    `field` is the path in the command line, as in ``data.lines[0].quantity``.
    """

    code: Code
    message: str
    field: str | None = None
    details: dict[str, Any] = dataclasses.field(default_factory=dict)
