"""Whatever happens to a contract, its balance adds up and its stored text is the state."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from aggregates.expiry import expire_due
from aggregates.subscription import events as e
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.funding import split
from aggregates.subscription.state import Subscription
from ledger.decider import Context, staged
from ledger.events import Event, NewEvent
from projections.balances.report import contract, presented
from projections.balances.serial import restored, sale_text, state_text
from tests.projections.story import CLINIC, line, sale

SOLD = date(2026, 2, 3)
AT = datetime(2026, 2, 3, 15, tzinfo=UTC)
ENDS = {"session-1": date(2026, 5, 3), "scan-1": date(2026, 3, 1)}
LINES = (
    line("session", 6, 14999, SOLD, ENDS["session-1"]),
    line("scan", 3, 3333, SOLD, ENDS["scan-1"]),
)
days = st.integers(0, 120).map(lambda days: SOLD + timedelta(days=days))
actions = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.integers(1, 60000)),
        st.tuples(st.just("draw"), st.sampled_from(sorted(ENDS))),
        st.tuples(st.just("tick"), days),
    ),
    max_size=14,
)


def happened(state: Subscription, event: Event, on: date = SOLD) -> Subscription:
    context = Context(CLINIC, AT, on, "amy", "front_desk", AT, on)
    new = NewEvent(f"{CLINIC}/subscription/s-1", event)
    return SUBSCRIPTION.evolve(state, staged(context, new))


def paid(state: Subscription, amount: int, payment: str) -> Subscription:
    funding = split(state, amount)
    assert state.sold
    event = e.PaymentReceived(
        payment=payment,
        amount=amount,
        tender="cash",
        receivable=0,
        shares=funding.shares,
        tax=funding.tax,
        excess=funding.excess,
        sale=state.sold.sale,
    )
    return happened(state, event)


def drawn(state: Subscription, grant: str, visit: str) -> Subscription:
    lot = state.lots[grant]
    if lot.free < 1 or not state.sold:
        return state
    service = lot.services[0].service
    event = e.UnitsDrawn(
        visit=visit,
        visit_line="1",
        line=lot.line,
        grant=grant,
        service=service,
        quantity=Decimal(1),
        amount=lot.draw_amount(Decimal(1), service),
        status="completed",
        liability="packages",
        revenue="services",
        sale=state.sold.sale,
    )
    return happened(state, event)


def ticked(state: Subscription, through: date) -> Subscription:
    context = Context(CLINIC, AT, through, "tick", "service", AT, through)
    for new in expire_due(context, state, through):
        if "/subscription/" in new.stream:
            state = SUBSCRIPTION.evolve(state, staged(context, new))
    return state


@given(actions, days)
def test_it_adds_up_and_survives_being_stored(
    told: list[tuple[str, int | str | date]], as_of: date
) -> None:
    state = happened(SUBSCRIPTION.initial, sale("s-1", "p-1", SOLD, LINES, 777))
    for number, (kind, value) in enumerate(told):
        if kind == "pay" and isinstance(value, int):
            state = paid(state, value, f"pay-{number}")
        elif kind == "draw" and isinstance(value, str):
            state = drawn(state, value, f"v-{number}")
        elif isinstance(value, date):
            state = ticked(state, value)
    assert restored(sale_text(state), state_text(state)) == state
    row = contract(presented(CLINIC, state, as_of).state, as_of)
    assert row["deferred"] == sum(item["deferred"] for item in row["lines"])
    for item in row["lines"]:
        parts = ("used", "expired", "refunded", "transferred", "remaining")
        assert Decimal(item["granted"]) == sum(Decimal(item[part]) for part in parts)
        assert item["deferred"] == sum(grant["deferred"] for grant in item["grants"])
        if as_of >= ENDS[item["grants"][0]["grant"]] - timedelta(days=1):
            assert item["remaining"] == "0"
    assert row["owed"] >= row["due"] >= 0
