"""Policies whose values are neither words nor numbers: refunds by schedule, what is late."""

import re
from fractions import Fraction
from typing import Any

from pydantic import ValidationError

from aggregates.terms import RefundTerms
from ledger.canonical import canonical_trusted
from ledger.money import LARGEST

_WORDS = ("pro_rata", "list_clawback", "bonus_last", "none")
_REFUND = (
    f"refund_formula is one of {', '.join(map(repr, _WORDS))}, or a formula with its schedule, as "
    '{"formula": "fixed_schedule", "schedule": [{"within_days": 30, "percent": 50}]}'
)
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,4})?")
_LIMIT = 'late_event_limit is {"percent": "0.5", "amount": 100000}: a decimal, and minor units'
_WHOLE = 100


def refund_terms(value: Any) -> RefundTerms:
    """The terms of refund where an offer is silent, as the policy gives them.

    Raises ValidationError for others than an offer could have.
    """
    if isinstance(value, str):
        return RefundTerms.model_validate({"formula": value})
    return RefundTerms.model_validate_json(canonical_trusted(value))


def problem_with_refund(value: Any) -> str | None:
    """What is wrong with the policy `refund_formula`, in words, or None."""
    if isinstance(value, str):
        return None if value in _WORDS else _REFUND
    if not isinstance(value, dict) or value.keys() - {"formula", "schedule"}:
        return _REFUND
    try:
        refund_terms(value)
    except (ValidationError, TypeError):
        return _REFUND
    return None


def late_limit(value: Any, revenue: int) -> int:
    """What late effects on a month may come to unreviewed: the lower of a part of that month's
    revenue and an amount (accounting.md 14.3, 18).
    """
    part = Fraction(value["percent"]) * max(revenue, 0) / _WHOLE
    return min(int(part), int(value["amount"]))


def problem_with_limit(value: Any) -> str | None:
    """What is wrong with the policy `late_event_limit`, in words, or None."""
    if not isinstance(value, dict) or value.keys() != {"percent", "amount"}:
        return _LIMIT
    percent, amount = value["percent"], value["amount"]
    if type(percent) not in (int, str) or not _PERCENT.fullmatch(str(percent)):
        return _LIMIT
    if type(amount) is not int or not 0 <= amount <= LARGEST:
        return _LIMIT
    return None if Fraction(percent) <= _WHOLE else _LIMIT
