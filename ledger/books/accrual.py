"""Access over time: what each day earns, and the closing entries for it (accounting.md 6.2)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Literal, NamedTuple

from ledger.books.chart import (
    ACCESS_REVENUE,
    COMMISSION_EXPENSE,
    DEFERRED_COMMISSIONS,
    INTEREST_INCOME,
    SETUP_FEES,
    UNBILLED,
)
from ledger.books.entries import Dimensions, Entry, Line
from ledger.books.rows import closing_rank
from ledger.calendar import ONE_DAY, Period
from ledger.daily import BY_DAYS, Freeze, Pace, earned_by_day, refrozen

#: Days of access, of a joining fee (accounting.md 12), of a commission (10.8), of interest (10.6).
ROW, SETUP_ROW, COMMISSION_ROW, INTEREST_ROW = "14", "15", "10.8a", "46"
ROWS = (ROW, SETUP_ROW, COMMISSION_ROW, INTEREST_ROW)


class Earned(NamedTuple):
    """What time that passes posts: the row, and the accounts debited and credited."""

    row: str
    debited: str
    credited: str


def earned_from(account: str) -> Earned:
    """What a line posts that stands in this account: what time earns leaves the liability; of a
    commission it leaves the asset, and interest is receivable.
    """
    if account == DEFERRED_COMMISSIONS:
        return Earned(COMMISSION_ROW, COMMISSION_EXPENSE, account)
    if account == UNBILLED:
        return Earned(INTEREST_ROW, account, INTEREST_INCOME)
    return Earned(SETUP_ROW if account == SETUP_FEES else ROW, account, ACCESS_REVENUE)


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to a time line on the day `on`.

    ``start``: `amount` is earned by day over ``[starts, ends)``; without these days nothing
    runs yet. ``fix``: what was running has earned exactly `amount` and earns no more. ``less``:
    what is running is worth `amount` less. ``stop``: it earns no more after that day.
    ``finish``: all that is running is earned that day. ``settle``: from that day on what was
    funded is earned, neither more nor less. ``freeze``: time stands still over
    ``[starts, ends)``, which may be open, in place of what was said before of a freeze from
    `starts` on.
    """

    on: date
    kind: Literal["start", "fix", "less", "stop", "finish", "settle", "freeze"]
    amount: int = 0
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class Obligation:
    """A lot of a time line: its steps in the order of recording, and its funding by day.

    `funding` is what the account was credited, net, on each service date; `account` is the
    liability, of a commission the asset, of interest the receivable. A line that `runs_ahead` of
    payment earns in full (accounting.md 10.4), any other never more than it was funded with.
    `pace` is how the sale's policies let time earn.
    """

    lot: str
    account: str
    at: Dimensions
    runs_ahead: bool
    steps: tuple[Step, ...]
    funding: tuple[tuple[date, int], ...] = ()
    pace: Pace = BY_DAYS


@dataclass(frozen=True, slots=True)
class Window:
    """The open periods to accrue, the last one through the day `through`.

    `closed` is the last period with a close in force: days in it or before were accrued
    then, and what they turn out to be worth now is posted late (accounting.md 6.2, 14.2).
    """

    periods: tuple[Period, ...]
    through: date
    closed: Period | None = None
    provisional: bool = False

    def last_day(self, period: Period) -> date:
        """The day a period is accrued through."""
        return min(period.last, self.through)

    @property
    def prefix(self) -> str:
        """How ids of entries begin: those of a close with "c", provisional ones with "p"."""
        return "p" if self.provisional else "c"

    def entry(
        self,
        period: Period,
        row: str,
        about: str,
        lines: tuple[Line, ...],
        *,
        lot: str = "",
        on: date | None = None,
    ) -> Entry:
        """The closing entry of a row `about` a contract or pool, on the period's last day."""
        day = on or self.last_day(period)
        name = f"{self.prefix}-{period}-{row}"
        return Entry(
            entry=f"{name}-{about}" if about else name,
            posting_date=day,
            period=str(period),
            service_date=day,
            rule=row,
            lines=lines,
            provisional=self.provisional,
            closing=closing_rank(row),
            lot=lot,
        )


@dataclass(slots=True)
class _Running:
    """A stretch of days that earns `amount`, through `last` at most."""

    amount: int
    starts: date
    ends: date
    pace: Pace
    last: date = date.max - ONE_DAY
    frozen: tuple[Freeze, ...] = ()

    def earned(self, through: date) -> int:
        day = min(through, self.last)
        return earned_by_day(self.amount, self.starts, self.ends, self.frozen, day, self.pace)

    def change(self, step: Step) -> None:
        """Lets the step take effect on what runs."""
        if step.kind == "less":
            self.amount -= step.amount
        elif step.kind == "stop":
            self.last = min(self.last, step.on)
        elif step.kind == "freeze" and step.starts is not None:
            self.frozen = refrozen(self.frozen, step.starts, step.ends)


def earned(steps: Iterable[Step], through: date, pace: Pace = BY_DAYS) -> int:
    """What the steps that took effect by the end of that day have earned by then."""
    fixed = 0
    running: list[_Running] = []
    for step in steps:
        if step.on > through:
            continue
        for span in running:
            span.change(step)
        if step.kind == "start" and step.starts and step.ends:
            running.append(_Running(step.amount, step.starts, step.ends, pace))
        elif step.kind == "fix":
            fixed, running = fixed + step.amount, []
        elif step.kind == "finish":
            fixed, running = fixed + sum(span.amount for span in running), []
    return fixed + sum(span.earned(through) for span in running)


def accrued(obligation: Obligation, through: date) -> int:
    """Cumulative revenue of a time line by the end of that day."""
    funded = sum(amount for on, amount in obligation.funding if on <= through)
    if any(step.kind == "settle" and step.on <= through for step in obligation.steps):
        return funded
    value = earned(obligation.steps, through, obligation.pace)
    return value if obligation.runs_ahead else min(value, max(funded, 0))


def accruals(obligation: Obligation, recorded: Mapping[str, int], window: Window) -> list[Entry]:
    """One closing entry per period in which the line earned something not recorded yet.

    `recorded` is what earlier closes accrued, by the period it was earned in.
    """
    entries = []
    booked = dict(recorded)
    for period in _periods(obligation, recorded, window):
        month, day = str(period), window.last_day(period)
        before = sum(amount for origin, amount in booked.items() if origin <= month)
        amount = accrued(obligation, day) - before
        if amount:
            booked[month] = booked.get(month, 0) + amount
            entries.append(_entry(obligation, period, day, amount, window))
    return entries


def _periods(
    obligation: Obligation, recorded: Mapping[str, int], window: Window
) -> Sequence[Period]:
    if window.closed is None:
        return window.periods if recorded else _eventful(obligation, window.periods)
    starts = [step.starts for step in obligation.steps if step.starts]
    days_of = window.closed.calendar
    first = min((days_of.of(day) for day in starts), default=window.closed)
    return (*first.until(window.closed), *window.periods)


def _eventful(obligation: Obligation, periods: Sequence[Period]) -> Sequence[Period]:
    """The periods in which a line that nobody accrued yet may earn: from its first step to the
    last day it is given. Where time stands still that day moves, so that none is the last.
    """
    calendar = periods[0].calendar
    first = bisect_left(periods, calendar.of(min(step.on for step in obligation.steps)))
    if any(step.kind == "freeze" for step in obligation.steps):
        return periods[first:]
    days = [day for step in obligation.steps for day in (step.on, step.ends) if day]
    last = calendar.of(max(chain(days, (on for on, _ in obligation.funding))))
    return periods[first : max(bisect_right(periods, last), 1)]


def _entry(obligation: Obligation, period: Period, day: date, amount: int, window: Window) -> Entry:
    late = window.closed is not None and period <= window.closed
    closing_period = window.periods[0] if late else period
    row = earned_from(obligation.account).row
    name = f"{window.prefix}-{closing_period}-{row}-{obligation.at.subscription}-{obligation.lot}"
    return Entry(
        entry=f"{name}-{period}" if late else name,
        posting_date=closing_period.first if late else day,
        period=str(closing_period),
        service_date=day,
        rule=row,
        lines=_lines(obligation, amount),
        prior_period_of=str(period) if late else None,
        provisional=window.provisional,
        closing=closing_rank(row),
        lot=obligation.lot,
    )


def _lines(obligation: Obligation, amount: int) -> tuple[Line, Line]:
    """What time turns out not to have earned comes back."""
    _, debited, credited = earned_from(obligation.account)
    if amount < 0:
        debited, credited = credited, debited
    return Line(debited, abs(amount), 0, obligation.at), Line(
        credited, 0, abs(amount), obligation.at
    )
