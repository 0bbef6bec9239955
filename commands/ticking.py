"""Ticking: what time alone brings, as commands with derived ids (style.md 8.1).

The read model only says whom to ask; each step is decided on its stream and remembered by its
id, so that a tick after a month of downtime, or two at once, do everything exactly once.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from aggregates.expiry import due_lots
from commands.envelope import Actor, Envelope, Result
from commands.handling import Commands
from ledger.calendar import end_of_day, local_date

#: The contracts of a clinic with something that may lapse by a day.
Due = Callable[[str, date], list[str]]

_STEPS_AT_ONCE = 200


def tick(
    commands: Commands, clinic: str, due: Due, actor: Actor, through: date | None = None
) -> Iterator[Result]:
    """Brings everything due by the clock's now, or by the end of `through`, in order of dates."""
    timezone = commands.desk(clinic).clinic().timezone
    yesterday = local_date(commands.clock(), timezone) - timedelta(days=1)
    last = yesterday if through is None else min(through, yesterday)
    steps = sorted(_expiries(commands, clinic, due(clinic, last), last))
    for start in range(0, len(steps), _STEPS_AT_ONCE):
        envelopes = [
            _expire(clinic, subscription, day, timezone, actor)
            for day, subscription in steps[start : start + _STEPS_AT_ONCE]
        ]
        yield from commands.handle_many(clinic, envelopes)


def _expiries(
    commands: Commands, clinic: str, subscriptions: list[str], last: date
) -> Iterator[tuple[date, str]]:
    desk = commands.desk(clinic)
    for key, state in desk.subscriptions(subscriptions).items():
        for day in sorted({lot.lapses for lot in due_lots(state, last) if lot.lapses}):
            yield day, key


def _expire(clinic: str, subscription: str, day: date, timezone: str, actor: Actor) -> Envelope:
    """The step that lapses what ends on `day`; its id is derived, so it happens once."""
    return Envelope(
        command="expire",
        id=derived_id("expire", subscription, day.isoformat()),
        clinic=clinic,
        at=end_of_day(day, timezone),
        actor=actor,
        data={"subscription": subscription},
    )


def derived_id(*parts: str) -> str:
    """A command id that the same cause always gives again."""
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{parts[0]}-{digest[:40]}"
