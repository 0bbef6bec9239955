"""A line as sold: what it grants, what it is worth, how long it runs."""

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from aggregates.offer.lines import Cap
from aggregates.terms import Percent
from aggregates.values import Duration, Exact, Liability, LineKind, Revenue, Text, Word
from ledger.daily import Pace
from ledger.daycount import DayCount
from ledger.events import Frozen
from ledger.ids import Id
from ledger.money import Amount
from ledger.quantity import Quantity, steps
from ledger.ratios import Rounding

#: Kinds that are earned by the day whatever is used of them (accounting.md 6.2).
BY_DAY = frozenset({"access", "unlimited", "setup_fee"})
#: Kinds that a visit line can use up to cover a service.
COVERING = frozenset({"units", "unlimited"})


class ServiceTerm(Frozen):
    """A service of a line as it was priced at the sale."""

    service: Id
    list_price: Amount
    ssp: Exact
    product: bool = False
    agent_cost: Amount | None = None


class SoldLine(Frozen):
    """A lot as it was promised; `[starts, ends)` are local dates, `lapses` its last valid day.

    `quantity` counts units, minor units of face value on credit, points, or uses of a discount;
    none on a line of time. `services` are what units and unlimited lines cover; `scope` and
    `categories` limit credit, discounts and points, neither meaning any service. A `bonus` line
    was granted free beside paid value; a bonus credit on the same terms is pooled with the paid
    one (accounting.md 5.4): `bonus_face` of its quantity then is the line `bonus_line`. A
    `ratable` quota is earned by day (6.3). The whole discount went to `bundled` lines (4.4).
    `cycle` numbers the cycles of a membership. `rounding`, `day_count` and `timezone` are given
    where the sale's policies differ from the defaults.
    """

    line: Id
    grant: Id
    kind: LineKind
    ssp: Exact
    allocated: Amount
    liability: Liability
    starts: date
    ends: date | None = None
    lapses: date | None = None
    expires_after: Duration | None = None
    quantity: Quantity | None = None
    services: tuple[ServiceTerm, ...] = ()
    scope: tuple[Id, ...] = ()
    categories: tuple[Word, ...] = ()
    access: tuple[Word, ...] = ()
    cap: Cap | None = None
    percent: Percent | None = None
    amount: Amount | None = None
    value: Amount | None = None
    weighted: bool = False
    immaterial: bool = False
    bonus: bool = False
    bonus_face: Quantity | None = None
    bonus_line: Id | None = None
    ratable: bool = False
    cycle: int | None = None
    priority: int = 100
    bundled: Literal[True] | None = None
    rounding: Rounding | None = None
    day_count: DayCount | None = None
    timezone: Text | None = None

    @cached_property
    def covered(self) -> frozenset[str]:
        """The services that the line covers; asked of every lot a patient has, at each visit."""
        return frozenset(term.service for term in self.services)

    @cached_property
    def by_day(self) -> bool:
        """Whether time earns it and not use: also a standing discount, which counts no uses."""
        standing = self.kind == "discount" and self.quantity is None
        return self.kind in BY_DAY or self.ratable or standing

    @cached_property
    def pace(self) -> Pace:
        """How time earns the line (6.2)."""
        return Pace(self.day_count, self.timezone, self.rounding)

    @cached_property
    def revenue(self) -> Revenue:
        """What earns the line, whichever of its services is used (accounting.md 12)."""
        if self.by_day:
            return "access"
        goods = bool(self.services) and all(term.product for term in self.services)
        return "products" if goods else "services"

    def in_scope(self, service: str, category: str | None) -> bool:
        """Whether credit, a discount or points may be used for a service of that category."""
        if self.scope:
            return service in self.scope
        return not self.categories or category in self.categories

    def term(self, service: str) -> ServiceTerm | None:
        """The terms of a service, or None when the line does not cover it."""
        return next((term for term in self.services if term.service == service), None)

    def at_list(self, quantity: Decimal, service: str) -> int:
        """In thousandths: a unit's list price, credit's face, the value of points (8.1)."""
        term = self.term(service)
        each = term.list_price if term else (1 if self.kind == "credit" else self.value or 0)
        return each * steps(quantity)
