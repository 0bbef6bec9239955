"""Why a lot gives nothing: the reasons stand in the fixed order of codes (interfaces.md 3)."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from aggregates.covering.hindrance import hindrance
from aggregates.offer.lines import Cap
from aggregates.subscription.change_events import PauseMode
from aggregates.subscription.lot import Lot
from aggregates.subscription.pause import Pause
from aggregates.subscription.state import Subscription
from ledger.codes import ORDER, Code
from tests.support.clinic import Glow, day, sessions

Change = Callable[[Subscription, Lot], tuple[Subscription, Lot]]
ON = day("02-01")


def sold(**more: Any) -> Subscription:
    """Six sessions from 5 January to 4 April, paid in full."""
    glow = sessions(60000, 6, each=12000, **more)
    glow.sell("01-05", "six")
    glow.pay("01-05", 60000)
    return glow.contract()


def paused(mode: PauseMode, until: str | None = None) -> Change:
    pause = Pause(day("01-20"), None if until is None else day(until), mode)
    return lambda state, lot: (replace(state, pauses=(pause,)), lot)


def lot_with(**changes: Any) -> Change:
    return lambda state, lot: (state, replace(lot, **changes))


def state_with(**changes: Any) -> Change:
    return lambda state, lot: (replace(state, **changes), lot)


def capped(state: Subscription, lot: Lot) -> tuple[Subscription, Lot]:
    line = lot.sold.model_copy(update={"cap": Cap(per="month", quantity=Decimal(2))})
    return state, replace(lot, sold=line, calendar={day("02-01"): Decimal(2)})


def unpaid(state: Subscription, lot: Lot) -> tuple[Subscription, Lot]:
    return state, replace(lot, paid_in=0)


NOTHING = Decimal(0)
EARLY = lot_with(starts=day("02-02"))
OVER = lot_with(lapses=day("01-31"))
ENDED = state_with(ended="cancelled", ended_on=day("01-31"))
STOPPED = paused("stop_clock")
HELD = lot_with(units=Decimal(2), frozen=Decimal(1), reserved=Decimal(1))
USED_UP = lot_with(drawn=Decimal(6))

CHECKS: list[tuple[Code | None, Change]] = [
    (Code.NOT_STARTED, EARLY),
    (Code.EXPIRED, OVER),
    (Code.CANCELLED, ENDED),
    (Code.PAUSED, STOPPED),
    (Code.HELD, HELD),
    (Code.UNPAID, unpaid),
    (Code.UNPAID, lot_with(pending=True)),
    (Code.LIMIT_EXCEEDED, capped),
    (Code.NOT_ENOUGH_UNITS, USED_UP),
    # What hinders nothing: the last days of a cancellation, a pause and a cap are usable.
    (None, state_with(ended="cancelled", ended_on=ON)),
    (None, state_with(cancels_on=ON)),
    (None, paused("stop_clock", "02-01")),
    (None, paused("benefits_usable")),
    (None, paused("skip_billing")),
    (None, lot_with(frozen=Decimal(3), reserved=Decimal(2))),
    (Code.CANCELLED, state_with(cancels_on=day("01-31"))),
    (Code.CANCELLED, state_with(ended="refunded", ended_on=ON)),
    (Code.CANCELLED, lot_with(units=NOTHING, refunded=Decimal(6))),
]


def found(state: Subscription, *changes: Change) -> Code | None:
    lot = state.lots["session.1"]
    for change in changes:
        state, lot = change(state, lot)
    return hindrance(state.with_lot(lot), lot, ON)


@pytest.mark.parametrize(("code", "change"), CHECKS)
def test_each_reason(code: Code | None, change: Change) -> None:
    assert found(sold(), change) is code


def test_the_first_in_the_order_of_codes_is_given() -> None:
    changes = [EARLY, ENDED, STOPPED, HELD, unpaid, USED_UP]
    codes = [found(sold(), *changes[n:]) for n in range(len(changes))]
    assert codes == sorted(filter(None, codes), key=ORDER.__getitem__)
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("location", "expected"), [("spa", None), (None, None), ("home", Code.NOT_COVERED)]
)
def test_a_restricted_contract_asks_where(location: str | None, expected: Code | None) -> None:
    state = sold(locations=["spa"])
    assert hindrance(state, state.lots["session.1"], ON, location) is expected


def test_the_candidate_that_got_furthest_gives_the_reason() -> None:
    glow = sessions(10000, 1, each=12000, term={"days": 5})
    glow.sell("01-05", "six")
    glow.pay("01-05", 10000)
    assert glow.visit("01-20", "v1", "session")[0]["reason"] == "expired"
    glow.sell("01-20", "six", subscription="s-2")
    assert glow.visit("01-20", "v2", "session")[0]["reason"] == "unpaid"
    glow.pay("01-20", 10000, subscription="s-2")
    assert glow.visit("01-20", "v3", "session:2")[0]["reason"] == "not_enough_units"


def test_a_visit_dated_before_a_refund_finds_none_left() -> None:
    """Accounting.md 12.1: not covered, `cancelled`."""
    glow = Glow()
    for name in ("session", "facial"):
        glow.service(name, 12000)
    lines = [
        {"kind": "units", "line": name, "services": [name], "quantity": 2}
        for name in ("session", "facial")
    ]
    glow.publish("both", 40000, lines, term={"months": 3})
    glow.sell("01-05", "both")
    glow.pay("01-05", 40000)
    glow.refund("01-20", lines=[{"line": "facial"}])
    assert glow.visit("01-10", "v1", "facial")[0]["reason"] == "cancelled"
    assert glow.visit("01-10", "v2", "session")[0]["covered"] == "1"
    glow.refund("01-21", "r-2")
    assert glow.visit("01-10", "v3", "session")[0]["reason"] == "cancelled"
