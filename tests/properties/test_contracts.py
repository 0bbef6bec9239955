"""A random life of one contract keeps the books and the units whole."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregates.catalog import EVENTS, LIFTS
from aggregates.quoting import FORMULAS, quotes
from aggregates.subscription.evolve import SUBSCRIPTION
from ledger.codes import Refused
from ledger.store.catalog import Catalog
from tests.support.clinic import DECIDERS, Glow

CATALOG = Catalog(EVENTS)
START = date(2026, 1, 5)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.integers(1, 60000)),
        *[st.tuples(st.just("visit"), st.sampled_from(["a", "b", "a:2", "b:0.5", "a:1.25"]))] * 3,
        st.tuples(st.just("missed"), st.sampled_from(["a", "b"])),
        st.tuples(st.just("reverse"), st.integers(0, 9)),
        st.tuples(st.just("extend"), st.integers(0, 5000)),
        st.tuples(st.just("refund"), st.sampled_from(["1", "2", "0.5", "all"])),
        st.tuples(st.just("amount"), st.integers(1, 60000)),
        st.tuples(st.just("goodwill"), st.integers(1, 20000)),
        st.tuples(st.just("dispute"), st.integers(1, 60000)),
        st.tuples(st.just("close"), st.sampled_from(["won", "lost", "accepted"])),
        st.tuples(st.just("note"), st.integers(1, 20000)),
        st.tuples(st.just("late"), st.sampled_from(["a", "b"])),
        st.tuples(st.just("days"), st.integers(1, 40)),
    ),
    min_size=4,
    max_size=25,
)
SALE = st.fixed_dictionaries(
    {
        "price": st.one_of(st.just(80000), st.integers(1, 99999)),
        "first": st.integers(0, 3),
        "tax": st.sampled_from([0, 777, 6000]),
        "cancellable": st.booleans(),
        "weighted": st.booleans(),
        "formula": st.sampled_from(FORMULAS),
        "bonus": st.booleans(),
        "clauses": st.sampled_from([("refund",), ("expiry",)]),
        "escheat": st.sampled_from(["exempt", "subject"]),
    }
)


class Life:
    """One contract with two lines of units; a step that is refused changes nothing."""

    def __init__(self, sale: dict[str, Any]) -> None:
        self.glow = Glow({"escheat": sale["escheat"]})
        self.glow.service("a", 10000)
        self.glow.service("b", 15000 if sale["weighted"] else 10000)
        lines = [
            {"kind": "units", "line": "l-a", "services": ["a", "b"], "quantity": 5},
            {"kind": "units", "line": "l-b", "services": ["b"], "quantity": 3},
        ]
        lines[1]["bonus"] = sale["bonus"]
        schedule = [{"within_days": 30, "percent": 70}]
        is_fixed = sale["formula"] == "fixed_schedule"
        self.glow.publish(
            "o",
            sale["price"],
            lines,
            term={"days": 60},
            billing={"kind": "once", "cancellable": sale["cancellable"]},
            refund={
                "formula": sale["formula"],
                "fee": 100,
                "schedule": schedule if is_fixed else [],
            },
        )
        self.today = START
        self.glow.sell(self.on, "o", tax=sale["tax"])
        self.glow.consent(self.on, *sale["clauses"])
        self.number = 0
        self.charges = 0
        self.visits: list[str] = []
        thirds = (sale["price"] + sale["tax"]) * sale["first"] // 3
        if thirds:
            self.step("pay", thirds)

    @property
    def on(self) -> str:
        return self.today.isoformat()

    def step(self, kind: str, value: Any) -> None:
        self.number += 1
        before = len(self.glow.history)
        answer = getattr(self, kind)(value)
        assert not isinstance(answer, Refused) or len(self.glow.history) == before

    def pay(self, amount: int) -> Any:
        amount = min(amount, self.glow.contract().owed) or amount
        answer = self.glow.pay(self.on, amount, charge=f"ch-{self.charges + 1}")
        self.charges += not isinstance(answer, Refused)
        return answer

    def visit(self, service: str, **more: Any) -> Any:
        self.visits.append(f"v{self.number}")
        return self.glow.visit(more.pop("on", self.on), self.visits[-1], service, **more)

    def missed(self, service: str) -> Any:
        return self.visit(service, status="no_show")

    def late(self, service: str) -> Any:
        return self.visit(service, on=START.isoformat())

    def reverse(self, index: int) -> Any:
        if not self.visits:
            return None
        return self.glow.reverse(self.on, self.visits[index % len(self.visits)])

    def extend(self, fee: int) -> Any:
        until = (self.today + timedelta(days=70)).isoformat()
        return self.glow.extend(self.on, until, fee=fee)

    def refund(self, quantity: str) -> Any:
        line = {"line": "l-a"} | ({} if quantity == "all" else {"quantity": quantity})
        lines = {} if quantity == "2" else {"lines": [line]}
        return self.glow.refund(self.on, f"r-{self.number}", **lines)

    def amount(self, amount: int) -> Any:
        return self.glow.refund(self.on, f"r-{self.number}", amount=amount)

    def goodwill(self, amount: int) -> Any:
        return self.glow.refund(self.on, f"r-{self.number}", amount=amount, goodwill=True)

    def dispute(self, amount: int) -> Any:
        charge = self.glow.state("charge", f"ch-{self.charges}")
        return self.glow.dispute(
            self.on, min(amount, charge.amount) or 1, charge=f"ch-{self.charges}", fee=15
        )

    def close(self, outcome: str) -> Any:
        return self.glow.close_dispute(self.on, outcome)

    def note(self, amount: int) -> Any:
        return self.glow.note(self.on, amount, f"n-{self.number}")

    def days(self, days: int) -> Any:
        self.today += timedelta(days=days)
        return self.glow.tick(self.on)


def check(life: Life) -> None:
    contract = life.glow.contract()
    for lot in contract.lots.values():
        counts = (lot.used, lot.expired, lot.refunded, lot.remaining, lot.frozen, lot.lapsed)
        assert all(count >= 0 for count in counts)
        assert Decimal(0) <= lot.drawn <= lot.units
        assert lot.granted == lot.used + lot.expired + lot.refunded + lot.remaining
        assert lot.frozen <= lot.remaining
        assert lot.earned + lot.held + lot.value_left(life.today) == lot.allocated
        assert 0 <= lot.recognised <= lot.amount
    deferred = contract.deferred(life.today)
    assert deferred == sum(lot.funded - lot.earned for lot in contract.lots.values())
    assert contract.receivable >= sum(lot.billed for lot in contract.lots.values()) >= 0
    if not any(paid.lost for paid in contract.payments.values()):
        assert 0 <= contract.paid <= contract.received
        assert contract.drawable() >= 0
    if contract.owed == 0 and contract.ended is None:
        lots = contract.lots.values()
        assert sum(lot.funded for lot in lots) >= sum(lot.allocated for lot in lots)
    for row in quotes(contract, life.today):
        assert row["amount"] == sum(item["amount"] for item in row["working"]) >= 0
    books = life.glow.accounts()
    assert sum(books.values()) == 0
    assert -books.get("2100", 0) == deferred
    assert books.get("1100", 0) == contract.receivable
    assert -books.get("2180", 0) == life.glow.state("patient", "p-1").store_credit
    kept = contract.tax_funded - contract.tax_returned - contract.tax_lost
    assert -books.get("2200", 0) == kept >= 0


@settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(SALE, STEPS)
def test_a_life_of_a_contract(sale: dict[str, Any], steps: list[tuple[str, Any]]) -> None:
    life = Life(sale)
    for kind, value in steps:
        life.step(kind, value)
        check(life)
    life.today += timedelta(days=200)
    life.glow.tick(life.on)
    check(life)
    assert life.glow.tick(life.on) == {"expired": []}
    own = [item for item in life.glow.history if item.stream == "glow/subscription/s-1"]
    assert SUBSCRIPTION.fold(own) == life.glow.contract()
    for item in life.glow.history:
        name, version, body = CATALOG.encode(item.event)
        assert CATALOG.decode(name, version, body) == item.event
        assert CATALOG.encode(CATALOG.decode(name, version, body)) == (name, version, body)


def test_every_stream_of_a_life_has_its_decider() -> None:
    assert set(LIFTS) == set()
    life = Life({
        "price": 60000, "first": 0, "tax": 0, "cancellable": True, "weighted": False,
        "bonus": False, "formula": "pro_rata", "clauses": ("expiry",), "escheat": "exempt",
    })  # fmt: skip
    life.step("pay", 60000)
    life.step("visit", "a")
    assert {item.stream.split("/")[1] for item in life.glow.history} <= DECIDERS.keys()
