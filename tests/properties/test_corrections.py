"""Whatever is corrected, in whatever order: no cent and no unit is lost between two contracts."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregates.visit.events import VisitRecorded
from ledger.codes import Refused
from tests.support.corrections import Desk, desk, tallied

START = date(2026, 1, 6)
UNITS = st.integers(1, 4)
STEPS = st.one_of(
    st.tuples(st.just("visit"), UNITS, st.sampled_from(["p-1", "p-2"])),
    st.tuples(st.just("move"), st.integers(1, 9), st.sampled_from(["s-1", "s-2"])),
    st.tuples(st.just("reverse"), st.integers(1, 9), st.just("")),
    st.tuples(st.just("transfer"), UNITS, st.sampled_from(["s-1", "s-2"])),
    st.tuples(st.just("goodwill"), UNITS, st.sampled_from(["s-1", "s-2"])),
    st.tuples(st.just("reinstate"), st.integers(1, 200), st.sampled_from(["s-1", "s-2"])),
    st.tuples(st.just("extend"), st.integers(1, 200), st.sampled_from(["s-1", "s-2"])),
    st.tuples(st.just("pay"), st.integers(1, 40000), st.sampled_from(["s-1", "s-2"])),
    st.tuples(st.just("spend"), st.integers(1, 9000), st.sampled_from(["p-1", "p-2"])),
    st.tuples(st.just("tick"), st.just(0), st.sampled_from(["s-1", "s-2"])),
)
HISTORY = st.lists(st.tuples(st.integers(0, 15), STEPS), max_size=25)
HOLDERS = {"s-1": "p-1", "s-2": "p-2"}


def do(glow: Desk, on: date, step: tuple[str, int, str], number: int) -> Any:
    name, count, key = step
    day = on.isoformat()
    later = (on + timedelta(days=count)).isoformat()
    other = "s-2" if key == "s-1" else "s-1"
    known = [event.visit for event in glow.events(VisitRecorded)] or ["v0"]
    visit = known[count % len(known)]
    match name:
        case "visit":
            return glow.visit(day, f"v{number}", f"session:{count}", patient=key)
        case "move":
            return glow.move(day, visit, key)
        case "reverse":
            return glow.reverse(day, visit)
        case "transfer":
            return glow.transfer(
                day,
                str(count),
                subscription=key,
                to_subscription=other,
                to_patient=HOLDERS[other],
            )
        case "goodwill":
            return glow.goodwill(day, str(count), subscription=key, patient=HOLDERS[key])
        case "reinstate":
            return glow.reinstate(day, later, subscription=key)
        case "extend":
            return glow.extend(day, later, subscription=key, fee=count)
        case "pay":
            return glow.pay(day, count, subscription=key)
        case "spend":
            return glow.use_credit(day, count, patient=key, use=f"u{number}")
        case _:
            return glow.tick(day, key)


@settings(max_examples=100, deadline=None)
@given(paid=st.integers(50000, 100000), history=HISTORY)
def test_both_contracts_tie_to_the_books(
    paid: int, history: list[tuple[int, tuple[str, int, str]]]
) -> None:
    glow = desk(100000, 7, transferable=True)
    for key, holder in HOLDERS.items():
        glow.sell("01-05", "six", subscription=key, patient=holder, tax=7001)
        glow.pay("01-05", paid, subscription=key)
    glow.consent("01-05")
    on = START
    for number, (days, step) in enumerate(history, start=1):
        on += timedelta(days=days)
        before = len(glow.history)
        if isinstance(do(glow, on, step, number), Refused):
            assert len(glow.history) == before
    books = glow.accounts()
    assert sum(books.values()) == 0
    assert glow.ties(on.isoformat(), *HOLDERS)
    assert -books.get("2180", 0) == sum(
        glow.state("patient", holder).store_credit for holder in HOLDERS.values()
    )
    for key in HOLDERS:
        contract = glow.contract(key)
        assert all(tallied(lot) and lot.remaining >= 0 for lot in contract.lots.values())
        assert contract.owed >= 0
        assert contract.deferred(on) >= 0
