"""Law as data: unclaimed property and minimum lives by state and kind of value (7.6, 7.8).

No law is shipped: a clinic enters the rows that its counsel gives, and what no row names is
subject and has no minimum life.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, StringConstraints, ValidationError, model_validator

from aggregates.terms import Percent
from aggregates.values import Duration, Text, Word
from ledger.calendar import Day
from ledger.events import Frozen
from ledger.ratios import part_of

Kind = Literal["stored_value", "service_entitlement", "credit_balance", "refund_uncashed"]
Trigger = Literal["sale", "last_activity", "expiry"]
State = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Months = Annotated[int, Field(ge=1, le=1200)]

#: The state of a rule that holds in every state.
FEDERAL = "US"
WHOLE = 100
_MOST_ROWS = 500


class _Dated(Frozen):
    """What the rows have in common: where, for what and when they are in force, both days
    included.
    """

    state: State
    kind: Kind
    effective_from: Day
    effective_to: Day | None = None
    note: Text | None = None

    def holds(self, on: date) -> bool:
        """Whether the row is in force on a day."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError("effective_to lies before effective_from")
        return self


class LawRow(_Dated):
    """Unclaimed property: `percent` of the value goes to the state `dormancy_months` after the
    trigger; without months it is held until they are known. `exemption` says why a kind is not
    subject.
    """

    subject: bool
    dormancy_months: Months | None = None
    trigger: Trigger = "sale"
    percent: Percent = WHOLE
    exemption: Word | None = None

    def part(self, amount: int) -> int:
        """What of an amount is due to the state."""
        return part_of(amount, self.percent, WHOLE)

    @model_validator(mode="after")
    def _is_exempt_or_subject(self) -> Self:
        if self.subject and self.exemption is not None:
            raise ValueError("an exemption is named where nothing is subject")
        return self


class MinimumLife(_Dated):
    """Value of the kind may not lapse within `months` of its grant; `US` is every state."""

    months: Months


_Row = TypeVar("_Row", LawRow, MinimumLife)


def problem_with_escheat(value: Any) -> str | None:
    """What is wrong with the policy `escheat`, in words, or None."""
    if isinstance(value, list):
        return _problem_with_rows("escheat", LawRow, value)
    if isinstance(value, str) and value in ("subject", "exempt"):
        return None
    return "escheat is 'subject', 'exempt' or a list of rows by state and kind"


def problem_with_minimum_life(value: Any) -> str | None:
    """What is wrong with the policy `minimum_life`, in words, or None."""
    if isinstance(value, list):
        return _problem_with_rows("minimum_life", MinimumLife, value)
    return "minimum_life is a list of rows by state and kind"


def _problem_with_rows(policy: str, kind: type[_Row], value: Sequence[Any]) -> str | None:
    if len(value) > _MOST_ROWS:
        return f"{policy} has at most {_MOST_ROWS} rows"
    rows: list[_Row] = []
    for number, content in enumerate(value, start=1):
        try:
            rows.append(kind.model_validate(content))
        except ValidationError as error:
            first = error.errors()[0]
            where = "".join(f"{name}: " for name in first["loc"])
            return f"{policy} row {number}: {where}{first['msg']}"
    return _contradiction(policy, rows)


def _contradiction(policy: str, rows: Sequence[_Row]) -> str | None:
    for (first, one), (second, other) in combinations(enumerate(rows, start=1), 2):
        same = (one.state, one.kind) == (other.state, other.kind)
        if same and _overlap(one, other):
            return f"{policy} rows {first} and {second} are in force on the same days"
    return None


def _overlap(one: _Dated, other: _Dated) -> bool:
    return one.holds(other.effective_from) or other.holds(one.effective_from)


def in_rows(state: str | None) -> str | None:
    """A state as the rows write it."""
    return None if state is None else state.strip().upper()


def of_state(policies: Mapping[str, Any], state: str | None) -> dict[str, Any]:
    """The policies with the rows that a contract in this state can need, and no others."""
    kept, where = dict(policies), in_rows(state)
    for policy in ("escheat", "minimum_life"):
        if isinstance(kept[policy], list):
            kept[policy] = [row for row in kept[policy] if row["state"] in (where, FEDERAL)]
    return kept


def law_rows(policies: Mapping[str, Any], state: str | None, kind: Kind) -> Iterator[LawRow]:
    """The rows for that state and kind, in force or not, where the policy is a table."""
    value = policies["escheat"]
    for row in value if isinstance(value, list) else ():
        if (row["state"], row["kind"]) == (state, kind):
            yield LawRow.model_validate(row)


def law_row(policies: Mapping[str, Any], state: str | None, kind: Kind, on: date) -> LawRow | None:
    """The row in force for that state, kind and day, where the policy is a table with one."""
    return next((row for row in law_rows(policies, state, kind) if row.holds(on)), None)


def percent_held(policies: Mapping[str, Any], state: str | None, kind: Kind, on: date) -> int:
    """How much of the value is held for the state: all of it where no row says otherwise."""
    if policies["escheat"] == "exempt":
        return 0
    row = law_row(policies, state, kind, on)
    if row is None:
        return WHOLE
    return row.percent if row.subject else 0


def dormant_on(row: LawRow, trigger: date) -> date | None:
    """The day on which value has been dormant for long enough; None while no months are set."""
    if not row.subject or row.dormancy_months is None:
        return None
    return Duration(months=row.dormancy_months).end(trigger)


def minimum_months(policies: Mapping[str, Any], state: str | None, kind: Kind, on: date) -> int:
    """The longest minimum life in force for what is granted on that day; 0 for none."""
    rows = map(MinimumLife.model_validate, policies.get("minimum_life", ()))
    return max(
        (
            row.months
            for row in rows
            if row.state in (state, FEDERAL) and row.kind == kind and row.holds(on)
        ),
        default=0,
    )
