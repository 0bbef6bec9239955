"""Accounting.md 21.5: a late visit and a reversal after the close; to the cent."""

from collections.abc import Iterator

import pytest

from consumers.reporting import OF_THE_BOOKS, reading
from ledger.calendar import Period
from projections.balances.asof import View
from projections.close.figures import verify
from tests.journeys.story import CLINIC, Story, consent, day, told_from, visit


@pytest.fixture(scope="module")
def told(module_database: str) -> Iterator[Story]:
    """The whole story; the tests look at it."""
    with told_from(module_database, day("01-01")) as story:
        sell_seven_sessions(story)
        for when, name in (("01-12", "v1"), ("01-20", "v2")):
            story.until(day(when))
            visit(story, name, "session")
        story.until(day("02-04"))
        visit(story, "v3", "session", on="01-30")
        story.until(day("02-06"))
        visit(story, "v4", "session")
        story.until(day("02-10"))
        story.does("reverse_consumption", visit="v2", reason="it was not done")
        story.until(day("02-17"))
        visit(story, "v5", "session")
        story.until(day("03-04"))
        yield story


def sell_seven_sessions(story: Story) -> None:
    story.does("define_service", service="session", label="Session", list_price=15000)
    sessions = {"kind": "units", "line": "session", "services": ["session"], "quantity": "7"}
    story.does("publish_offer", offer="seven", name="7 sessions", price=100000, lines=[sessions])
    story.until(day("01-08"))
    story.does(
        "sell_package",
        subscription="s-1",
        offer="seven",
        patient="p-1",
        consent=consent("c-1"),
        payment={"payment": "pay-1", "amount": 100000, "tender": "check"},
    )


LATE_JOURNAL = [
    "01-08 row 6: 1010 1,000.00 | 2100 session 1,000.00",
    "01-12 row 9: 2100 session 142.86 | 4000 142.86",
    "01-20 row 9: 2100 session 142.85 | 4000 142.85",
    "02-01 row 9 (service 01-30, of 2026-01): 2100 session 142.86 | 4000 142.86",
    "02-06 row 9: 2100 session 142.86 | 4000 142.86",
    "02-01 row 9 (service 01-20, of 2026-01): 4000 142.85 | 2100 session 142.85",
    "02-17 row 9: 2100 session 142.85 | 4000 142.85",
]


def test_the_journal_is_the_one_of_the_story(told: Story) -> None:
    assert sorted(told.journal(day("02-28"))) == sorted(LATE_JOURNAL)


@pytest.mark.parametrize(
    ("period", "columns"),
    [
        (
            "2026-01",
            {
                "opening": "0.00",
                "additions": "1,000.00",
                "recognized_from_additions": "-285.71",
                "closing": "714.29",
            },
        ),
        (
            "2026-02",
            {"opening": "714.29", "recognized_from_opening": "-285.72", "closing": "428.57"},
        ),
    ],
)
def test_the_roll_forward_closes(told: Story, period: str, columns: dict[str, str]) -> None:
    assert told.rolled(period, "2100") == columns


@pytest.mark.parametrize(
    ("when", "accounts"),
    [
        ("01-31", {"1010": "1,000.00", "2100": "-714.29", "4000": "-285.71"}),
        ("02-28", {"1010": "1,000.00", "2100": "-428.57", "4000": "-571.43"}),
    ],
)
def test_the_trial_balance(told: Story, when: str, accounts: dict[str, str]) -> None:
    assert told.trial_balance(day(when)) == accounts


def test_january_still_replays_to_its_digest(told: Story) -> None:
    proof = verify(told.ledger.conninfo, CLINIC, Period.parse("2026-01"))
    assert proof is not None
    assert proof["same"] is True
    assert proof["sealed"] == proof["recomputed"]


def test_the_balance_of_january_as_known_then_and_as_known_now(told: Story) -> None:
    proof = verify(told.ledger.conninfo, CLINIC, Period.parse("2026-01"))
    assert proof is not None
    then = told.balance("s-1", day("01-31"), known_at=proof["position"])
    assert (then["lines"][0]["used"], then["deferred"]) == ("2", 71429)
    now = told.balance("s-1", day("01-31"))
    assert (now["lines"][0]["used"], now["deferred"]) == ("2", 71428)


def test_one_more_tick_and_a_rebuild_change_nothing(told: Story) -> None:
    told.nothing_more_happens()


def test_a_visit_of_a_day_before_the_refund_is_listed_as_over_refund(database: str) -> None:
    """12.1, 13: it covers nothing and posts nothing, and the refund is not rewritten."""
    with told_from(database, day("01-01")) as story:
        sell_seven_sessions(story)
        story.until(day("01-20"))
        story.does("refund", subscription="s-1", refund="r-1", to="original", reason="moved")
        story.until(day("02-04"))
        visit(story, "v1", "session", on="01-12")
        visit(story, "v2", "session", on="01-21")
        with reading(
            story.ledger, CLINIC, View(day("02-28"), None), Period.parse("2026-02")
        ) as made:
            [row] = OF_THE_BOOKS["late-events"](made)
        assert (row["type"], row["service_date"]) == ("VisitRecorded", "2026-01-12")
        assert (row["prior_period_of"], row["posting_date"]) == ("2026-01", "2026-02-01")
        assert (row["amount"], row["over_refund"]) == (14286, "r-1")
        assert story.trial_balance(day("02-28")) == {}
