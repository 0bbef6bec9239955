"""A visit line on its way to its answer: what is covered, taken off, paid, and still open."""

from dataclasses import dataclass, field
from decimal import Decimal

from aggregates.covering.hindrance import gave_away
from aggregates.covering.holdings import Candidate, Holdings
from aggregates.covering.order import hinders
from aggregates.service.events import ServiceDefined
from aggregates.visit.events import CoverageRow, Drawn
from aggregates.visit.orders import VisitLine
from ledger.codes import ORDER, Code
from ledger.quantity import steps, times
from ledger.ratios import part_of


@dataclass(slots=True)
class Bill:
    """`need` is what units do not cover yet; `discount` and `credit`, face of credit and the value
    of points, are money off the price of that part. `faint` are the reasons of lots whose units
    were given away, which speak where no other does. A `missed` visit owes nothing; it is `spared`
    where a contract does not count it as used.
    """

    line: VisitLine
    service: ServiceDefined
    missed: bool
    need: Decimal
    draws: list[Drawn] = field(default_factory=list)
    reasons: list[Code] = field(default_factory=list)
    faint: list[Code] = field(default_factory=list)
    spared: bool = False
    discount: int = 0
    credit: int = 0

    @property
    def list_price(self) -> int:
        """The visit's price of one unit, else the service's."""
        price = self.line.list_price
        return self.service.list_price if price is None else price

    @property
    def price_left(self) -> int:
        """The price of what units do not cover, less what is off or paid, without tax."""
        return times(self.list_price, self.need) - self.discount - self.credit

    @property
    def tax(self) -> int:
        """The tax on what units do not cover."""
        return part_of(self.line.tax, steps(self.need), steps(self.line.quantity))

    @property
    def owed(self) -> int:
        """What is still to be paid, with tax."""
        return 0 if self.missed else self.price_left + self.tax

    def open_to(self, held: Holdings, candidate: Candidate) -> bool:
        """Whether the lot may give something; if not, why is kept for the answer."""
        reason = hinders(held, candidate)
        if reason is not None:
            (self.faint if gave_away(held.lot(candidate)) else self.reasons).append(reason)
        return reason is None

    def row(self) -> CoverageRow:
        """The answer (interfaces.md 4, "Using"); a line wholly paid by credit is covered."""
        wholly = self.credit > 0 and not self.owed
        covered = self.line.quantity if wholly else self.line.quantity - self.need
        return CoverageRow(
            line=self.line.line,
            service=self.line.service,
            quantity=self.line.quantity,
            covered=covered,
            prepaid=sum(drawn.amount for drawn in self.draws),
            list_price=self.list_price,
            discount=self.discount,
            credit=self.credit,
            patient_owes=self.owed,
            draws=tuple(self.draws),
            reason=None if covered == self.line.quantity else self._reason(),
        )

    def _reason(self) -> str:
        """The reason of the candidate that got furthest in the order of checks (interfaces.md 3);
        a missed visit that a contract does not count as used has its own.
        """
        furthest = max(self.reasons or self.faint, key=ORDER.__getitem__, default=Code.NOT_COVERED)
        return "no_show" if self.spared and furthest is Code.NOT_COVERED else furthest.value
