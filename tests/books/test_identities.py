"""Each identity of accounting.md 15.6 finds the event that breaks it."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from aggregates.period.events import CloseCheck
from ledger.books.checks import FINISHED
from ledger.books.rollforward import RECOGNISED, column_of
from ledger.calendar import Period
from ledger.events import Event
from projections.close.books import Books
from projections.close.figures import checks
from tests.books.stories import Happened, chunk_of
from tests.support.lives import CARD, CLUB, CREDIT, GIFT, PACK, Life

Corruption = Callable[[Any], Any]


@pytest.fixture(scope="module")
def history() -> list[Happened]:
    """A life with every kind of change, in which all identities hold."""
    life = Life({}, paid=True)
    for step in (
        ("days", 10),
        ("visit", "massage", "completed", 0, 0, 0),
        ("visit", "sauna", "completed", 0, 0, 0),
        ("reverse", 1),
        ("transfer", "1"),
        ("goodwill", PACK),
        ("days", 25),
        ("settle", CLUB),
        ("plan", "gold", "days", "now"),
        ("settle", CLUB),
        ("modify", PACK, 9000, "3", "prospective"),
        ("modify", PACK, 5000, "1", "separate"),
        ("modify", PACK, 900, "1", "catch_up"),
        ("refund", CARD, "original", 0),
        ("days", 50),
        ("cancel", CLUB, "now"),
        ("reinstate", CREDIT, 30),
    ):
        life.take(step)
    return life.happened()


def violated(events: list[Happened], period: Period | None = None) -> list[CloseCheck]:
    """The checks that fail at the end of a period, by default of the last one."""
    closed = period or Period.of(max(happened.on for happened in events))
    with Books("glow", len(events), []) as books:
        books.load([chunk_of(events)])
        books.close_now(closed)
        return [check for check in checks(books, closed) if not check.ok]


def failing(events: list[Happened]) -> list[str]:
    return [check.check for check in violated(events)]


def corrupted(events: list[Happened], kind: str, change: Corruption) -> list[Happened]:
    """The history with the first event of a kind that can be changed so."""
    for number, happened in enumerate(events):
        if type(happened.event).__name__ == kind:
            event: Event | None = change(happened.event)
            if event is not None:
                return [*events[:number], replace(happened, event=event), *events[number + 1 :]]
    raise AssertionError(f"no {kind} to change")


def lines_dearer(event: Any) -> Any:
    first, *rest = event.lines
    dearer = first.model_copy(update={"allocated": first.allocated + 1})
    return event.model_copy(update={"lines": (dearer, *rest)})


def more_leave(event: Any) -> Any:
    parts = [part for part in event.lots if part.quantity]
    if not parts:
        return None
    more = tuple(
        part.model_copy(update={"quantity": part.quantity + 5}) if part is parts[0] else part
        for part in event.lots
    )
    return event.model_copy(update={"lots": more})


def fewer_granted(event: Any) -> Any:
    lots = tuple(
        lot.model_copy(update={"quantity": Decimal(0)}) if lot.quantity else lot
        for lot in event.lots
    )
    return event.model_copy(update={"lots": lots})


def of_another_lot(event: Any) -> Any:
    shares = [share.model_copy(update={"line": "nothing"}) for share in event.shares]
    return event.model_copy(update={"shares": tuple(shares)}) if shares else None


def too_much(event: Any) -> Any:
    return event.model_copy(update={"amount": event.amount + 500_000}) if event.amount else None


CORRUPTIONS: list[tuple[str, Corruption, str]] = [
    ("PackageSold", lines_dearer, "allocation_equals_price"),
    ("CycleDue", lines_dearer, "allocation_equals_price"),
    ("PlanChanged", lines_dearer, "allocation_equals_price"),
    ("ContractModified", lines_dearer, "allocation_equals_price"),
    ("UnitsTransferred", more_leave, "units_add_up"),
    ("PlanChanged", more_leave, "units_add_up"),
    ("ContractEnded", more_leave, "units_add_up"),
    ("Refunded", more_leave, "units_add_up"),
    ("CycleGranted", fewer_granted, "units_add_up"),
    ("UnitsDrawn", too_much, "recognised_within_allocation"),
    ("PaymentReceived", of_another_lot, "subledger_equals_ledger"),
]


def test_they_hold(history: list[Happened]) -> None:
    assert failing(history) == []


@pytest.mark.parametrize(("kind", "change", "check"), CORRUPTIONS)
def test_one_is_broken_by_a_wrong_event(
    history: list[Happened], kind: str, change: Corruption, check: str
) -> None:
    assert check in failing(corrupted(history, kind, change))


@pytest.fixture(scope="module")
def finished() -> list[Happened]:
    """Everything was used by 16 January or has lapsed since; one unit went to a friend."""
    life = Life({}, paid=True)
    for step in (
        ("days", 10),
        ("visit", "massage", "completed", 0, 0, 0),
        ("visit", "massage", "completed", 0, 0, 0),
        ("transfer", "1"),
        ("days", 1),
        ("refund", CREDIT, "store_credit", 0),
        ("cancel", CLUB, "now"),
        ("days", 120),
    ):
        life.take(step)
    return life.happened()


def a_cent_less(field: str) -> Corruption:
    def change(event: Any) -> Any:
        amount = getattr(event, field)
        return event.model_copy(update={field: amount - 1}) if amount else None

    return change


def value_a_cent_more(event: Any) -> Any:
    """What comes to the other contract is a cent more than what leaves this one."""
    [share] = event.received
    more = share.model_copy(update={"amount": share.amount + 1})
    return event.model_copy(update={"received": (more,)})


@pytest.mark.parametrize(
    ("kind", "change", "contracts"),
    [
        ("UnitsDrawn", a_cent_less("amount"), (CLUB,)),
        ("LotExpired", a_cent_less("forfeited"), (PACK,)),
        ("Refunded", a_cent_less("amount"), (CREDIT,)),
        ("UnitsTransferred", value_a_cent_more, (GIFT,)),
    ],
)
def test_a_cent_that_a_finished_contract_neither_earned_nor_gave_back_is_found(
    finished: list[Happened], kind: str, change: Corruption, contracts: tuple[str, ...]
) -> None:
    """Identity 6 of accounting.md 15.6 names the contract, whatever other checks say."""
    assert violated(finished) == []
    found = {check.check: check for check in violated(corrupted(finished, kind, change))}
    assert found[FINISHED].figure == len(contracts)
    assert found[FINISHED].contracts == contracts


def test_a_contract_whose_last_use_comes_after_the_period_is_not_finished_in_it(
    finished: list[Happened],
) -> None:
    for period in Period(2026, 1).until(Period(2026, 4)):
        assert violated(finished, period) == []


@pytest.mark.parametrize(
    ("rows", "event", "column"),
    [
        ("4 6 8", None, "additions"),
        ("9 13 14 15 16 18", None, RECOGNISED),
        ("17 20", "LotExpired", "breakage"),
        ("20", "ContractEnded", "breakage"),
        ("20a 29", "CycleLapsed", "refunds"),
        ("35 36 41", None, "voids"),
        ("27", "LotReinstated", "reinstatements"),
        ("20 20a", "ExpiryReversed", "reinstatements"),
        ("43 44 45", "PlanChanged", "modifications"),
        ("6.6", "UnitsTransferred", "transfers"),
        ("38", "DisputeClosed", "disputes"),
        ("53", None, "netting"),
        ("adj", "AdjustmentPosted", "adjustments"),
    ],
)
def test_the_columns_of_the_roll_forward(rows: str, event: str | None, column: str) -> None:
    """Accounting.md 15.1: by the row that moved a liability."""
    assert {column_of(row, event) for row in rows.split()} == {column}
