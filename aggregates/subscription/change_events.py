"""What changes a contract on its way: pauses, cancellation, another plan, a modification.

None of these accrues anything: a line earned by day is fixed at the day of the change, and what
is left runs anew (accounting.md 6.2).
"""

from datetime import date
from typing import Literal

from aggregates.subscription.leaving import FrozenSpan, LeavingLot
from aggregates.subscription.line import SoldLine
from aggregates.terms import RecurringBilling
from aggregates.values import (
    ContractShare,
    Digest,
    ForfeitsTo,
    Liability,
    Revenue,
    SaleDimensions,
    Share,
    Text,
    Word,
)
from ledger.events import Event, Frozen
from ledger.ids import Id
from ledger.money import Amount, Minor
from ledger.quantity import Quantity

#: What stands still in a pause: time, billing while draws go on, or billing alone (6.4).
PauseMode = Literal["stop_clock", "benefits_usable", "skip_billing"]
Method = Literal["separate", "prospective", "catch_up"]
Proration = Literal["days", "none"]


class MovedLot(Frozen):
    """A lot with its days as they are from now on; without `ends` they are not known yet.

    `begins` is the first day of a lot that had not begun. Where `starts` is given, the lot has
    earned `recognised` and earns `amount` over ``[starts, ends)``.
    """

    line: Id
    grant: Id
    begins: date | None = None
    ends: date | None = None
    lapses: date | None = None
    recognised: Amount = 0
    amount: Amount = 0
    starts: date | None = None


class MovedCycle(Frozen):
    """A membership's cycle with its days as they are from now on."""

    cycle: int
    starts: date
    ends: date


class Moving(Event):
    """Days that move because time, or billing, stands still (accounting.md 6.4).

    `next_cycle` is the first that has not fallen due, and falls due on `next_starts`, with all
    later ones counted from there; without that day it waits for the end of the pause. `last_day`
    is the contract's last day, if it has one that is known.
    """

    freezes: tuple[FrozenSpan, ...] = ()
    lots: tuple[MovedLot, ...] = ()
    cycles: tuple[MovedCycle, ...] = ()
    next_cycle: int | None = None
    next_starts: date | None = None
    last_day: date | None = None


class Paused(Moving):
    """A pause over ``[starts, until)``; `until` is the first day back.

    One that is not `begun` takes effect, in whole or in part, on its first day.
    """

    starts: date
    until: date | None = None
    mode: PauseMode
    begun: bool


class PauseBegan(Moving):
    """The first day of a pause that was arranged before: what it moves is known now."""

    starts: date


class Resumed(Moving):
    """The pause that began on `starts` ends: `until` is the first day back."""

    starts: date
    until: date


class CancellationRequested(Event):
    """The contract is under notice and ends with the day `ends` (accounting.md 8.3).

    `penalty` is what leaving within the commitment costs.
    """

    ends: date
    penalty: Amount = 0
    channel: Word
    received_on: date
    communication: Id | None = None
    reason: Digest


class EndedLot(LeavingLot):
    """What a lot has left when its contract ends, and where the guard lets its value go (7.6).

    `freed` leaves the liability: `forfeited` is kept (row 20, to 4040 unless `forfeits_to` says
    otherwise), `credited` becomes store credit (row 20a); `held` stays in the liability; `unbilled`
    was never paid, and is billed no longer.
    """

    forfeited: Amount = 0
    credited: Amount = 0
    held: Amount = 0
    unbilled: Amount = 0
    forfeits_to: ForfeitsTo | None = None


class ContractEnded(Event):
    """The last day of a cancelled contract is over; nothing is refunded.

    `tax` is the tax in a part payment for a cycle never granted; it and Σ lots.credited make up
    `credited`. What was billed, never paid and may not be kept is `unbilled`, its tax included. Of
    the `penalty`, `penalty_owed` is not covered by what is forfeited (row 19 when
    paid). `waived` was asked for and is not owed any more. `missing` is what the guard lacked.
    What an open dispute had cleared is `uncleared` where no liability is left that could be: it is
    disputed as revenue from now on (row 37a).
    """

    lots: tuple[EndedLot, ...]
    forfeited: Amount
    credited: Amount
    held: Amount
    tax: Amount = 0
    penalty: Amount = 0
    penalty_owed: Amount = 0
    waived: Amount = 0
    unbilled: Amount = 0
    unbilled_tax: Amount = 0
    missing: tuple[str, ...] = ()
    uncleared: tuple[Share, ...] = ()
    sale: SaleDimensions


class PlanTerms(Frozen):
    """What the cycles of a membership are under a plan: the offer, its price, its lines.

    It holds from the cycle `since` on; cycles are counted from `anchor`, on which `first` began.
    """

    offer: Id
    offer_version: int
    name: Text
    tier: Word | None = None
    sale: SaleDimensions
    billing: RecurringBilling
    price: Amount
    tax: Amount
    lines: tuple[SoldLine, ...]
    anchor: date
    first: int
    since: int


class PlanChangeScheduled(Event):
    """Another plan holds from the cycle `plan.since` on; nothing is prorated (9.4).

    Where it `starts` on a day within a cycle, `PlanChanged` follows on that day.
    """

    plan: PlanTerms
    starts: date | None = None
    proration: Proration = "none"


class CarriedShare(Share):
    """The part of the carried funding that a new lot begins with; `paid` of it was received."""

    paid: Amount


class PlanChanged(Event):
    """Another plan from a day within a cycle on: old lots end, new ones begin (row 43; 9.4).

    The new lots share what the old ones had not earned and `due`, which is then owed like an
    instalment. `shares` leave the old lines, `carried` funds the new ones, `credits` of the old
    lines' funding become store credit (row 45, `credited`). `sale` is the new plan's; the old
    lines' shares carry their own.
    """

    plan: PlanTerms
    cycle: int
    starts: date
    ends: date
    proration: Proration
    due: Amount
    credited: Amount = 0
    lots: tuple[LeavingLot, ...]
    lines: tuple[SoldLine, ...]
    shares: tuple[ContractShare, ...]
    carried: tuple[CarriedShare, ...]
    credits: tuple[ContractShare, ...] = ()
    sale: SaleDimensions


class CaughtUpLot(Frozen):
    """A lot whose progress is measured anew over all of its value (row 44; 9.3).

    Its value rises by `added` or falls by `taken`, its units likewise by `more` or `fewer`;
    revenue to date rises by `earned` or falls by `unearned`.
    """

    line: Id
    grant: Id
    liability: Liability
    revenue: Revenue
    added: Amount = 0
    taken: Amount = 0
    more: Quantity
    fewer: Quantity
    earned: Amount = 0
    unearned: Amount = 0


class ContractModified(Event):
    """A contract was changed by agreement (accounting.md 9): see `PlanChanged` for the shares.

    `price` is the extra consideration; what of it is not `credited` (row 45) is owed or no
    longer owed. `separate` opens lots of their own, `prospective` ends the old lots and begins
    new ones, `catch_up` goes on with the same.
    """

    modification: Id
    method: Method
    starts: date
    price: Minor
    credited: Amount = 0
    lots: tuple[LeavingLot, ...] = ()
    lines: tuple[SoldLine, ...] = ()
    shares: tuple[ContractShare, ...] = ()
    carried: tuple[CarriedShare, ...] = ()
    credits: tuple[ContractShare, ...] = ()
    caught_up: tuple[CaughtUpLot, ...] = ()
    reason: Digest
    approver: Id | None = None
    sale: SaleDimensions
