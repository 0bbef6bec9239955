"""When it happened and when we learned of it: late visits, booked expiries, and two questions."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from ledger.calendar import Period
from projections.balances.asof import View
from projections.balances.queries import contract_balance
from projections.close.figures import verify
from tests.journeys.story import CLINIC, Story, consent, told_from

JANUARY = Period(2026, 1)
PRICE = 50000


def day(text: str) -> date:
    """A day of 2026, written ``01-31``."""
    return date.fromisoformat(f"2026-{text}")


@pytest.fixture
def story(database: str) -> Iterator[Story]:
    """Five massages of 100.00, sold on 5 January for two months, to be used until 4 March."""
    with told_from(database, day("01-01")) as story:
        story.does("define_service", service="massage", label="Massage", list_price=PRICE // 5)
        line = {"kind": "units", "line": "m", "services": ["massage"], "quantity": "5"}
        offer: dict[str, Any] = {
            "offer": "five",
            "name": "Five",
            "price": PRICE,
            "term": {"months": 2},
        }
        story.does("publish_offer", **offer, lines=[line])
        story.until(day("01-05"))
        paid = {"payment": "pay-1", "amount": PRICE, "tender": "cash"}
        sale: dict[str, Any] = {"subscription": "s-1", "offer": "five", "patient": "p-1"}
        story.does("sell_package", **sale, consent=consent("c-1"), payment=paid)
        yield story


def visit(story: Story, key: str, on: str | None = None) -> dict[str, Any]:
    data: dict[str, Any] = {"visit": key, "patient": "p-1", "status": "completed"}
    lines = [{"line": "1", "service": "massage"}]
    answer = story.does("record_visit", day(on) if on else None, **data, lines=lines)
    row: dict[str, Any] = answer["coverage"][0]
    return row


def left(story: Story, on: str, known_at: int | None = None) -> tuple[str, str, int]:
    """What remains, what expired, and the liability, as of a day."""
    contract = story.balance("s-1", day(on), known_at)
    [line] = contract["lines"]
    return line["remaining"], line["expired"], contract["deferred"]


def proves(story: Story, period: Period) -> bool:
    """Whether the closed period still replays to the digest that was sealed."""
    proof = verify(story.ledger.conninfo, CLINIC, period)
    return proof is not None and proof["same"] is True


def head(story: Story) -> int:
    found = story.ledger.store.head(CLINIC)
    assert found is not None
    return found.position


def test_a_visit_of_a_closed_month_changes_its_balance_and_not_its_books(story: Story) -> None:
    story.until(day("02-10"))
    before = head(story)
    sealed = story.trial_balance(day("01-31"))
    assert left(story, "01-31") == ("5", "0", PRICE)
    assert visit(story, "v-1", "01-20")["covered"] == "1"

    assert left(story, "01-19") == ("5", "0", 50000)
    assert left(story, "01-31") == left(story, "02-10") == ("4", "0", 40000)
    assert left(story, "01-31", before) == ("5", "0", PRICE)
    assert story.trial_balance(day("01-31")) == sealed
    assert story.trial_balance(day("02-10"))["4000"] == "-100.00"
    assert story.journal(day("02-28"))[-1] == (
        "02-01 row 9 (service 01-20, of 2026-01): 2100 m 100.00 | 4000 100.00"
    )
    assert proves(story, JANUARY)
    story.until(day("03-04"))
    story.nothing_more_happens()


def test_a_visit_before_a_booked_expiry_takes_its_units_back(story: Story) -> None:
    """Valid until 4 March; the tick of the 5th books the expiry, the visit comes on the 6th."""
    visit(story, "v-1")
    story.until(day("03-06"))
    before = head(story)
    assert left(story, "03-06") == ("0", "4", 0)
    assert story.trial_balance(day("03-06"))["4030"] == "-400.00"

    row = visit(story, "v-2", "03-04")
    assert (row["covered"], row["prepaid"]) == ("1", 10000)
    assert left(story, "03-06") == ("0", "3", 0)
    assert left(story, "03-06", before) == ("0", "4", 0)
    balances = story.trial_balance(day("03-06"))
    assert (balances["4000"], balances["4030"]) == ("-200.00", "-300.00")
    assert "2100" not in balances

    again = story.does("reverse_consumption", visit="v-2", reason="never came")
    assert again["lines"] == ["1"]
    assert left(story, "03-06") == ("0", "4", 0)
    assert story.trial_balance(day("03-06"))["4030"] == "-400.00"
    story.nothing_more_happens()


def test_the_day_after_the_last_is_too_late_whenever_it_is_told(story: Story) -> None:
    row = visit(story, "v-0", "01-05")
    assert row["covered"] == "1"
    story.until(day("03-10"))
    row = visit(story, "v-1", "03-05")
    assert (row["covered"], row["reason"], row["patient_owes"]) == ("0", "expired", 10000)
    row = visit(story, "v-2", "01-04")
    assert (row["covered"], row["reason"]) == ("0", "not_started")
    assert left(story, "03-10") == ("0", "4", 0)


def test_a_visit_of_a_closed_month_before_a_booked_expiry(story: Story) -> None:
    """Both at once: the expiry is of March, the visit of January is told in April."""
    story.until(day("04-10"))
    assert visit(story, "v-1", "01-20")["covered"] == "1"
    assert left(story, "04-10") == ("0", "4", 0)
    assert left(story, "01-31") == ("4", "0", 40000)
    balances = story.trial_balance(day("04-10"))
    assert (balances["4000"], balances["4030"]) == ("-100.00", "-400.00")
    for month in (1, 2, 3):
        assert proves(story, Period(2026, month))
    late = [line for line in story.journal(day("04-30")) if "of 2026-" in line]
    assert late
    assert all(line.startswith("04-01 ") for line in late)
    story.nothing_more_happens()


def test_as_of_the_last_day_what_lapses_that_night_is_expired(story: Story) -> None:
    """With or without a tick: time alone brings the same (interfaces.md 7.13)."""
    told = [left(story, text) for text in ("03-03", "03-04", "03-05")]
    assert told == [("5", "0", PRICE), ("0", "5", 0), ("0", "5", 0)]
    story.until(day("03-06"))
    assert [left(story, text) for text in ("03-03", "03-04", "03-05")] == told


def test_a_day_before_the_sale_leaves_the_contract_out(story: Story) -> None:
    assert left(story, "01-05") == ("5", "0", PRICE)
    view = View(day("01-04"))
    found = contract_balance(story.ledger.store, CLINIC, "s-1", view, current=False)
    assert found is None or found["subscriptions"] == []
