"""Whatever visits, holds and reversals come, each answer adds up and no lot gives too much."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.codes import Refused
from tests.support.clinic import Glow, consent
from tests.support.holds import hold, release

START = date(2026, 1, 5)
QUANTITIES = st.sampled_from(["0.25", "1", "1.5", "3"])
VISIT = st.fixed_dictionaries(
    {
        "service": st.sampled_from(["a", "b"]),
        "quantity": QUANTITIES,
        "tax": st.integers(0, 999),
        "list_price": st.integers(0, 9999),
        "points": st.sampled_from([None, "3", "500"]),
    }
)
STEPS = st.lists(
    st.one_of(
        *[st.tuples(st.just("visit"), VISIT)] * 3,
        st.tuples(st.just("missed"), VISIT),
        st.tuples(st.just("hold"), st.tuples(st.sampled_from("ab"), QUANTITIES)),
        st.tuples(st.just("release"), st.integers(0, 3)),
        st.tuples(st.just("booked"), st.integers(0, 3)),
        st.tuples(st.just("reverse"), st.integers(0, 9)),
        st.tuples(st.just("pay"), st.integers(1, 30000)),
        st.tuples(st.just("days"), st.integers(1, 30)),
        st.tuples(st.just("tick"), st.none()),
    ),
    min_size=3,
    max_size=20,
)
LINES: list[dict[str, Any]] = [
    {"kind": "units", "line": "units", "services": ["a", "b"], "quantity": 4},
    {"kind": "credit", "line": "credit", "face": 30000, "categories": ["skin"]},
    {"kind": "credit", "line": "bonus", "face": 3000, "bonus": True, "categories": ["skin"]},
    {"kind": "discount", "line": "off", "percent": 15},
    {"kind": "discount", "line": "uses", "amount": 900, "uses": 2, "ssp": 700},
    {"kind": "points", "line": "points", "earn": {"per_amount": 100}, "value": 7},
]


class Day:
    """One contract with a line of each kind; what is refused changes nothing."""

    def __init__(self) -> None:
        self.glow = Glow()
        self.glow.service("a", 4000, category="skin")
        self.glow.service("b", 9000)
        self.glow.publish("all", 50000, LINES, term={"days": 60})
        self.glow.sell(str(START), "all", consent=consent())
        self.today, self.visits, self.holds = START, 0, 0

    def does(self, step: str, value: Any) -> None:
        before = len(self.glow.history)
        if isinstance(getattr(self, step)(value), Refused):
            assert len(self.glow.history) == before

    def visit(self, line: dict[str, Any], **more: Any) -> Any:
        self.visits += 1
        lines = [{"line": "1"} | {key: value for key, value in line.items() if value is not None}]
        rows = self.glow.visit(str(self.today), f"v-{self.visits}", lines=lines, **more)
        for row in rows:
            adds_up(row, line, missed="status" in more)
        return rows

    def missed(self, line: dict[str, Any]) -> Any:
        return self.visit(line, status="no_show")

    def hold(self, asked: tuple[str, str]) -> Any:
        self.holds += 1
        day = str(self.today + timedelta(days=3))
        return hold(self.glow, str(self.today), f"b-{self.holds}", day, ":".join(asked))

    def release(self, number: int) -> Any:
        return release(self.glow, str(self.today), f"b-{number}")

    def booked(self, number: int) -> Any:
        line = {"service": "b", "quantity": "1", "tax": 0, "list_price": 9000, "points": None}
        return self.visit(line, booking=f"b-{number}")

    def reverse(self, number: int) -> Any:
        return self.glow.reverse(str(self.today), f"v-{number}")

    def pay(self, amount: int) -> Any:
        owed = self.glow.contract().owed
        return self.glow.pay(str(self.today), min(amount, owed)) if owed else None

    def days(self, count: int) -> None:
        self.today += timedelta(days=count)

    def tick(self, _: None) -> Any:
        return self.glow.tick(str(self.today))

    def holds_together(self) -> None:
        contract = self.glow.contract()
        for lot in contract.lots.values():
            if lot.sold.quantity is None:
                continue
            assert lot.granted == lot.used + lot.expired + lot.refunded + lot.remaining
            assert lot.remaining >= lot.reserved >= 0
            assert 0 <= lot.recognised <= lot.amount
            waiting = [part for item in contract.holds.values() for part in item.lots]
            assert lot.reserved == sum(q for grant, q in waiting if grant == lot.grant)
        for _, _, lines in self.glow.journal():
            assert sum(lines.values()) == 0
        owed = -sum(self.glow.accounts().get(code, 0) for code in ("2100", "2120", "2130"))
        assert owed == sum(lot.funded - lot.earned for lot in contract.lots.values())


def adds_up(row: Any, line: dict[str, Any], *, missed: bool) -> None:
    """Interfaces.md 4: owes = price of the rest − discount + its tax − credit."""
    units = sum(Fraction(d["quantity"]) for d in row["draws"] if d["line"] == "units")
    rest = Fraction(line["quantity"]) - units
    assert row["prepaid"] == sum(draw["amount"] for draw in row["draws"])
    assert row["discount"] >= 0
    assert row["credit"] >= 0
    if missed:
        assert (row["patient_owes"], row["credit"], row["discount"]) == (0, 0, 0)
        return
    price, tax = row["list_price"] * rest, line["tax"] * rest / Fraction(line["quantity"])
    exact = price - row["discount"] + tax - row["credit"]
    assert abs(row["patient_owes"] - exact) <= 1
    assert row["patient_owes"] >= 0
    wholly = not rest or (row["credit"] and not row["patient_owes"])
    assert (row["covered"] == row["quantity"]) == bool(wholly)
    assert ("reason" in row) == (row["covered"] != row["quantity"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, st.sampled_from([50000, 20000, 1]))
def test_every_answer_adds_up(steps: list[tuple[str, Any]], paid: int) -> None:
    day = Day()
    day.pay(paid)
    for step, value in steps:
        day.does(step, value)
        day.holds_together()
