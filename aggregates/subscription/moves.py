"""What events of units and their undoing have in common, and what money settles."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from aggregates.service.costs import CostKind
from aggregates.values import BreaksTo, Liability, Revenue, SaleDimensions, Share
from ledger.events import Event
from ledger.ids import Id
from ledger.money import Amount
from ledger.quantity import Quantity


class Draw(Event):
    """One lot and one visit line; `payable` of the amount is owed to an agent's principal.

    On a credit lot `quantity` is face used, and `tax` what it pays of the visit line's tax
    (accounting.md 12, row 13). The amount is `unposted` while there is no contract (2), or no
    signature where that is the trigger (6.1); what would be payable of it is `unposted_payable`.
    `cost` is what the visit cost of it (rows 49, 51), `interlocation` what the place of the sale
    owes that of the visit (row 52). A product may be brought back until `returnable_until` (50).
    What is `carried_over` is no visit: another system counted it before.
    """

    visit: Id
    visit_line: Id
    line: Id
    grant: Id
    service: Id
    quantity: Quantity
    amount: Amount
    payable: Amount = 0
    tax: Amount = 0
    unposted: Amount = 0
    unposted_payable: Amount = 0
    status: Literal["completed", "no_show", "late_cancel"]
    liability: Liability
    revenue: Revenue
    sale: SaleDimensions
    location: Id | None = None
    provider: Id | None = None
    cost: Amount | None = None
    cost_of: CostKind | None = None
    interlocation: Amount | None = None
    returnable_until: date | None = None
    carried_over: bool = False

    @property
    def draw(self) -> str:
        """The visit line, as one word: it draws from a lot at most once."""
        return f"{self.visit}/{self.visit_line}"

    @property
    def key(self) -> str:
        """The draw and its lot, as a contract names what waits to be posted."""
        return f"{self.draw}/{self.grant}"


@dataclass(frozen=True, slots=True)
class Unposted:
    """What a draw is worth that waits for a contract (2) or for a signature (6.1)."""

    grant: str
    revenue: Revenue
    amount: int
    payable: int


class Lapse(Event):
    """Units of a lot on their way into or out of expiry, and where their value goes (7.6).

    `forfeited` is breakage (row 20), `credited` store credit (row 20a), `held` stays in the
    liability. `waived` was never paid and, while the units are expired, is not owed, nor is
    its tax; `unbilled` and `unbilled_tax` of it stood in 1100. Of what is forfeited, `cancelled`
    is kept because the contract was cancelled (4040); the rest `breaks_to` services, or to 4030,
    and belongs to the place of the sale unless it `breaks_at` another (6.6): where the places owe
    each other what one earns for the other, `between` says so (row 52).
    """

    line: Id
    grant: Id
    quantity: Quantity
    liability: Liability
    forfeited: Amount
    credited: Amount
    held: Amount
    waived: Amount = 0
    waived_tax: Amount = 0
    unbilled: Amount = 0
    unbilled_tax: Amount = 0
    cancelled: Amount = 0
    breaks_to: BreaksTo | None = None
    breaks_at: Id | None = None
    between: Literal[True] | None = None
    sale: SaleDimensions

    @property
    def gone(self) -> int:
        """What left the liability."""
        return self.forfeited + self.credited

    @property
    def value(self) -> int:
        """The value of the units."""
        return self.gone + self.held + self.waived


class Settling(Event):
    """Money for what was billed belongs to lines, as cash books ask (accounting.md 12.1).

    `settled_amount` = Σ settled + settled_tax + settled_interest: of the receivable, all but what
    was billed for nothing that is left.
    """

    settled: tuple[Share, ...] = ()
    settled_tax: Amount = 0
    settled_interest: Amount = 0
    settled_amount: Amount = 0
