"""A random life of a membership and of a pack that change on their way keeps the books whole."""

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregates.catalog import EVENTS, LIFTS
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.state import Subscription
from ledger.codes import Refused
from ledger.store.catalog import Catalog
from tests.support.alterations import Altered
from tests.support.clinic import DECIDERS

CATALOG = Catalog(EVENTS)
for (event, version), lift in LIFTS.items():
    CATALOG.lifts(event, version)(lift)
START = date(2026, 1, 31)
LIABILITIES = ("2100", "2110", "2120", "2130", "2140")
MODES = ("stop_clock", "benefits_usable", "skip_billing")
KEYS = st.sampled_from(["s-1", "s-2"])
DAYS = st.integers(-3, 20)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("days"), KEYS, st.integers(1, 20)),
        st.tuples(st.just("pay"), KEYS, st.integers(1, 30000)),
        st.tuples(st.just("settle"), KEYS, st.just(0)),
        st.tuples(st.just("visit"), KEYS, st.sampled_from(["massage", "sauna", "massage:2"])),
        st.tuples(
            st.just("pause"), KEYS, st.tuples(DAYS, st.integers(0, 15), st.sampled_from(MODES))
        ),
        st.tuples(st.just("resume"), KEYS, st.just(0)),
        st.tuples(
            st.just("plan"),
            KEYS,
            st.tuples(
                st.sampled_from(["gold", "silver", "year"]),
                st.sampled_from(["days", "none"]),
                st.one_of(st.sampled_from(["now", "next_cycle"]), DAYS),
            ),
        ),
        st.tuples(
            st.just("modify"),
            KEYS,
            st.tuples(
                st.integers(-9000, 9000),
                st.sampled_from(["-2", "-1", "1", "3"]),
                st.sampled_from(["auto", "separate", "prospective", "catch_up"]),
            ),
        ),
        st.tuples(st.just("cancel"), KEYS, st.one_of(st.just("period_end"), st.just("now"), DAYS)),
    ),
    min_size=4,
    max_size=20,
)


class Life:
    """Two contracts of one patient; a step that is refused changes nothing."""

    def __init__(self, paid: bool) -> None:
        self.club = Altered()
        self.club.offers()
        self.club.gold()
        self.club.offers("year", 90000, billing={"every": "year"})
        units = {"kind": "units", "line": "massage", "services": ["massage"], "quantity": "5"}
        lounge = {"kind": "access", "line": "lounge", "access": ["lounge"], "ssp": 9000}
        self.club.publish("pack", 33333, [units, lounge], term={"days": 90})
        self.on = START
        self.club.joins(self.today, paid=12000 if paid else None)
        self.club.sell(self.today, "pack", subscription="s-2")
        self.number = 0

    @property
    def today(self) -> str:
        return self.on.isoformat()

    def take(self, kind: str, key: str, what: Any) -> Any:
        self.number += 1
        if kind == "days":
            self.on += timedelta(days=what)
            for each in ("s-1", "s-2"):
                self.club.passes(self.today, each)
            return None
        return getattr(self, f"_{kind}")(key, what)

    def _pay(self, key: str, amount: int) -> Any:
        return self.club.pay(self.today, amount, subscription=key)

    def _settle(self, key: str, _: int) -> Any:
        owed = self.club.contract(key).owed
        return self.club.pay(self.today, owed, subscription=key) if owed else None

    def _visit(self, _: str, service: str) -> Any:
        return self.club.visit(self.today, f"v-{self.number}", service)

    def _day(self, offset: Any) -> Any:
        if isinstance(offset, str):
            return offset
        return (self.on + timedelta(days=offset)).isoformat()

    def _pause(self, key: str, what: tuple[int, int, str]) -> Any:
        after, length, mode = what
        until = self._day(after + length) if length else None
        return self.club.pause(self.today, self._day(after), until, mode=mode, subscription=key)

    def _resume(self, key: str, _: int) -> Any:
        return self.club.resume(self.today, key)

    def _plan(self, _: str, what: tuple[str, str, Any]) -> Any:
        offer, proration, when = what
        return self.club.change_plan(self.today, offer, self._day(when), proration=proration)

    def _modify(self, key: str, what: tuple[int, str, str]) -> Any:
        price, quantity, method = what
        more = {"modification": f"m-{self.number}", "method": method, "subscription": key}
        line = {"line": "massage", "quantity": quantity}
        return self.club.modify(self.today, price, line, **more)

    def _cancel(self, key: str, when: Any) -> Any:
        return self.club.cancel(self.today, self._day(when), subscription=key)

    def state(self) -> dict[str, Any]:
        """Every stream, folded from stored bodies."""
        states: dict[str, Any] = {}
        for item in self.club.history:
            kind = item.stream.split("/")[1]
            name, number, body = CATALOG.encode(item.event)
            assert CATALOG.decode(name, number, body.encode()) == item.event
            before = states.get(item.stream, DECIDERS[kind].initial)
            states[item.stream] = DECIDERS[kind].evolve(before, item)
        return states


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.booleans(), STEPS)
def test_whatever_changes_the_books_hold_what_the_contracts_hold(
    paid: bool, steps: list[tuple[str, str, Any]]
) -> None:
    life = Life(paid)
    for step in steps:
        before = len(life.club.history)
        if isinstance(life.take(*step), Refused):
            assert len(life.club.history) == before
        _check(life)


def _check(life: Life) -> None:
    contracts = [life.club.contract(key) for key in ("s-1", "s-2")]
    accounts = life.club.accounts()
    assert sum(accounts.values()) == 0
    liability = -sum(accounts.get(code, 0) for code in LIABILITIES)
    lots = [lot for contract in contracts for lot in contract.lots.values()]
    assert liability == sum(lot.funded - lot.earned for lot in lots)
    assert -accounts.get("2180", 0) == life.club.credit()
    assert accounts.get("1100", 0) == sum(contract.receivable for contract in contracts)
    for contract in contracts:
        _whole(contract)
    assert life.state()["glow/subscription/s-1"] == SUBSCRIPTION.fold(
        item for item in life.club.history if item.stream == "glow/subscription/s-1"
    )


def _whole(contract: Subscription) -> None:
    """Nothing is negative, time earns what it is worth and no more, and never less by the day."""
    for lot in contract.lots.values():
        assert min(lot.granted, lot.remaining, lot.reserved, lot.units) >= 0, lot
        assert min(lot.allocated, lot.funded, lot.paid_in) >= 0, lot
        gone = lot.used + lot.expired + lot.refunded + lot.transferred + lot.remaining
        assert lot.granted == gone or lot.is_time, lot
        days = [START + timedelta(days=number) for number in range(0, 500, 3)]
        earned = [sum(span.earned(on) for span in lot.spans) for on in days]
        assert earned == sorted(earned), lot
        if lot.ends is not None and lot.spans:
            assert sum(span.earned(lot.ends) for span in lot.spans) == lot.allocated, lot
