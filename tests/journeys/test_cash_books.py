"""The stories of accounting.md 21 in cash books: what was paid, to the cent."""

from typing import Any

from projections.close.basis import CASH
from tests.journeys.story import Story, day, pay, told_from, visit
from tests.journeys.test_credit import sell_the_credit, spend
from tests.journeys.test_instalments import sell_six_laser_sessions
from tests.journeys.test_membership import silver_then_gold
from tests.journeys.test_story_dispute import disputed_package
from tests.journeys.test_story_program import sell_the_program


def end(story: Story, when: str) -> dict[str, str]:
    return story.trial_balance(day(when), CASH)


def test_funding_is_revenue_of_each_line(database: str) -> None:
    with told_from(database, day("01-01")) as story:
        sell_the_program(story)
        visit(story, "v1", "initial", "scan", "lab")
        story.until(day("02-03"))
        [paid, fee] = story.journal(day("02-28"), basis=CASH)
        assert paid == (
            "01-05 row 6: 1020 1,800.00 | 4000 233.77, 4000 701.30,"
            " 4000 168.31, 4000 374.03, 4000 196.36, 4010 126.23"
        )
        assert fee == "01-05 row 47: 6100 52.50 | 1020 52.50"


def test_cycles_are_earned_when_they_are_paid(database: str) -> None:
    with told_from(database, day("01-01")) as story:
        silver_then_gold(story)
        assert end(story, "05-31") == {"1020": "400.00", "4000": "-172.75", "4010": "-227.25"}


def test_a_refund_is_a_loss_when_it_is_paid(database: str) -> None:
    with told_from(database, day("02-01")) as story:
        sell_six_laser_sessions(story)
        story.until(day("03-04"))
        pay(story, "pay-2", 33333)
        story.until(day("03-25"))
        refund: dict[str, Any] = {"subscription": "s-1", "refund": "r-1", "amount": 6667}
        story.does("refund", reason="moved away", approver="bo", paid=False, **refund)
        assert end(story, "03-25") == {"1020": "666.67", "4000": "-666.67"}
        story.until(day("03-28"))
        story.does("settle_refund", refund="r-1", status="paid")
        assert end(story, "03-28") == {"1020": "600.00", "4000": "-666.67", "4900": "66.67"}
        story.does("settle_refund", refund="r-1", status="failed")
        assert end(story, "03-28") == {"1020": "666.67", "4000": "-666.67"}


def test_tax_of_what_credit_pays_is_owed_when_it_is_used(database: str) -> None:
    with told_from(database, day("01-01")) as story:
        sell_the_credit(story)
        story.until(day("02-12"))
        spend(story, "v2", 20000, tax=1575)
        assert end(story, "02-12") == {"1010": "500.00", "2200": "-15.75", "4000": "-484.25"}


def test_a_dispute_counts_when_it_is_opened(database: str) -> None:
    with told_from(database, day("02-01")) as story:
        disputed_package(story)
        fees = {"6100": "27.97", "6110": "15.00"}
        assert end(story, "04-10") == {
            "1020": "-42.97",
            "2200": "-54.00",
            "4000": "-900.00",
            "4910": "954.00",
            **fees,
        }
        story.until(day("05-20"))
        story.does("close_dispute", dispute="dp_1", outcome="lost")
        lost = {"1020": "-42.97", "4000": "-900.00", "4910": "900.00", **fees}
        assert end(story, "05-20") == lost
