"""Ticking: what time alone brings, as commands with derived ids (style.md 8.1).

The read model only says whom to ask; each step is decided on its stream and remembered by its
id, so that a tick after a month of downtime, or two at once, do everything exactly once.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime

from aggregates.dormant_credit import dormant_credits
from aggregates.drafting import start_of_day
from aggregates.due import due_steps
from aggregates.timing import Step
from commands.disputing import warnings
from commands.envelope import Actor, Envelope, Result
from commands.handling import Commands
from commands.periods import reminders
from ledger.calendar import ONE_DAY, end_of_day, local_date

#: The contracts, disputes or patients of a clinic for which time may bring something by a day.
Due = Callable[[str, date], list[str]]

_STEPS_AT_ONCE = 200


def tick(
    commands: Commands,
    clinic: str,
    due: Due,
    actor: Actor,
    through: date | None = None,
    disputes: Due | None = None,
    holders: Due | None = None,
) -> Iterator[Result]:
    """Brings everything due by the clock's now, or by the end of `through`.

    Day by day, and on a day by class and subscription (accounting.md 13): a step may bring
    further ones, on its own day or later. Of `disputes`, whose answers are due soon, their
    handler is told. Of `holders` of store credit, what nobody claims falls to the state.
    """
    known, now = commands.desk(clinic).clinic(), commands.clock()
    timezone = known.timezone
    begun, over = _reached(now, timezone, through)
    waiting = _Waiting(commands, clinic, now, through)
    anywhere = known.day_anywhere(begun, now)
    waiting.ask(due(clinic, anywhere if through is None else min(anywhere, through)))
    while steps := waiting.next():
        for start in range(0, len(steps), _STEPS_AT_ONCE):
            chunk = steps[start : start + _STEPS_AT_ONCE]
            envelopes = [
                _envelope(clinic, key, step, waiting.zones[key], actor) for key, step in chunk
            ]
            yield from commands.handle_many(clinic, envelopes)
        waiting.ask(subscription for subscription, _ in steps)
    if holders is not None:
        named = holders(clinic, begun)
        yield from commands.handle_many(clinic, [*_dormant(commands, clinic, named, over, actor)])
    reminding = list(reminders(commands.desk(clinic), begun, actor))
    if disputes is not None:
        moment = min(commands.clock(), end_of_day(begun, timezone))
        named = disputes(clinic, begun)
        reminding += warnings(commands.desk(clinic), named, moment, actor)
    if reminding:
        yield from commands.handle_many(clinic, reminding)


def _reached(now: datetime, timezone: str, through: date | None) -> tuple[date, date]:
    """The last day that has begun in a time zone, and the last one that is over."""
    today = local_date(now, timezone)
    begun = today if through is None else min(through, today)
    return begun, min(begun, today - ONE_DAY)


class _Waiting:
    """The steps that are due, by subscription, in the time zone of each; each step is taken once,
    whatever came of it.
    """

    def __init__(
        self, commands: Commands, clinic: str, now: datetime, through: date | None
    ) -> None:
        self._commands, self._clinic = commands, clinic
        self._now, self._through = now, through
        self.zones: dict[str, str] = {}
        self._steps: dict[str, list[Step]] = {}
        self._taken: set[str] = set()

    def ask(self, subscriptions: Iterable[str]) -> None:
        """Reads these contracts anew."""
        states = self._commands.desk(self._clinic).subscriptions(dict.fromkeys(subscriptions))
        for key, state in states.items():
            if state.sold is None:
                continue
            self.zones[key] = state.sold.timezone
            steps = due_steps(state, *_reached(self._now, state.sold.timezone, self._through))
            self._steps[key] = [step for step in steps if step_id(key, step) not in self._taken]

    def next(self) -> list[tuple[str, Step]]:
        """The steps of the earliest day, with the subscription, in the order to take them."""
        day = min((step.day for steps in self._steps.values() for step in steps), default=None)
        found = [
            (key, step) for key, steps in self._steps.items() for step in steps if step.day == day
        ]
        self._taken |= {step_id(key, step) for key, step in found}
        return sorted(found, key=lambda item: (item[1].order, item[0], item[1].key))


def step_id(subscription: str, step: Step) -> str:
    """The id of a step's command: the same cause always gives it again."""
    parts = (step.command, subscription, step.day.isoformat(), step.key)
    return derived_id(*filter(None, parts))


def _envelope(clinic: str, subscription: str, step: Step, timezone: str, actor: Actor) -> Envelope:
    at = end_of_day(step.day, timezone) if step.at_end else start_of_day(step.day, timezone)
    return Envelope(
        command=step.command,
        id=step_id(subscription, step),
        clinic=clinic,
        at=at,
        actor=actor,
        data=step.data,
    )


def _dormant(
    commands: Commands, clinic: str, patients: Iterable[str], over: date, actor: Actor
) -> Iterator[Envelope]:
    """One command for each day on which store credit of a patient is dormant for long enough."""
    desk = commands.desk(clinic)
    timezone = desk.clinic().timezone
    for key in patients:
        days = {day for day, _ in dormant_credits(desk.patient(key), desk.clinic()) if day <= over}
        for day in sorted(days):
            yield Envelope(
                command="credit_dormancy",
                id=derived_id("credit_dormancy", key, day.isoformat()),
                clinic=clinic,
                at=end_of_day(day, timezone),
                actor=actor,
                data={"patient": key},
            )


def derived_id(*parts: str) -> str:
    """A command id that the same cause always gives again."""
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{parts[0]}-{digest[:40]}"
