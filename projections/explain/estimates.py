"""How an estimate came to a closing entry (accounting.md 7.2-7.5, 8.2, 10.5)."""

from datetime import date
from typing import Any

from ledger.books.accrual import Window
from ledger.books.breakage import ROWS as BREAKAGE
from ledger.books.concessions import ROW as CONCESSION
from ledger.books.entries import Entry
from ledger.books.reserves import LOSS, RELEASED, RESERVED
from ledger.books.returns import LOT as RETURNS
from ledger.books.returns import ROW as RETURNED
from ledger.quantity import ONE
from ledger.ratios import largest_remainder
from projections.close.books import Books
from projections.explain.working import HALF_EVEN, Working
from projections.journal.conceding import Concessions
from projections.journal.pools import Measured, measured, members
from projections.journal.reserving import Reserves
from projections.journal.returning import Returns
from projections.journal.settings import METHOD, Settings

ESTIMATED = (*BREAKAGE, RESERVED, RELEASED, RETURNED, LOSS, CONCESSION)


def estimate_working(books: Books, entry: Entry, amount: int, cut: int) -> Working:
    """What was known at the position `cut` on the day of the entry."""
    day = entry.service_date
    settings = books.settings.at(cut, day)
    if entry.rule in BREAKAGE:
        return _breakage(books, entry, amount, settings, cut)
    if entry.rule == LOSS:
        inputs = {"day": day.isoformat(), "change": amount, "rounding": HALF_EVEN}
        formula = "rate in force × (1100 + 1110 + 1120), less what stands in 1190"
        return Working(formula, inputs, "10.5")
    return _reserved(books, entry, settings, cut)


def _breakage(books: Books, entry: Entry, amount: int, settings: Settings, cut: int) -> Working:
    day = entry.service_date
    subscription = entry.lines[0].at.subscription
    pools = measured(books, cut, day, apart=subscription is not None)
    found = [
        one for (party, name, _), one in pools.items() if (party, name) == (subscription, entry.lot)
    ]
    inputs = {
        "cohort" if subscription is None else "grant": entry.lot,
        "method": settings.policy(METHOD, day),
        "day": day.isoformat(),
        "change": amount,
        "rounding": HALF_EVEN,
        **(_pool_inputs(found[0], settings, day) if found else {}),
        **({} if subscription else {"lots": _attributed(books, entry, amount, cut)}),
    }
    formula = "round(A × min(U, E) ÷ E) − earned by use − lapsed − posted; E = N × (1 − rate)"
    return Working(formula, inputs, "7.3" if entry.rule == BREAKAGE[0] else "7.5")


def _attributed(books: Books, entry: Entry, amount: int, cut: int) -> list[dict[str, Any]]:
    """The lots of a cohort with their parts of its entry, by what was used of them (7.3)."""
    lots = [
        one
        for one in members(books, cut, entry.service_date)
        if one.cohort == entry.lot and one.used > 0
    ]
    parts = largest_remainder(amount if lots else 0, [one.used for one in lots])
    return [
        {
            "subscription": one.subscription,
            "grant": one.lot,
            "used": _units(one.used),
            "amount": part,
        }
        for one, part in zip(lots, parts, strict=True)
    ]


def _pool_inputs(one: Measured, settings: Settings, day: date) -> dict[str, Any]:
    pool = one.pool
    version = settings.estimates.in_force("breakage", one.sold, day)
    return {
        "A": pool.promised,
        "N": _units(pool.granted),
        "U": _units(pool.used),
        "earned_by_use": pool.earned,
        "lapsed": pool.lapsed,
        "funded": pool.funded,
        "estimate": None if version is None else version.estimate,
        "rate": None if version is None else version.rate,
    }


def _units(steps: int) -> str:
    whole, rest = divmod(steps, ONE)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")


def _reserved(books: Books, entry: Entry, settings: Settings, cut: int) -> Working:
    period = books.calendar.of(entry.posting_date)
    window = Window((period,), entry.service_date)
    subscription = next((line.at.subscription for line in entry.lines), None)
    if entry.lot == RETURNS:
        goods = Returns(books, settings, cut, period, window).inputs(subscription or "")
        formula = "revenue × rate, cost × rate, less what stands in 2160 and in 1300"
        return Working(formula, goods, "8.2")
    if entry.rule == CONCESSION:
        price = Concessions(books, settings, cut, period, window).inputs(subscription or "")
        formula = "(recognised + unrecognised) × rate − given, less what was posted so far"
        return Working(formula, price, "3.3")
    inputs = Reserves(books, settings, cut, period, window).inputs(subscription or "")
    formula = "what is unrecognised and funded × rate, less what stands in 2160"
    if entry.provisional:
        formula = "what was used up since the last close leaves 2160"
    if entry.lot:
        return Working("a refund first takes back what stands in 2160", inputs, "8.2")
    return Working(formula, inputs, "8.2")
