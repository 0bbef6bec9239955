"""What the scheduling system will say about the quarter, with everything that goes wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

import orjson

from consumers.demo.cast import HERO_SALE, SEED, Sale, sales
from consumers.demo.clinic import CLINIC, DRIP, FORGOTTEN, LASER, PROGRAM, YEAR, Line, moment
from consumers.demo.habits import HABITS
from consumers.demo.members import menu_sales
from ledger.calendar import Period

SOURCE = "/scheduling"
LATE = "late-1"
"""Took place on 29 January and is reported in February, after January's books are closed."""
MONTHS = (Period(YEAR, 1), Period(YEAR, 2), Period(YEAR, 3))
DUPLICATED = 0.05
MISSED = 0.04
KEPT = 0.9
_PROGRAM_PLAN = (
    (0, ("initial-visit", "body-scan", "lab-panel")),
    (7, ("follow-up", "b12-injection")),
    (21, ("follow-up", "b12-injection")),
    (35, ("follow-up", "body-scan", "b12-injection")),
    (42, ("follow-up",)),
    (63, ("follow-up", "b12-injection")),
)
"""Days after the sale and what is done; the fifth visit of the hero is missed."""
_MISSED = 42
_MENU = ("iv-hydration", "iv-energy", "iv-immunity")


@dataclass(frozen=True, slots=True)
class Message:
    """A message on its way to NATS; `reported` is the month in which it arrives."""

    subject: str
    payload: bytes
    reported: Period


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as the scheduling system knows it."""

    visit: str
    sale: Sale
    day: date
    services: Sequence[str]
    hour: int = 10
    status: str = "completed"
    prefer: str | None = None

    def message(self, event: str | None = None, clinic: str | None = None) -> Message:
        """Its CloudEvent; another `event` id makes it a report of its own."""
        at = moment(self.day, self.hour)
        data: Line = {
            "visit": self.visit,
            "patient": self.sale.patient,
            "location": self.sale.place,
            "provider": self.sale.provider,
            "status": self.status,
            "lines": [
                {"line": str(number), "service": service}
                for number, service in enumerate(self.services, start=1)
            ],
        }
        if self.status == "completed":
            data["attendance"] = {"checked_in_at": at}
        if self.prefer is not None:
            data["prefer"] = [self.prefer]
        content = {
            "specversion": "1.0",
            "id": event or f"evt-{self.visit}",
            "source": SOURCE if clinic is None else f"/clinics/{clinic}/scheduling",
            "type": f"visit.{self.status}",
            "subject": self.visit,
            "time": at,
            "datacontenttype": "application/json",
            "data": data,
        }
        subject = f"visits.{CLINIC}.{self.status}"
        return Message(subject, orjson.dumps(content), Period.of(self.day))


def visits() -> list[Visit]:
    """Every visit of the quarter."""
    random = Random(SEED + 1)
    end = MONTHS[-1].last
    everyone = (*sales(), *menu_sales())
    return [visit for sale in everyone for visit in _of(random, sale) if visit.day <= end]


def messages(month: Period) -> list[Message]:
    """What arrives in a month: shuffled, some of it twice, some of it unexpected."""
    random = Random(SEED + month.month)
    found = [visit.message() for visit in visits() if Period.of(visit.day) == month]
    found += [message for message in found if random.random() < DUPLICATED]
    found += [message for message in _unexpected() if message.reported == month]
    random.shuffle(found)
    return found


def _of(random: Random, sale: Sale) -> Iterator[Visit]:
    plans = {PROGRAM: _program, DRIP: _drips, LASER: _lasers, **HABITS}
    days = plans[sale.offer](random, sale)
    for number, (day, services) in enumerate(days, start=1):
        missed = (day - sale.day).days == _MISSED if _is_hero(sale) else random.random() < MISSED
        status = random.choice(("no_show", "late_cancel")) if missed else "completed"
        hour = 10 if _is_hero(sale) else random.randrange(10, 19)
        yield Visit(
            f"v-{sale.subscription}-{number}",
            sale,
            day,
            services,
            hour,
            "no_show" if _is_hero(sale) and missed else status,
        )


def _is_hero(sale: Sale) -> bool:
    return sale.subscription == HERO_SALE


def _program(random: Random, sale: Sale) -> Iterator[tuple[date, Sequence[str]]]:
    for after, services in _PROGRAM_PLAN:
        moved = 0 if _is_hero(sale) or after == 0 else random.randrange(-2, 4)
        if _is_hero(sale) or random.random() < KEPT:
            yield sale.day + timedelta(days=after + moved), services


def _drips(random: Random, sale: Sale) -> Iterator[tuple[date, Sequence[str]]]:
    for number in range(random.randrange(3, 11)):
        yield sale.day + timedelta(days=number * 8), (random.choice(_MENU),)


def _lasers(random: Random, sale: Sale) -> Iterator[tuple[date, Sequence[str]]]:
    for number in range(random.randrange(1, 5)):
        yield sale.day + timedelta(days=number * 21), ("laser-session",)


def _unexpected() -> Iterator[Message]:
    """Late, strange, broken and foreign reports."""
    january, february, march = MONTHS
    sold = next(s for s in sales() if s.offer == DRIP and s.day < date(YEAR, 1, 20))
    late = Visit(LATE, sold, date(YEAR, 1, 29), ("iv-energy",), 17)
    yield replace(late.message(), reported=february)
    first = next(visit for visit in visits() if Period.of(visit.day) == january)
    yield first.message(event=f"evt-again-{first.visit}")
    yield Visit("v-forgotten", sold, date(YEAR, 1, 22), (FORGOTTEN,)).message()
    stranger = replace(sold, patient="p-walk-in")
    yield Visit("v-walk-in", stranger, date(YEAR, 2, 10), ("iv-hydration",)).message()
    nowhere = Visit("v-nowhere", sold, date(YEAR, 3, 3), ("iv-energy",), prefer="s-unknown")
    yield nowhere.message()
    foreign = Visit("v-foreign", sold, date(YEAR, 3, 4), ("iv-energy",))
    yield foreign.message(clinic="radiance")
    yield Message(f"visits.{CLINIC}.completed", b'{"specversion":"1.0","id":"torn', march)
