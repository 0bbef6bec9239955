"""The clinic's policies: keys, values and defaults of accounting.md 18.

A key holds the values that are in force here; another value is refused, so that no clinic
believes in a treatment its books do not follow.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any, get_args

from aggregates.clinic.accounts import problem_with_accounts
from aggregates.clinic.calendars import BY_MONTHS, KEY, problem_with_calendar
from aggregates.clinic.knobs import problem_with_limit, problem_with_refund
from aggregates.lawtables import problem_with_escheat, problem_with_minimum_life
from ledger.daycount import DayCount
from ledger.money import LARGEST
from ledger.suggesting import suggestion

LONGEST_BAND = 1200


@dataclass(frozen=True, slots=True)
class Policy:
    default: Any
    values: tuple[Any, ...] = ()
    numbers: range | None = None
    #: For a value that is neither a word nor a number: what is wrong with it, or None.
    problem: Callable[[Any], str | None] | None = None
    #: The default of a clinic that reports under IFRS 15, where it is another one (19).
    ifrs15: Any = None

    def allows(self, value: Any) -> bool:
        """Whether the value can be set; booleans are not numbers here."""
        if self.numbers is not None and type(value) is int:
            return value in self.numbers
        return any(value == allowed and type(value) is type(allowed) for allowed in self.values)


def _problem_with_bands(value: Any) -> str | None:
    whole = isinstance(value, list) and all(type(months) is int for months in value)
    if whole and value and value[0] > 0 and value[-1] <= LONGEST_BAND and _rises(value):
        return None
    return f"rpo_bands is a list of rising numbers of months, up to {LONGEST_BAND}"


def _rises(months: list[int]) -> bool:
    return all(one < next_one for one, next_one in pairwise(months))


POLICIES: dict[str, Policy] = {
    "framework": Policy("asc606", ("asc606", "ifrs15")),
    "period_boundary": Policy("entity", ("entity", "location")),
    KEY: Policy(BY_MONTHS, problem=problem_with_calendar),
    "rounding": Policy("half_even", ("half_even", "half_up")),
    "allocation_remainder": Policy(
        "largest_remainder", ("largest_remainder", "last_line", "largest_line")
    ),
    "ssp_range": Policy("mid", ("low", "mid", "high")),
    "discount_exception": Policy("off", ("off", "on")),
    "combination_hours": Policy(24, numbers=range(8785)),
    "immaterial_percent": Policy(5, numbers=range(11), ifrs15=0),
    "tax": Policy("excluded", ("excluded", "per_tax")),
    "unit_trigger": Policy("completed", ("completed", "signed")),
    "no_show_account": Policy("4040", ("4000", "4040")),
    "day_count": Policy("actual_days", ("actual_days", *get_args(DayCount))),
    "draw_before_payment": Policy(False, (False, True)),
    "quota_membership": Policy("auto", ("auto", "ratable", "usage")),
    "late_cycle": Policy("grant", ("grant", "skip", "extend")),
    "freeze": Policy("stop_clock", ("stop_clock", "benefits_usable", "skip_billing")),
    "setup_fee_months": Policy("term", ("term",), numbers=range(1, 121)),
    "material_right_exercise": Policy("continuation", ("continuation", "modification")),
    "bonus_credit": Policy("pool", ("pool", "separate")),
    "lot_order": Policy("expiry", ("expiry", "fifo", "paid_first", "bonus_first")),
    "reinstatement": Policy("reverse", ("reverse", "zero_price")),
    "reinstatement_days": Policy(90, numbers=range(3651)),
    "modification": Policy("prospective", ("prospective", "assess")),
    "breakage_method": Policy("none", ("none", "remote", "proportional")),
    "breakage_unit": Policy("cohort", ("cohort", "lot")),
    "breakage_max_change": Policy(3, numbers=range(101)),
    "remote_months": Policy(24, numbers=range(1, 1201)),
    "breakage_account": Policy("4030", ("4000", "4030")),
    "forfeiture_guard": Policy("on", ("on", "off")),
    "escheat": Policy("subject", problem=problem_with_escheat),
    "minimum_life": Policy([], problem=problem_with_minimum_life),
    "refund_formula": Policy("pro_rata", problem=problem_with_refund),
    "expected_refunds": Policy("class_rate", ("class_rate", "none")),
    "on_demand_class": Policy("refund_liability", ("refund_liability", "contract_liability")),
    "credit_loss": Policy("aging", ("aging", "roll_rate")),
    "commissions": Policy("expense", ("expense", "capitalise")),
    "forfeiture_account": Policy("4040", ("4040", "4030")),
    "dispute_model": Policy("reclass_on_open", ("reclass_on_open", "contra_on_open")),
    "gross_up": Policy("non_cancellable", ("non_cancellable", "always", "never")),
    "financing_expedient": Policy("on", ("on", "off")),
    "instalment_right": Policy("contract_asset", ("contract_asset", "unbilled_receivable")),
    "late_event": Policy("post", ("post",)),
    "late_event_limit": Policy({"percent": "0.5", "amount": 100000}, problem=problem_with_limit),
    "void_credit_grace_days": Policy(0, numbers=range(366)),
    "close_approvals": Policy(0, numbers=range(2)),
    "reopen_approvals": Policy(2, numbers=range(1, 3)),
    "soft_close_days": Policy(5, numbers=range(11)),
    "rpo_expedient": Policy("on", ("on", "off")),
    "rpo_bands": Policy([3, 12, 24], problem=_problem_with_bands),
    "breakage_location": Policy("seller", ("seller", "deliverer")),
    "interlocation": Policy("dimension", ("dimension", "accounts")),
    "post_costs": Policy("off", ("off", "on")),
    "reversal_minutes": Policy(15, numbers=range(1, 1441)),
    "refund_alone": Policy("any", ("any",), numbers=range(LARGEST + 1)),
    "undoing_per_minute": Policy(500, numbers=range(1, 100_001)),
    "accounts": Policy({}, problem=problem_with_accounts),
    "export_detail": Policy("summary", ("summary", "line")),
}
#: What the clinic's own books show, how they are handed on, and what people may do alone. No
#: contract's treatment depends on these: the day of each visit, entry or report decides, and no
#: contract keeps a copy.
OF_BOOKS = frozenset(
    {
        "accounts",
        KEY,
        "commissions",
        "export_detail",
        "late_event_limit",
        "post_costs",
        "refund_alone",
        "rpo_bands",
        "rpo_expedient",
        "undoing_per_minute",
    }
)

#: What the close computes by, for all contracts alike, as it holds on the last day of a period.
CLOSING = frozenset(
    {
        "breakage_method",
        "breakage_unit",
        "breakage_max_change",
        "remote_months",
        "expected_refunds",
        "on_demand_class",
        "credit_loss",
    }
)

_OF_NO_CONTRACT = OF_BOOKS | CLOSING


@lru_cache(maxsize=8)
def defaults(framework: str) -> Mapping[str, Any]:
    """What a clinic that sets nothing gets, by the framework of its books."""
    given = {
        key: policy.default if framework == "asc606" or policy.ifrs15 is None else policy.ifrs15
        for key, policy in POLICIES.items()
    }
    return MappingProxyType(given)


def of_contracts(policies: Mapping[str, Any]) -> dict[str, Any]:
    """The policies that a contract keeps as they were at its sale."""
    return {key: value for key, value in policies.items() if key not in _OF_NO_CONTRACT}


def problem_with(key: str, value: Any) -> str | None:
    """What is wrong with setting this policy, in words, or None."""
    policy = POLICIES.get(key)
    if policy is None:
        return f"{key!r} is no policy; {suggestion(key, POLICIES)}"
    if policy.problem is not None:
        return policy.problem(value)
    if policy.allows(value):
        return None
    if policy.numbers is not None:
        return f"{key} is a whole number from {policy.numbers.start} to {policy.numbers.stop - 1}"
    return f"{key} is one of {', '.join(repr(allowed) for allowed in policy.values)}"
