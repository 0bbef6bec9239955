"""A membership's life, bookings and signals read as what happened."""

from pathlib import Path

import pytest

from aggregates.catalog import EVENTS
from aggregates.subscription import change_events as c
from aggregates.subscription import combining_events as k
from aggregates.subscription import cycle_events as y
from aggregates.subscription import signal_events as s
from aggregates.subscription import using_events as u
from ledger.events import Event
from ledger.store.catalog import Catalog
from projections.history.memberships import MEMBERSHIP
from projections.history.sentences import sentence

GOLDEN = Path(__file__).parent.parent / "golden"


def stored(name: str) -> Event:
    return Catalog(EVENTS).decode(name, 1, (GOLDEN / f"{name}.v1.json").read_bytes())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ValidityStarted", "Validity starts on 2026-03-15, to 2026-04-14"),
        ("UnitsReserved", "1.5 of scan.1 held for booking b-1 on 2026-02-01"),
        ("UnitsReleased", "1.5 of scan.1 released from booking b-1 to visit v-1"),
        ("CycleDue", "Cycle 2 from 2026-02-15 to 2026-03-14 asks for $55.54"),
        ("CycleGranted", "Cycle 2 granted from 2026-02-20 to 2026-03-19, extend"),
        ("CycleLapsed", "Cycle 2 lapsed, $21.60 kept as store credit, $33.94 no longer owed"),
        ("UnitsRolledOver", "0.5 of massage rolled over to 2026-03-14"),
        ("PaymentFailed", "Payment of $55.54 failed: card_declined"),
        ("PaymentDue", "$55.54 due since 2026-02-15, attempt 2"),
        ("ExpiryReminderDue", "2.5 of massage expire on 2026-09-30, notice due"),
        ("RenewalNoticeDue", "Cycle 3 of $55.54 on 2026-03-15, notice due"),
        ("MilestoneDue", "Milestone quarterly lab 1 due, service lab"),
        ("Paused", "Paused from 2026-06-05 to 2026-06-14, stop clock"),
        ("PauseBegan", "Pause began on 2026-06-05"),
        ("Resumed", "Resumed, first day back 2026-06-10"),
        ("CancellationRequested", "Cancellation by email, ends with 2026-05-14, $264.00 penalty"),
        (
            "ContractEnded",
            (
                "Contract ended, $30.00 forfeited, $4.29 kept as store credit, "
                "$20.00 penalty still owed, $1.00 no longer owed"
            ),
        ),
        ("PlanChangeScheduled", "Plan Gold arranged from 2026-04-30"),
        ("PlanChanged", "Plan changed to Gold from 2026-04-30, $40.00 due"),
        (
            "ContractModified",
            "Contract modified by -$1.00, prospective, $0.01 kept as store credit",
        ),
        ("RightExercised", "Right off used by visit v-1, $12.00 allocated anew"),
        ("ContractsCombined", "Counts as one contract with s-1, s-2, $15.00 less of it here"),
    ],
)
def test_each_event_is_a_sentence(name: str, said: str) -> None:
    assert sentence(stored(name), "USD") == said


def test_none_is_left_out() -> None:
    modules = {module.__name__ for module in (c, k, y, s, u)}
    assert {cls for _, _, cls in EVENTS if cls.__module__ in modules} == MEMBERSHIP.keys()
