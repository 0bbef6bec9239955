"""What patients hold, now and then, against real rows."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from aggregates.patient.events import SubscriptionShared, SubscriptionUnshared
from aggregates.subscription import events as e
from aggregates.subscription.correction_events import MemberAdded, MemberRemoved
from aggregates.subscription.events import ExpiryReversed
from aggregates.subscription.leaving import HeldLot
from ledger.store.pool import clinic_transaction, lent
from ledger.store.store import EventStore
from projections.balances.asof import View, position_at
from projections.balances.projection import Balances
from projections.balances.queries import check, contract_balance, due, patient_balance
from tests.projections.story import CATALOG, CLINIC, Story, catch_up, line

SOLD = date(2026, 2, 3)
ENDS = date(2026, 5, 3)
LAST = date(2026, 5, 2)


@pytest.fixture
def story(store: EventStore) -> Story:
    """Six sessions and two scans, paid in full; two sessions used."""
    told = Story(store)
    lines = (line("session", 6, 15000, SOLD, ENDS), line("scan", 2, 5000, SOLD, date(2026, 3, 1)))
    told.sell("s-1", "p-1", SOLD, lines, tax=5000)
    told.pay("s-1", "pay-1", 105000, SOLD, charge="ch-1")
    told.visit("v-1", "s-1", "session-1", date(2026, 2, 10))
    told.visit("v-2", "s-1", "session-1", date(2026, 2, 24))
    return told


def contract(report: dict[str, Any] | None) -> dict[str, Any]:
    assert report
    [only] = report["subscriptions"]
    assert isinstance(only, dict)
    return only


def units(row: dict[str, Any], name: str) -> dict[str, Any]:
    [found] = [item for item in row["lines"] if item["line"] == name]
    assert isinstance(found, dict)
    return found


def now(store: EventStore, day: date) -> dict[str, Any]:
    return patient_balance(store, CLINIC, "p-1", View(day))


def folded(store: EventStore, day: date, known_at: int | None = None) -> dict[str, Any]:
    return patient_balance(store, CLINIC, "p-1", View(day, known_at), current=False)


def test_the_read_model_says_what_the_streams_say(
    database: str, store: EventStore, story: Story
) -> None:
    catch_up(database, Balances())
    day = date(2026, 2, 25)
    report = now(store, day)
    assert report == folded(store, day)
    row = contract(report)
    assert (row["status"], row["payment_status"]) == ("partially_used", "paid")
    assert (row["price"], row["tax"], row["paid"], row["owed"], row["due"]) == (
        100000,
        5000,
        105000,
        0,
        0,
    )
    assert row["deferred"] == 70000 == sum(item["deferred"] for item in row["lines"])
    session = units(row, "session")
    assert (session["granted"], session["used"], session["remaining"]) == ("6", "2", "4")
    assert (session["expires"], session["deferred"]) == ("2026-05-02", 60000)
    assert session["grants"] == [
        {
            "grant": "session-1",
            "granted": "6",
            "remaining": "4",
            "expires": "2026-05-02",
            "paid": True,
            "deferred": 60000,
        }
    ]


def test_before_the_sale_there_is_nothing(store: EventStore, story: Story) -> None:
    report = folded(store, date(2026, 2, 2))
    assert (report["subscriptions"], report["store_credit"]) == ([], 0)
    assert contract_balance(store, CLINIC, "s-9", View(LAST)) is None


def test_a_patient_nobody_knows_holds_nothing(database: str, store: EventStore) -> None:
    catch_up(database, Balances())
    assert patient_balance(store, CLINIC, "stranger", View(SOLD)) == {
        "patient": "stranger",
        "as_of": "2026-02-03",
        "position": 0,
        "store_credit": 0,
        "subscriptions": [],
    }


def test_known_at_hides_what_was_recorded_later(store: EventStore, story: Story) -> None:
    third = story.visit("v-3", "s-1", "session-1", date(2026, 2, 24))
    day = date(2026, 2, 28)
    before = contract(folded(store, day, third - 1))
    assert units(before, "session")["used"] == "2"
    assert units(contract(folded(store, day)), "session")["used"] == "3"
    assert position_at(store, CLINIC, datetime(2026, 2, 24, 12, tzinfo=UTC)) < third


@pytest.mark.parametrize("ticked", [False, True])
def test_what_lapses_tonight_is_shown_as_expired(
    database: str, store: EventStore, story: Story, ticked: bool
) -> None:
    if ticked:
        story.tick("s-1", date(2026, 2, 28))
    catch_up(database, Balances())
    assert units(contract(folded(store, date(2026, 2, 27))), "scan")["remaining"] == "2"
    report = now(store, date(2026, 2, 28))
    scan = units(contract(report), "scan")
    assert (scan["granted"], scan["expired"], scan["remaining"]) == ("2", "2", "0")
    # No consent lists the clause `expiry`: the value is the patient's store credit.
    assert (scan["deferred"], report["store_credit"]) == (0, 10000)
    assert contract(report)["status"] == "partially_used"
    assert contract(now(store, LAST))["status"] == "expired"


def test_a_late_visit_takes_the_expiry_back_on_its_own_day(
    database: str, store: EventStore, story: Story
) -> None:
    story.tick("s-1", LAST)
    lapsed = story.contract("s-1").lots["session-1"]
    assert lapsed.expired == Decimal(4)
    back = ExpiryReversed(
        line="session",
        grant="session-1",
        quantity=Decimal(4),
        liability="packages",
        forfeited=0,
        credited=60000,
        held=0,
        sale=story.contract("s-1").sold.sale,  # type: ignore[union-attr]
    )
    late = date(2026, 4, 20)
    story.tell(late, ("subscription", "s-1", back), now=datetime(2026, 5, 4, tzinfo=UTC))
    story.visit("v-9", "s-1", "session-1", late)
    session = units(contract(folded(store, date(2026, 4, 25))), "session")
    assert (session["used"], session["expired"], session["remaining"]) == ("3", "0", "3")
    after = units(contract(folded(store, LAST)), "session")
    assert (after["used"], after["expired"], after["remaining"]) == ("3", "3", "0")


def test_who_is_due(database: str, store: EventStore, story: Story) -> None:
    story.sell("s-2", "p-2", SOLD, (line("laser", 1, 9000, SOLD, date(2026, 2, 20)),))
    catch_up(database, Balances())

    def due_by(day: date) -> list[str]:
        with lent(store.pool) as connection, clinic_transaction(connection, CLINIC):
            return due(connection, CLINIC, day)

    assert due_by(date(2026, 2, 18)) == []
    assert due_by(date(2026, 2, 19)) == ["s-2"]
    assert due_by(date(2026, 2, 28)) == ["s-2", "s-1"]
    story.tick("s-2", date(2026, 2, 28))
    catch_up(database, Balances())
    assert due_by(date(2026, 2, 28)) == ["s-1"]


def test_frozen_units_are_held_and_do_not_lapse(
    database: str, store: EventStore, story: Story
) -> None:
    frozen = HeldLot(grant="session-1", quantity=Decimal(4))
    event = e.UnitsFrozen(
        dispute="d-1", charge="ch-1", payment="pay-1", lots=(frozen,), withdrawn=105000
    )
    story.tell(date(2026, 3, 2), ("subscription", "s-1", event))
    catch_up(database, Balances())
    session = units(contract(now(store, date(2026, 6, 1))), "session")
    assert (session["remaining"], session["held"], session["expired"]) == ("4", "4", "0")


def test_check_finds_a_row_that_was_tampered_with(
    database: str, store: EventStore, story: Story
) -> None:
    catch_up(database, Balances())
    assert check(store, CLINIC) == []
    with psycopg.connect(database) as connection:
        connection.execute(
            "UPDATE views.contract SET state = replace(state, '\"price\":100000', '\"price\":1')"
        )
    [difference] = check(store, CLINIC)
    assert (difference.subscription, difference.what) == ("s-1", "price")


def test_other_clinics_see_nothing(database: str, store: EventStore, story: Story) -> None:
    catch_up(database, Balances())
    other = patient_balance(store, "dawn", "p-1", View(SOLD))
    assert other["subscriptions"] == []


def test_batches_of_any_size_give_the_same_rows(
    database: str, store: EventStore, story: Story
) -> None:
    """Folding event by event and folding at once agree."""
    head = store.head(CLINIC)
    assert head
    from ledger.store.feed import Feed

    with EventStore.open(database, CATALOG, role="ledger_projector", pool_size=2) as projector:
        feed = Feed(projector, Balances())
        for until in range(1, head.position + 1):
            feed.catch_up(CLINIC, until)
        step_by_step = now(store, LAST)
        feed.rebuild(CLINIC)
    assert now(store, LAST) == step_by_step
    assert check(store, CLINIC) == []


def test_a_shared_contract_stands_in_the_balance_of_its_members(
    database: str, store: EventStore, story: Story
) -> None:
    shared, joined = SubscriptionShared(subscription="s-1"), MemberAdded(patient="p-2")
    story.tell(date(2026, 2, 12), ("patient", "p-2", shared), ("subscription", "s-1", joined))
    catch_up(database, Balances())
    for current in (True, False):
        found = patient_balance(store, CLINIC, "p-2", View(date(2026, 2, 13)), current=current)
        assert (found["patient"], contract(found)["subscription"]) == ("p-2", "s-1")
    assert (
        patient_balance(store, CLINIC, "p-2", View(date(2026, 2, 11)), current=False)[
            "subscriptions"
        ]
        == []
    )
    left, parted = SubscriptionUnshared(subscription="s-1"), MemberRemoved(patient="p-2")
    story.tell(date(2026, 2, 20), ("patient", "p-2", left), ("subscription", "s-1", parted))
    assert (
        patient_balance(store, CLINIC, "p-2", View(date(2026, 2, 21)), current=False)[
            "subscriptions"
        ]
        == []
    )


def test_what_lapses_of_a_shared_contract_is_credited_to_its_holder(
    database: str, store: EventStore, story: Story
) -> None:
    """No consent has the clause `expiry`: the value becomes store credit of p-1 alone."""
    shared, joined = SubscriptionShared(subscription="s-1"), MemberAdded(patient="p-2")
    story.tell(date(2026, 2, 12), ("patient", "p-2", shared), ("subscription", "s-1", joined))
    credits_ = [
        patient_balance(store, CLINIC, patient, View(LAST), current=False)["store_credit"]
        for patient in ("p-1", "p-2")
    ]
    assert credits_ == [70000, 0]
