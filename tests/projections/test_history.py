"""A contract's history reads as what happened."""

from datetime import date
from decimal import Decimal

import pytest

from aggregates.catalog import EVENTS
from aggregates.subscription import events as e
from aggregates.subscription.leaving import HeldLot
from ledger.store.store import EventStore
from projections.balances.asof import View
from projections.history.queries import (
    COLUMNS,
    charge_history,
    subscription_history,
    table_rows,
)
from projections.history.sentences import _SENTENCES
from tests.projections.story import CLINIC, Story, line

SOLD = date(2026, 2, 3)


@pytest.fixture
def story(store: EventStore) -> Story:
    told = Story(store)
    told.sell("s-1", "p-1", SOLD, (line("session", 6, 15000, SOLD, date(2026, 5, 3)),))
    told.pay("s-1", "pay-1", 90000, SOLD, charge="ch-1")
    told.visit("v-1", "s-1", "session-1", date(2026, 2, 10))
    told.tick("s-1", date(2026, 5, 2))
    return told


def test_each_event_is_a_sentence(store: EventStore, story: Story) -> None:
    history = subscription_history(store, CLINIC, "s-1")
    assert [row["summary"] for row in history] == [
        "Six sessions sold for $900.00, valid to 2026-05-02",
        "$900.00 paid by card",
        "1 of session used in visit v-1, worth $150.00",
        "5 of session expired, $750.00 kept as store credit",
        "$750.00 of session not forfeited: clause expiry missing",
    ]
    assert [row["version"] for row in history] == [1, 2, 3, 4, 5]
    first = table_rows(history)[0]
    assert dict(zip(COLUMNS, first, strict=True))["by"] == "amy (front_desk)"


def test_a_charge_brings_its_contract_and_its_dispute(store: EventStore, story: Story) -> None:
    frozen = e.UnitsFrozen(
        dispute="d-1",
        charge="ch-1",
        payment="pay-1",
        lots=(HeldLot(grant="session-1", quantity=Decimal(0)),),
        withdrawn=90000,
    )
    story.tell(date(2026, 5, 3), ("subscription", "s-1", frozen))
    history = charge_history(store, CLINIC, "ch-1")
    assert [row["position"] for row in history] == sorted(row["position"] for row in history)
    summaries = [row["summary"] for row in history]
    assert "$900.00 of the charge paid for s-1" in summaries
    assert summaries[-1] == "Dispute d-1 of charge ch-1 opened, $900.00 withdrawn, 0 units held"
    assert charge_history(store, CLINIC, "ch-9") == []


def test_a_view_hides_what_came_later(store: EventStore, story: Story) -> None:
    assert len(subscription_history(store, CLINIC, "s-1", View(date(2026, 2, 10)))) == 3
    assert len(subscription_history(store, CLINIC, "s-1", View(date(2026, 6, 1), 3))) == 2


def test_every_event_of_a_contract_has_a_sentence() -> None:
    stored = {cls for _, _, cls in EVENTS if cls.__module__ == e.__name__}
    assert len(stored) > 10
    assert stored <= _SENTENCES.keys()
