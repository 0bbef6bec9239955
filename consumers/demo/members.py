"""The demo's members, and the buyers of credit and of a choice: who they are, how they pay."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache

from consumers.demo.cast import PATIENTS, Sale, card_payment, consent, sold
from consumers.demo.clinic import YEAR, Line, line, moment
from consumers.demo.menu import CHOICE, CLUB, CLUB_PLUS, CREDIT, FEES
from ledger.calendar import Period

MEMBERS, GUESTS = 14, 12
FIRST = 401
MEMBER, LATE_PAYER, PAUSED, UPGRADED = (f"s-{FIRST + number}" for number in range(4))
"""The one whose balance is shown, and those whose membership does not simply run."""
PAUSE = (date(YEAR, 2, 16), date(YEAR, 3, 2))
UPGRADE = date(YEAR, 2, 25)
GAP = (FEES[CLUB_PLUS] - FEES[CLUB]) * 14 // 28
"""On the day of the upgrade 14 of the cycle's 28 days are left."""
_FAILED_AFTER, _PAID_AFTER = (0, 1, 3), 5
"""Days after the due date: the charge and its retries, and the payment with another card."""


@cache
def menu_sales() -> Sequence[Sale]:
    """Memberships, credit and choices sold in January, in the order of their subscriptions."""
    offers = [CLUB] * MEMBERS + [CREDIT] * GUESTS + [CHOICE] * GUESTS
    return tuple(_sale(number, offer) for number, offer in enumerate(offers))


def _sale(number: int, offer: str) -> Sale:
    day = date(YEAR, 1, 5 + 2 * number % 24)
    place, provider = ("uptown", "np-cole") if number % 2 else ("soho", "dr-lind")
    return Sale(f"s-{FIRST + number}", f"p-{PATIENTS + 1 + number}", offer, day, place, provider)


def buyer_of(offer: str) -> str:
    """The patient who bought it first."""
    return next(sale.patient for sale in menu_sales() if sale.offer == offer)


def member_lines(month: Period) -> Iterator[Line]:
    """What the front desk sells from the menu in a month, and how memberships go on in it."""
    yield from sold((sale for sale in menu_sales() if Period.of(sale.day) == month), _signed)
    members = [sale for sale in menu_sales() if sale.offer == CLUB]
    lives = [item for sale in members for item in _life(sale)]
    yield from sorted((item for item in lives if item["at"].startswith(str(month))), key=_order)


def _signed(sale: Sale) -> Line:
    """Members also sign that the membership renews."""
    found = consent(sale)
    if sale.offer != CLUB:
        return found
    return {**found, "kind": "recurring", "clauses": [*found["clauses"], "auto_renew"]}


def _order(item: Line) -> tuple[str, str]:
    return item["at"], item["id"]


def _life(sale: Sale) -> Iterator[Line]:
    """A membership after its sale: its later cycles, and what is special about it."""
    second, third = _due(sale, 2), _due(sale, 3)
    if sale.subscription == LATE_PAYER:
        for after in _FAILED_AFTER:
            yield _failed(sale, second + timedelta(days=after))
        second += timedelta(days=_PAID_AFTER)
    yield _paid(sale, second, "2", FEES[CLUB])
    if sale.subscription == PAUSED:
        until = {"from": f"{PAUSE[0]}", "until": f"{PAUSE[1]}", "mode": "stop_clock"}
        yield _asked(sale, "pause", PAUSE[0], until)
    if sale.subscription == UPGRADED:
        change = {"offer": CLUB_PLUS, "effective": "now", "proration": "days"}
        yield _asked(sale, "change_plan", UPGRADE, change)
        yield _paid(sale, UPGRADE, "gap", GAP)
    yield _paid(sale, third, "3", FEES[CLUB_PLUS if sale.subscription == UPGRADED else CLUB])


def _due(sale: Sale, cycle: int) -> date:
    """The first day of a cycle; the pause moves the one that would follow it."""
    day = sale.day.replace(month=sale.day.month + cycle - 1)
    moved = sale.subscription == PAUSED and day > PAUSE[0]
    return day + (PAUSE[1] - PAUSE[0]) if moved else day


def _paid(sale: Sale, day: date, what: str, amount: int) -> Line:
    key = f"{sale.subscription}-{what}"
    data = {"subscription": sale.subscription, **card_payment(sale, key, amount)}
    return line("record_payment", f"pay-{key}", moment(day, 9), "front_desk", data)


def _failed(sale: Sale, day: date) -> Line:
    key = f"fail-{sale.subscription}-{day}"
    data = {"subscription": sale.subscription, "attempt": key, "amount": FEES[CLUB]}
    data["code"] = "card_declined"
    return line("record_payment_failure", key, moment(day, 8), "service", data)


def _asked(sale: Sale, command: str, day: date, data: Line) -> Line:
    data = {"subscription": sale.subscription, **data}
    return line(command, f"{command}-{sale.subscription}", moment(day, 8, 30), "front_desk", data)
