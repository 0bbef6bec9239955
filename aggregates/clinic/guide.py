"""What each policy decides and when a change of it is felt: the words of docs/policies.md (18)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import orjson

from aggregates.clinic.policies import POLICIES, Policy
from ledger.calendar import Period
from ledger.daily import Pace, earned_by_day
from ledger.daycount import DayCount
from ledger.money import major

#: Where a value is read: a contract keeps those of its sale, the books take those of the day.
Effect = Literal["with a sale", "with the day", "at the close", "with reports"]
COLUMNS = ("policy", "decides", "values", "default", "effect")
_SHAPES = {
    "accounts": "{code: {code, name}}",
    "calendar": "months / {weeks, weekday, month, ends}",
    "escheat": "subject / exempt / [law rows]",
    "late_event_limit": "{percent, amount}",
    "minimum_life": "[law rows]",
    "refund_formula": "a formula, or {formula, fee, schedule, ...} as an offer gives it",
    "rpo_bands": "[rising months]",
}


@dataclass(frozen=True, slots=True)
class About:
    decides: str
    effect: Effect = "with a sale"


ABOUT: dict[str, About] = {
    "framework": About("Whose rules the amounts follow, US GAAP's or those of IFRS 15"),
    "period_boundary": About("Whose midnight ends a day and a period", "with the day"),
    "calendar": About("What a period is: a month, or 4, 4 and 5 weeks", "with the day"),
    "rounding": About("Halves of the cumulative share of a lot or a stretch of days"),
    "allocation_remainder": About("Which line takes the cents that a split leaves over"),
    "ssp_range": About("The stand-alone price where the contract's own lies outside the range"),
    "discount_exception": About("Whether the whole discount may go to a bundle sold alone at it"),
    "combination_hours": About("Hours within which sales under one promotion are one contract"),
    "immaterial_percent": About("Access below this share of all prices is allocated nothing"),
    "tax": About("Whether every tax lies on top of the price, or each is judged by itself"),
    "unit_trigger": About("What earns a unit: the visit, or its signature"),
    "no_show_account": About("Revenue of a unit that a no-show used up"),
    "day_count": About("How the days of a stretch count"),
    "draw_before_payment": About("Whether visits may use more than is paid"),
    "quota_membership": About("Whether a quota is earned by use or by day"),
    "late_cycle": About("What a payment after the cycle's first day buys"),
    "freeze": About("What stands still in a pause that does not say so"),
    "setup_fee_months": About("How long a joining fee is spread"),
    "material_right_exercise": About("How a right to a later discount is used up"),
    "bonus_credit": About("Whether bonus credit on the same terms joins the paid credit"),
    "lot_order": About("Which lot a visit uses first"),
    "reinstatement": About("What units revived after their expiry are worth"),
    "reinstatement_days": About("How long after its expiry value comes back with the units"),
    "modification": About("Whether the accountant says how an unusual change is treated"),
    "breakage_method": About("When value that is never used is earned", "at the close"),
    "breakage_unit": About("Over what use is measured for it", "at the close"),
    "breakage_max_change": About("Points an estimate moves without approval", "at the close"),
    "remote_months": About("Idle months after which use is remote", "at the close"),
    "breakage_account": About("Where breakage is shown"),
    "breakage_location": About("Whose breakage it is, the seller's or the deliverer's"),
    "forfeiture_guard": About("Whether value lapses only where a signed clause and notices say so"),
    "escheat": About("What value the law keeps for the owner's state"),
    "minimum_life": About("How long value must live by law"),
    "refund_formula": About("What a refund gives where the offer is silent"),
    "expected_refunds": About("Whether expected refunds are set aside", "at the close"),
    "on_demand_class": About("Where balances refundable on demand stand", "at the close"),
    "forfeiture_account": About("Where value kept at a refund or an end is shown"),
    "dispute_model": About("What opening a dispute does to revenue"),
    "instalment_right": About("Where revenue ahead of a due date stands"),
    "gross_up": About("Which unpaid instalments become receivable on their due date"),
    "financing_expedient": About("Whether payment within 12 months is free of interest"),
    "credit_loss": About("How the allowance for credit losses is measured", "at the close"),
    "commissions": About("Whether commissions are spread"),
    "late_event": About("What happens to an event of a closed period", "with the day"),
    "late_event_limit": About("From which amount late events are reviewed", "with reports"),
    "close_approvals": About("How many others approve a close", "with the day"),
    "reopen_approvals": About("How many approve a reopening", "with the day"),
    "soft_close_days": About("Business days after which a soft close is asked for", "with the day"),
    "rpo_expedient": About("Whether contracts of up to a year are left out", "with reports"),
    "rpo_bands": About("The months at which bands of what is promised end", "with reports"),
    "void_credit_grace_days": About("Days that credit lives which comes back after its last one"),
    "interlocation": About("How a unit used at another location is booked", "with the day"),
    "post_costs": About("Whether the cost of services is posted", "with the day"),
    "reversal_minutes": About("How long one's own entries are taken back alone", "with the day"),
    "refund_alone": About("Up to what amount, with tax, one person refunds", "with the day"),
    "undoing_per_minute": About("How many of a kind are taken back or given", "with the day"),
    "accounts": About("The clinic's own codes and names of accounts", "with reports"),
    "export_detail": About("Whether exports are sums or lines", "with reports"),
}  # fmt: skip

#: Values of accounting.md 18 that cannot be set, and why.
NOT_OFFERED: dict[tuple[str, str], str] = {
    ("late_event", "hold"): (
        "an event that is on the contract and not in the books would break what every close"
        " asserts, that both say the same (15.6, identities 4 and 6): a used unit would still be"
        " owed. It posts on the first open day, tagged with its period; a close lists what late"
        " events do from `late_event_limit` on, and reopening the period takes it back there"
    ),
}

#: What a value means that its name does not say.
IN_WORDS: dict[str, str] = {
    "period_boundary: location": (
        "a day ends with the midnight of the location a command names, or of the one that sold the"
        " contract, where it has a `timezone` of its own; a period can be closed once it has ended"
        " everywhere. A command that names neither counts by the clinic's midnight"
    ),
    "tax: per_tax": (
        "the `taxes` of a sale or of a visit line that are the clinic's `own`, because it owes them"
        " whoever pays, are part of the price and so of revenue (606-10-32-2A); what it collects"
        " for the government is not. Under `excluded` none is. The clinic's own tax as an expense"
        " is not booked here"
    ),
    "material_right_exercise: modification": (
        "a counted use of a right with value allocates what the contract has not earned, and the"
        " visit's price, anew over what is left and the visit, at the stand-alone prices of the"
        " sale; what the visit earns beside its price is never below zero. While a dispute or a"
        " pause holds the contract, or where more would be earned than is paid, the use takes its"
        " own share, as a continuation"
    ),
    "gross_up: always": (
        "what is due and unpaid of a plan, or of a sale to be paid at once, is a receivable also"
        " where the contract can be cancelled; then what was not used is billed no more. A"
        " membership's cycle is one within its commitment only: unpaid it grants nothing (6.3)"
    ),
    "gross_up: never": (
        "what cannot be cancelled is owed all the same, and is a receivable from the day on which"
        " its units lapse or the contract ends"
    ),
    "breakage_location: deliverer": (
        "what lapses of a line is earned by the location that delivered most of it, at list price,"
        " among equals the first by name; by the one that delivered most of the contract, where"
        " nobody delivered any of the line; by the seller, where nothing was delivered at all."
        " With `interlocation: accounts` as the contract was sold, the seller owes it (row 52)."
        " What a close expects never to be used stays with the seller or the cohort until it lapses"
    ),
}


def values_text(key: str, policy: Policy) -> str:
    """The values of a policy as a person writes them."""
    if key in _SHAPES:
        return _SHAPES[key]
    words = [written(value) for value in policy.values]
    if policy.numbers is not None:
        words.append(f"{policy.numbers.start} to {policy.numbers.stop - 1}")
    return " / ".join(words)


def written(value: Any) -> str:
    """A value as text: a word as it is, anything else as JSON."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def default_text(policy: Policy) -> str:
    """The default, and that of IFRS 15 where it is another one (19)."""
    other = "" if policy.ifrs15 is None else f" ({written(policy.ifrs15)} under ifrs15)"
    return written(policy.default) + other


def rows() -> Iterator[tuple[str, ...]]:
    """The table of policies, in the order of `COLUMNS`."""
    for key, policy in POLICIES.items():
        about = ABOUT[key]
        yield key, about.decides, values_text(key, policy), default_text(policy), about.effect


_HEAD = """\
# Policies

What an accountant decides for the clinic, written by `ledger policies --markdown` from the rules
themselves. `define_clinic` takes the values that differ from the defaults; `set_policy` changes
one from a date in an open period on, with a reason and somebody else's approval. A change never
touches a closed period and decides no event anew. `ledger policies` shows a clinic's own values.

The last column says when a value is felt. *With a sale*: a contract keeps the values of the day it
was sold on. *With the day*: the value of the day of the command. *At the close*: the value on the
last day of the period. *With reports*: the value of the day the report is made for.

"""
_DAYS_HEAD = """
## Day counts

90.00 of access from 15 January to 14 April 2026, month by month, in New York:

"""
_DAYS_FOOT = """
Within a month that counts, days are equal. In a pause with `stop_clock` the stretch's own calendar
stands still and goes on where it stopped. Plan changes and list-price claw-backs go by whole days
whatever the policy says.
"""
DAY_COUNTS: dict[DayCount | None, str] = {
    None: "each local day is equal",
    "exact_seconds": "midnight to midnight: a day has 23 or 25 hours when the clocks change",
    "even_months": "calendar months are equal, a last partial one is cut off",
    "months_prorated": "months are equal, the first and the last by their days",
    "full_months": "each month that has a day in it, whole on the first such day",
    "30_360": "months have 30 days, the first one 30 − start + 1 of them",
    "mid_month": "a month counts if its 15th lies in the stretch",
}
_STRETCH = date(2026, 1, 15), date(2026, 4, 15)
_MONTHS = [Period(2026, month) for month in (1, 2, 3, 4)]


def _day_count(option: DayCount | None) -> tuple[str, ...]:
    pace = Pace(option, "America/New_York" if option == "exact_seconds" else None)
    earned = [earned_by_day(9000, *_STRETCH, (), month.last, pace) for month in _MONTHS]
    monthly = [later - before for before, later in zip([0, *earned], earned, strict=False)]
    amounts = [str(major(amount, "USD")) for amount in monthly]
    return option or POLICIES["day_count"].default, DAY_COUNTS[option], *amounts


def _table(head: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> str:
    every = [head, ("---",) * len(head), *lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in every)


def page() -> str:
    """The page docs/policies.md."""
    days = _table(("day_count", "rule", *map(str, _MONTHS)), map(_day_count, DAY_COUNTS))
    missing = "".join(f"- `{key}: {value}`: {why}.\n" for (key, value), why in NOT_OFFERED.items())
    policies = _table(COLUMNS, rows())
    words = "".join(f"- `{value}`: {meaning}.\n" for value, meaning in IN_WORDS.items())
    return (
        f"{_HEAD}{policies}\n## In words\n\n{words}{_DAYS_HEAD}{days}{_DAYS_FOOT}"
        f"\n## Not offered\n\n{missing}"
    )
