"""What the buyers of the menu come for: days and services, one list for each offer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random

from consumers.demo.cast import Sale
from consumers.demo.clinic import YEAR
from consumers.demo.menu import CHOICE, CLUB, CREDIT, MASSAGE, SAUNA, SERUM, TREATMENTS

Days = Iterator[tuple[date, Sequence[str]]]
_SAUNA_EVERY, _MONTHS = 9, 3
_BUYS, _COMES = 0.2, 0.8
_WEEK = timedelta(days=7)


def _club(random: Random, sale: Sale) -> Days:
    """The sauna every so often, a massage in most months, a serum for home now and then."""
    for number in range((date(YEAR, 3, 31) - sale.day).days // _SAUNA_EVERY):
        bought = (SAUNA, SERUM) if random.random() < _BUYS else (SAUNA,)
        yield sale.day + timedelta(days=1 + number * _SAUNA_EVERY), bought
    for month in range(_MONTHS):
        if random.random() < _COMES:
            first = sale.day.replace(month=1 + month)
            yield first + timedelta(days=random.randrange(14)), [MASSAGE]


def _credit(random: Random, sale: Sale) -> Days:
    for number in range(random.randrange(1, 5)):
        yield sale.day + number * 2 * _WEEK, [random.choice((*TREATMENTS, SAUNA, MASSAGE))]


def _choice(random: Random, sale: Sale) -> Days:
    for number, service in enumerate(random.sample(list(TREATMENTS), random.randrange(1, 4))):
        yield sale.day + number * 3 * _WEEK, [service]


HABITS: Mapping[str, Callable[[Random, Sale], Days]] = {
    CLUB: _club,
    CREDIT: _credit,
    CHOICE: _choice,
}
