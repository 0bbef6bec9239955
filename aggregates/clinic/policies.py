"""The clinic's policies: keys, values and defaults of accounting.md 18.

A key holds the values that are in force here; another value is refused, so that no clinic
believes in a treatment its books do not follow.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Policy:
    default: Any
    values: tuple[Any, ...] = ()
    numbers: range | None = None

    def allows(self, value: Any) -> bool:
        """Whether the value can be set; booleans are not numbers here."""
        if self.numbers is not None and type(value) is int:
            return value in self.numbers
        return any(value == allowed and type(value) is type(allowed) for allowed in self.values)


POLICIES: dict[str, Policy] = {
    "framework": Policy("asc606", ("asc606",)),
    "period_boundary": Policy("entity", ("entity",)),
    "rounding": Policy("half_even", ("half_even",)),
    "allocation_remainder": Policy("largest_remainder", ("largest_remainder",)),
    "ssp_range": Policy("mid", ("low", "mid", "high")),
    "discount_exception": Policy("off", ("off",)),
    "immaterial_percent": Policy(5, numbers=range(11)),
    "tax": Policy("excluded", ("excluded",)),
    "unit_trigger": Policy("completed", ("completed",)),
    "no_show_account": Policy("4040", ("4000", "4040")),
    "day_count": Policy("actual_days", ("actual_days",)),
    "draw_before_payment": Policy(False, (False, True)),
    "lot_order": Policy("expiry", ("expiry",)),
    "breakage_method": Policy("none", ("none",)),
    "breakage_account": Policy("4030", ("4030",)),
    "forfeiture_guard": Policy("on", ("on", "off")),
    "escheat": Policy("subject", ("subject", "exempt")),
    "refund_formula": Policy("pro_rata", ("pro_rata", "list_clawback")),
    "forfeiture_account": Policy("4040", ("4040",)),
    "dispute_model": Policy("reclass_on_open", ("reclass_on_open",)),
    "gross_up": Policy("non_cancellable", ("non_cancellable",)),
    "late_event": Policy("post", ("post",)),
    "close_approvals": Policy(0, numbers=range(2)),
    "reversal_minutes": Policy(15, numbers=range(1, 1441)),
}


def problem_with(key: str, value: Any) -> str | None:
    """What is wrong with setting this policy, in words, or None."""
    policy = POLICIES.get(key)
    if policy is None:
        return f"{key!r} is no policy; known are {', '.join(POLICIES)}"
    if policy.allows(value):
        return None
    if policy.numbers is not None:
        return f"{key} is a whole number from {policy.numbers.start} to {policy.numbers.stop - 1}"
    return f"{key} is one of {', '.join(repr(allowed) for allowed in policy.values)}"
