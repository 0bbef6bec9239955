"""What a question says beside its path: the day, what was known, where a list goes on."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from http import HTTPStatus

from fastapi import Request

from consumers.bootstrap import Ledger
from consumers.horizon import horizon
from consumers.http.problems import Refusal
from ledger.calendar import Period
from ledger.ids import is_id
from projections.balances.asof import View, position_at

#: Questions about what takes effect in a view of the history.
OF_A_VIEW = ("as_of", "known_at", "at_least")
OF_A_PERIOD = (*OF_A_VIEW, "period")
#: The largest whole number that every JSON reader keeps exact.
MOST = 2**53
#: Far enough for every contract, near enough for sums of dates.
YEARS = range(1900, 3000)
_NUMBER = re.compile(r"[0-9]{1,16}")


@dataclass(frozen=True, slots=True)
class Asked:
    """The query of a request, checked."""

    given: dict[str, str]

    @property
    def at_least(self) -> int:
        """The position that the answer must have seen; 0 for any."""
        return self.number("at_least", 0)

    @property
    def period(self) -> Period | None:
        """The month asked for."""
        return month(self.given["period"]) if "period" in self.given else None

    def number(self, name: str, default: int, most: int = MOST, least: int = 0) -> int:
        """A whole number from `least` to `most`."""
        if name not in self.given:
            return default
        text = self.given[name]
        if _NUMBER.fullmatch(text) is None or not least <= int(text) <= most:
            raise wrong(name, f"A whole number from {least} to {most}.")
        return int(text)

    def one_of(self, name: str, words: type[StrEnum], default: StrEnum) -> str:
        """One of the words there are."""
        text = self.given.get(name, default.value)
        if text not in list(words):
            raise wrong(name, f"One of {', '.join(words)}.")
        return text

    def id(self, name: str) -> str | None:
        """An id to narrow a list by."""
        found = self.given.get(name)
        if found is not None:
            check_ids({name: found})
        return found

    def several(self, name: str) -> tuple[str, ...]:
        """Words with commas between; none where it is not given."""
        return tuple(self.given[name].split(",")) if name in self.given else ()

    def view(self, ledger: Ledger, clinic: str, *, coming: bool = False) -> View:
        """The day and the position asked for; without a day, a period's last, else today.

        Of what is still `coming` in the period, today knows.
        """
        today = ledger.today(clinic)
        on, last = today, horizon(today)
        if "as_of" in self.given:
            on = self._day("as_of")
            if on > last.last:
                raise wrong("as_of", f"The last day that can be asked for is {last.last}.")
        elif self.period is not None and not coming:
            if self.period > last:
                raise wrong("period", f"The last month that can be asked for is {last}.")
            on = ledger.clinic(clinic).calendar.bound(self.period).last
        return View(on, self._known_at(ledger, clinic))

    def _known_at(self, ledger: Ledger, clinic: str) -> int | None:
        text = self.given.get("known_at")
        if text is None:
            return None
        if _NUMBER.fullmatch(text) is not None:
            return self.number("known_at", 0)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise wrong("known_at", "A position, or a time with its offset.") from None
        if moment.tzinfo is None:
            raise wrong("known_at", "A time needs its offset.")
        return position_at(ledger.store, clinic, moment)

    def _day(self, name: str) -> date:
        try:
            day = date.fromisoformat(self.given[name])
        except ValueError:
            raise wrong(name, "A date is written 2026-01-31.") from None
        _check_year(name, day.year)
        return day


def month(text: str) -> Period:
    """The period a request names."""
    try:
        period = Period.parse(text)
    except ValueError as error:
        raise wrong("period", f"{error}.") from None
    _check_year("period", period.year)
    return period


def _check_year(name: str, year: int) -> None:
    if year not in YEARS:
        raise wrong(name, f"Books are kept from {YEARS.start} to {YEARS.stop - 1}.")


def asked(request: Request, known: Collection[str]) -> Asked:
    """The query; raises Refusal for a name that is not known or stands twice."""
    items = request.query_params.multi_items()
    names = [name for name, _ in items]
    for name in names:
        if name not in known:
            raise wrong(name, f"Known are {', '.join(known) or 'none'}.")
        if names.count(name) > 1:
            raise wrong(name, "Once is enough.")
    return Asked(dict(items))


def check_ids(path: dict[str, str]) -> None:
    """Raises Refusal for what can be the name of nothing."""
    for name, value in path.items():
        if not is_id(value):
            raise wrong(name, "An id is 1 to 64 of A-Z a-z 0-9 . _ : -")


def wrong(name: str, detail: str) -> Refusal:
    """A parameter that cannot be read."""
    return Refusal(HTTPStatus.BAD_REQUEST, "invalid", detail, name)
