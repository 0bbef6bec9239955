"""The demo's two hundred patients and what they buy; the same people every time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import count
from random import Random

from consumers.demo.clinic import (
    CLAUSES,
    CLINIC,
    DRIP,
    LASER,
    PRICES,
    PROGRAM,
    TERMS_SHA256,
    YEAR,
    Line,
    line,
    moment,
)
from consumers.demo.menu import MENU_PRICES

PATIENTS = 200
"""Who buys packages; the members and guests of the menu come after them."""
SEED = 2026
LAST_SALE = date(YEAR, 3, 13)
HERO = "p-001"
"""Buys the program on 5 January and uses it as in the first worked story of the books."""
HERO_SALE = "s-001"
FEE_PERMILLE, FEE_FIXED = 29, 30
TWO_PACKAGES = 0.15
HALF_PAID = 0.05
_FIRST = ("Ava", "Ben", "Cleo", "Dana", "Eli", "Fay", "Gus", "Hana", "Ivo", "June", "Kai", "Lena")
_LAST = ("Adler", "Brooks", "Castro", "Diaz", "Evans", "Fischer", "Gray", "Hughes", "Ito", "Jones")
_PLACES = ("uptown", "soho")
_PROVIDERS = ("dr-reyes", "dr-lind", "np-cole")


@dataclass(frozen=True, slots=True)
class Sale:
    """One package sold; `unpaid` is the part of the price that has not been paid yet."""

    subscription: str
    patient: str
    offer: str
    day: date
    place: str
    provider: str
    unpaid: int = 0


@cache
def sales() -> Sequence[Sale]:
    """Every sale of the quarter, in the order of days."""
    random = Random(SEED)
    numbers = count(2)
    found = [Sale(HERO_SALE, HERO, PROGRAM, date(YEAR, 1, 5), "uptown", "dr-reyes")]
    for number in range(2, PATIENTS + 1):
        found += [
            _sale(random, f"s-{next(numbers):03}", f"p-{number:03}", offer)
            for offer in _basket(random)
        ]
    return tuple(sorted(found, key=lambda sale: (sale.day, sale.subscription)))


def _basket(random: Random) -> list[str]:
    [first] = random.choices((PROGRAM, DRIP, LASER), (5, 3, 2))
    return [first, DRIP] if first != DRIP and random.random() < TWO_PACKAGES else [first]


def _sale(random: Random, subscription: str, patient: str, offer: str) -> Sale:
    first = date(YEAR, 1, 2)
    day = first + timedelta(days=random.randrange((LAST_SALE - first).days + 1))
    unpaid = PRICES[offer] // 2 if random.random() < HALF_PAID else 0
    place, provider = random.choice(_PLACES), random.choice(_PROVIDERS)
    return Sale(subscription, patient, offer, day, place, provider, unpaid)


def registrations(patients: int) -> Iterator[Line]:
    """The line that registers each patient."""
    for number in range(1, patients + 1):
        name = f"{_FIRST[number % len(_FIRST)]} {_LAST[number % len(_LAST)]}"
        data = {"patient": f"p-{number:03}", "name": name, "state": "NY"}
        data["email"] = f"patient{number}@example.com"
        yield line("register_patient", f"reg-p-{number:03}", _opening(), "front_desk", data)


def _opening() -> str:
    return moment(date(YEAR, 1, 1), 9)


def sale_lines(first: date, last: date) -> Iterator[Line]:
    """The lines that sell each package of these days, signed and paid."""
    yield from sold((sale for sale in sales() if first <= sale.day <= last), consent)


def sold(chosen: Iterable[Sale], signed: Callable[[Sale], Line]) -> Iterator[Line]:
    """The line of each sale, with what was signed, and of its receipt."""
    for sale in chosen:
        data = _sold(sale) | {"consent": signed(sale)}
        yield line("sell_package", f"sell-{sale.subscription}", moment(sale.day, 9, 45),
                   "front_desk", data)  # fmt: skip
        yield line("log_communication", f"receipt-{sale.subscription}", moment(sale.day, 11),
                   "front_desk", _receipt(sale))  # fmt: skip


def _sold(sale: Sale) -> Line:
    price = PRICES.get(sale.offer) or MENU_PRICES[sale.offer]
    return {
        "subscription": sale.subscription,
        "offer": sale.offer,
        "patient": sale.patient,
        "location": sale.place,
        "provider": sale.provider,
        "channel": "front_desk",
        "present": True,
        "payment": card_payment(sale, sale.subscription, price - sale.unpaid),
    }


def consent(sale: Sale) -> Line:
    """What the buyer signs on the tablet before paying."""
    return {
        "consent": f"consent-{sale.subscription}",
        "document": {"id": "package-terms", "version": "2026-01", "sha256": TERMS_SHA256},
        "method": "signature_pad",
        "signer": f"Patient {sale.patient}",
        "signed_at": moment(sale.day, 9, 40),
        "shown_before_payment": True,
        "shown": {
            "at": moment(sale.day, 9, 35),
            "where": "tablet",
            "position": "signature",
            "separate": True,
        },
        "language": "en",
        "copy": f"receipt-{sale.subscription}",
        "clauses": CLAUSES,
    }


def card_payment(sale: Sale, key: str, amount: int) -> Line:
    """A payment by the buyer's card; payment and charge are named after `key`."""
    number = int(sale.subscription.removeprefix("s-"))
    return {
        "payment": f"pay-{key}",
        "amount": amount,
        "currency": "USD",
        "tender": "card",
        "charge": f"ch-{key}",
        "processor": "stripe",
        "fee": amount * FEE_PERMILLE // 1000 + FEE_FIXED,
        "card": {
            "brand": "visa",
            "last4": f"{4000 + number:04}",
            "entry": "chip",
            "present": True,
            "network": "visa",
            "auth_code": f"A{number:05}",
            "descriptor": CLINIC.upper(),
        },
    }


def _receipt(sale: Sale) -> Line:
    return {
        "subscription": sale.subscription,
        "patient": sale.patient,
        "communication": f"receipt-{sale.subscription}",
        "kind": "receipt",
        "channel": "email",
        "direction": "out",
        "sent_at": moment(sale.day, 10, 5),
        "status": "delivered",
        "charge": f"ch-{sale.subscription}",
    }
