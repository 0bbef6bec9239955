"""The shape of a posting rule: data that both the row-by-row feed and the replay read.

A rule names the row of accounting.md 12 and, leg by leg, where in the event's body the amount
and the account come from. It computes nothing: amounts were decided with the event
(architecture.md 1.5).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Side = Literal["debit", "credit"]
#: Where a line's dimensions come from: the sale alone, the sale with the place whose breakage it
#: is, the sale with the visit's place and service, the visit's place without a sale, the
#: contract's id alone (its cash), the item that gives them all itself, or nowhere.
Place = Literal["sale", "deliverer", "visit", "site", "contract", "given", "none"]
#: The field that names the place whose breakage it is, where that is not the sale's.
BREAKS_AT = "breaks_at"


@lru_cache(maxsize=64)
def _mapped(accounts: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return dict(accounts)


@dataclass(frozen=True, slots=True)
class Chosen:
    """An account chosen by a field: `accounts` maps the field's values to codes; `otherwise` is
    the account where there is no such field.
    """

    field: str
    accounts: tuple[tuple[str, str], ...]
    otherwise: str | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """Every account that may be chosen, each once."""
        last = () if self.otherwise is None else (self.otherwise,)
        return tuple(dict.fromkeys((*(code for _, code in self.accounts), *last)))

    def code(self, value: str | None) -> str:
        """The account for a value; raises KeyError for one the rule does not know."""
        if value is None and self.otherwise is not None:
            return self.otherwise
        return _mapped(self.accounts)[value or ""]


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of an entry, once for the event or once per item of the list `each`.

    `amount` names fields to add up; a leading "-" subtracts one. Fields are looked up in the
    item of `each`, or in the event; `account` likewise.
    """

    side: Side
    account: str | Chosen
    amount: tuple[str, ...]
    each: str | None = None
    place: Place = "sale"


@dataclass(frozen=True, slots=True)
class Posting:
    """Row `row` for every event of that type whose fields have the values in `when`."""

    event: str
    row: str
    legs: tuple[Leg, ...]
    when: tuple[tuple[str, tuple[str | bool, ...]], ...] = ()

    def mirrored(self, event: str | None = None) -> "Posting":
        """The same entry with debit and credit exchanged, as a reversal posts it."""
        legs = tuple(
            Leg(
                "credit" if leg.side == "debit" else "debit",
                leg.account,
                leg.amount,
                leg.each,
                leg.place,
            )
            for leg in self.legs
        )
        debits = tuple(leg for leg in legs if leg.side == "debit")
        rest = tuple(leg for leg in legs if leg.side == "credit")
        return Posting(event or self.event, self.row, debits + rest, self.when)
