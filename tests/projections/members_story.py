"""A club of three members, told by the rules, as the reports on members read it."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.state import Subscription
from ledger.events import Recorded
from projections.balances.asof import View, contract_history
from projections.balances.report import presented
from projections.operations.members import members
from projections.operations.metrics import metrics
from projections.operations.reading import messages_in, visits_in
from tests.support.alterations import Altered
from tests.support.clinic import day
from tests.support.club import MASSAGE, SAUNA

CHECK_IN = {"milestone": "check-in", "every": {"months": 1}}
SCAN = {"kind": "units", "line": "scan", "services": ["scan"], "quantity": "1"}


def club() -> Altered:
    """Two silver members and a gold one, until the end of March.

    Anna (s-1) pays and comes; Bob (s-2) paid once and never came; Cleo (s-3) has given notice.
    """
    told = Altered()
    told.service("scan", 9000)
    told.offers(tier="silver", milestones=[CHECK_IN])
    gold = [{**MASSAGE, "quantity": "2"}, SCAN, SAUNA]
    told.offers("gold", 20000, lines=gold, tier="gold")
    told.joins("01-05", paid=12000)
    joins(told, "01-15", "s-2", "p-2", 12000)
    joins(told, "02-01", "s-3", "p-3", 20000, offer="gold")
    renews(told, "02-05", "s-1", 12000)
    renews(told, "03-05", "s-1", 12000)
    renews(told, "03-01", "s-3", 20000)
    told.visit("01-10", "v-1", "sauna", provider="dr-a")
    told.visit("02-10", "v-2", "massage", provider="dr-a")
    told.visit("03-10", "v-3", "massage", "sauna", provider="dr-a")
    told.visit("02-03", "v-4", "massage:2", patient="p-3", provider="dr-b")
    told.visit("03-05", "v-5", "massage", patient="p-3", provider="dr-b")
    told.cancel("03-10", "period_end", subscription="s-3")
    told.log("03-01", "m-1", "reminder", subscription="s-2")
    told.log("03-02", "m-2", "other", subscription=None, patient="p-2", direction="in")
    told.log("04-02", "m-3", "other", subscription="s-2")
    return told


def joins(told: Altered, on: str, key: str, patient: str, paid: int, offer: str = "silver") -> None:
    """A sale with its payment."""
    payment = {"payment": f"pay-{key}", "amount": paid, "tender": "card"}
    told.sell(on, offer, subscription=key, patient=patient, payment=payment)


def renews(told: Altered, on: str, key: str, amount: int) -> None:
    """A cycle that is due on that day and paid on it."""
    told.passes(on, key)
    told.pay(on, amount, subscription=key, payment=f"pay-{key}-{on}")


def contracts(told: Altered, on: str) -> list[Subscription]:
    """The contracts at the end of a day."""
    view = View(day(on))
    kept = [contract_history(history, view) for history in histories(told, "subscription")]
    return [presented("glow", SUBSCRIPTION.fold(own), day(on)).state for own in kept if own]


def histories(told: Altered, kind: str) -> Iterator[Iterator[Recorded]]:
    """The streams of one noun."""
    own = [event for event in told.history if event.stream.startswith(f"glow/{kind}/")]
    for _, history in groupby(sorted(own, key=_stream), key=_stream):
        yield history


def _stream(event: Recorded) -> str:
    return event.stream


def member_rows(told: Altered, on: str) -> dict[str, dict[str, Any]]:
    """The report on members, by contract."""
    view = View(day(on))
    visits = visits_in(histories(told, "visit"), view)
    messages = messages_in(histories(told, "communication"), view)
    rows = members(contracts(told, on), visits, messages, day(on))
    return {row["subscription"]: row for row in rows}


def figures(told: Altered, on: str, **more: Any) -> dict[str, Any]:
    """The report of figures."""
    visits = visits_in(histories(told, "visit"), View(day(on)))
    return metrics(contracts(told, on), visits, day(on), **more)
