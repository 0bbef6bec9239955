"""Pauses of a contract: what stands still, and on which days (accounting.md 6.4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from aggregates.subscription.change_events import PauseMode
from ledger.calendar import days_between
from ledger.daily import Freeze

#: Modes in which nothing falls due, and due dates move by the paused days.
POSTPONING = frozenset({"stop_clock", "benefits_usable"})


@dataclass(frozen=True, slots=True)
class UnmovedLot:
    """The days a lot had before the pause moved them."""

    grant: str
    starts: date
    ends: date | None
    lapses: date | None


@dataclass(frozen=True, slots=True)
class Pause:
    """Time stands still, or billing does, over ``[starts, until)``; open without `until`.

    One that is not `begun` moves on its first day what it has not moved yet. `lots`, the start
    `cycle_starts` of the next cycle and the contract's `last_day` are as they were before, for
    the day on which the pause ends otherwise than arranged.
    """

    starts: date
    until: date | None
    mode: PauseMode
    begun: bool = True
    lots: tuple[UnmovedLot, ...] = ()
    cycle: int | None = None
    cycle_starts: date | None = None
    last_day: date | None = None

    def covers(self, on: date) -> bool:
        """Whether that day is paused; the first day back is not."""
        return self.starts <= on and (self.until is None or on < self.until)

    def days_until(self, until: date | None) -> timedelta | None:
        """The length of the pause if it ends on `until`; unknown while it is open."""
        return None if until is None else timedelta(days=days_between(self.starts, until))


def pause_on(pauses: Iterable[Pause], on: date, modes: frozenset[str]) -> Pause | None:
    """The pause of one of these modes that covers the day."""
    return next((pause for pause in pauses if pause.mode in modes and pause.covers(on)), None)


def due_day(pauses: Iterable[Pause], due: date) -> date | None:
    """The day on which something arranged for `due` falls due; None while a pause is open."""
    for pause in sorted(pauses, key=lambda pause: pause.starts):
        if pause.mode not in POSTPONING or due < pause.starts:
            continue
        days = pause.days_until(pause.until)
        if days is None:
            return None
        due += days
    return due


def moves_days(pauses: Iterable[Pause], on: date) -> bool:
    """Whether a pause moves days from that day on: one that runs, is open or is arranged."""
    return any(
        item.mode in POSTPONING and (item.until is None or item.until > on) for item in pauses
    )


def day_after(pauses: Iterable[Pause], on: date) -> date | None:
    """That day, or the first one after the pause that takes it in; None until one is resumed."""
    day: date | None = on
    while day is not None and (pause := pause_on(pauses, day, POSTPONING)) is not None:
        day = pause.until
    return day


def stopped(pauses: Iterable[Pause]) -> tuple[Freeze, ...]:
    """The days in which the clock stands still."""
    return tuple((item.starts, item.until) for item in pauses if item.mode == "stop_clock")
