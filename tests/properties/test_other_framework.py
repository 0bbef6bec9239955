"""Any life in the books of the other framework: the same money, another revenue (12.1, 19)."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregates.restatement import Restated
from aggregates.restating import restate
from aggregates.subscription.state import Subscription
from projections.close.books import Books
from tests.books.stories import Happened, chunk_of
from tests.properties.test_cash_books import lives
from tests.properties.test_lives import histories, policies
from tests.support.club import MASSAGE
from tests.support.lives import CLUB, PACK, Life

#: Accounts of facts: what they hold does not depend on the framework.
FACTS = ("1010", "1020", "1100", "1130", "2150", "2170", "2180", "2200", "6100", "6110")
CHAT = {"kind": "access", "line": "chat", "access": ["chat"], "ssp": 1200}


class Chatty(Life):
    """A life whose membership and pack come with access that is too small to matter."""

    def _publish(self) -> None:
        super()._publish()
        desk, units = self.desk, {**MASSAGE, "quantity": "5"}
        plan = [{"due": "+0d", "amount": 20000}, {"due": "+30d", "amount": 13333}]
        billing = {"kind": "plan", "instalments": plan, "cancellable": False}
        more = {"term": {"days": 60}, "transferable": True, "billing": billing}
        desk.publish("pack", 33333, [units, CHAT], **more)
        sauna = {"kind": "unlimited", "line": "sauna", "services": ["sauna"], "ssp": 8000}
        lines = [sauna, {**MASSAGE, "quantity": "1"}, {**CHAT, "ssp": 600}]
        desk.offers("silver", 12000, lines=lines, billing={"setup_fee": 2500}, rollover={"cap": 2})


def told(policies: dict[str, Any], paid: bool, history: list[tuple[Any, ...]]) -> Chatty:
    life = Chatty(policies, paid=paid)
    for step in history:
        life.take(step)
    return life


def other_books(life: Life) -> tuple[Restated, list[Happened]]:
    """The history as IFRS 15 decides it, and its contracts."""
    recorded = life.desk.history
    found = restate(
        [one for one in recorded if one.stream.split("/")[1] in ("subscription", "dispute")],
        "ifrs15",
    )
    events = [
        Happened(one.effective_on, found.events.get(one.position, one.event), one.stream)
        for one in recorded
    ]
    return found, events


@lives
@given(policies, st.booleans(), histories)
def test_facts_are_the_same_and_entries_balance(
    policies: dict[str, Any], paid: bool, history: list[tuple[Any, ...]]
) -> None:
    life = told(policies, paid, history)
    found, events = other_books(life)
    assert found.events  # the two contracts are sold with access that counts now
    before, after = balances(life.happened(), life), balances(events, life)
    assert sum(after.values()) == 0
    assert {name: after.get(name, 0) for name in FACTS} == {
        name: before.get(name, 0) for name in FACTS
    }


def balances(events: list[Happened], life: Life) -> dict[str, int]:
    with Books("glow", len(events), []) as books:
        books.load([chunk_of(events)])
        books.bring_up_to(life.on)
        assert all(entry.balanced for entry in books.entries())
        return {total.account: total.balance for total in books.totals(life.on)}


@settings(lives, max_examples=60)
@given(policies, st.booleans(), histories)
def test_a_finished_contract_leaves_the_same_in_the_liability(
    policies: dict[str, Any], paid: bool, history: list[tuple[Any, ...]]
) -> None:
    """Nothing, but for what is held for the state."""
    life = told(policies, paid, history)
    found, _ = other_books(life)
    for key, state in found.now.items():
        if state.ended or all(lot.remaining == 0 for lot in state.lots.values()):
            assert left(state, life) == left(found.was[key], life), key


def left(state: Subscription, life: Life) -> int:
    held = sum(lot.held for lot in state.lots.values())
    return state.deferred(life.on + timedelta(days=400)) - held


def test_contracts_without_small_access_are_untouched() -> None:
    life = told({}, True, [("visit", "massage", "completed", 0, 0, 0), ("days", 20)])
    found, _ = other_books(life)
    streams = {one.stream for one in life.desk.history if one.position in found.events}
    assert {name.rsplit("/", 1)[1] for name in streams} == {CLUB, PACK}
