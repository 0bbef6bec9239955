"""What the ledger tells other services to do: they post nothing and change no balance.

`key` names the occasion: each is told once.
"""

from datetime import date

from aggregates.values import Word
from ledger.events import Event
from ledger.ids import Id
from ledger.money import PositiveAmount
from ledger.quantity import Quantity


class PaymentDue(Event):
    """An instalment or a cycle is unpaid on its due date, or on a day of retry after it."""

    due: date
    amount: PositiveAmount
    attempt: int
    cycle: int | None = None

    @property
    def key(self) -> str:
        """The occasion: the due date and the attempt."""
        return payment_key(self.due, self.attempt)


class ExpiryReminderDue(Event):
    """A lot expires in so many days, and the terms promise a notice of it."""

    line: Id
    grant: Id
    days: int
    expires: date
    remaining: Quantity

    @property
    def key(self) -> str:
        """The occasion: the lot, its last day and the promised notice."""
        return reminder_key(self.grant, self.expires, self.days)


class RenewalNoticeDue(Event):
    """A membership renews in so many days, and the terms promise a notice of it."""

    cycle: int
    days: int
    due: date
    amount: PositiveAmount

    @property
    def key(self) -> str:
        """The occasion: the cycle and the promised notice."""
        return renewal_key(self.cycle, self.days)


class MilestoneDue(Event):
    """A step that the program plans at intervals has come: a check-in, a lab."""

    milestone: Word
    number: int
    on: date
    service: Id | None = None

    @property
    def key(self) -> str:
        """The occasion: the milestone and how many there were."""
        return milestone_key(self.milestone, self.number)


Signal = PaymentDue | ExpiryReminderDue | RenewalNoticeDue | MilestoneDue


def payment_key(due: date, attempt: int) -> str:
    return f"payment {due} {attempt}"


def reminder_key(grant: str, expires: date, days: int) -> str:
    return f"expiry {grant} {expires} {days}"


def renewal_key(cycle: int, days: int) -> str:
    return f"renewal {cycle} {days}"


def milestone_key(milestone: str, number: int) -> str:
    return f"milestone {milestone} {number}"
