"""The reports of accounting.md 21.3 to 21.6: a membership, instalments, a late visit, a dispute."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from tests.journeys.story import Story, consent, day, pay, told_from, visit
from tests.journeys.test_instalments import sell_six_laser_sessions
from tests.journeys.test_membership import silver_then_gold
from tests.journeys.test_story_dispute import disputed_package
from tests.journeys.test_story_late import sell_seven_sessions
from tests.reports.told import Told, reports


@contextmanager
def looked_at(story: Story, when: str, coming: int = 0) -> Iterator[Told]:
    """The reports of a day, which add up; `coming` is promised by cycles that have not begun."""
    with reports(story, day(when)) as made:
        made.adds_up(coming)
        yield made


def test_each_cycle_of_a_membership_is_booked_in_its_month(database: str) -> None:
    with told_from(database, day("01-01")) as story:
        silver_then_gold(story)
        with looked_at(story, "02-28") as made:
            assert [row["amount"] for row in made.waterfall()] == [12000, 12000]
            assert made.rpo()["excluded"] == [{"reason": "month_to_month", "amount": 8572}]
        with looked_at(story, "05-31") as made:
            assert made.waterfall() == MEMBERSHIP_WATERFALL
            assert sold(made) == [("change", 1, 4000), ("new", 1, 12000), ("renewal", 2, 24000)]
        with looked_at(story, "03-31") as made:  # the cycle of 15 March is due and nobody owes it
            assert sold(made) == [("new", 1, 12000), ("renewal", 1, 12000)]


def sold(made: Told) -> list[tuple[str, int, int]]:
    return [(row["kind"], row["count"], row["price"]) for row in made.sales()["rows"]]


MEMBERSHIP_WATERFALL: list[dict[str, Any]] = [
    {"booked": month, "amount": amount, "recognized": earned, "refunded": 0, "remaining": 0}
    for month, amount, earned in (
        ("2026-01", 12000, {"2026-01": 8903, "2026-02": 3097}),
        ("2026-02", 12000, {"2026-02": 3428, "2026-03": 8572}),
        ("2026-04", 16000, {"2026-04": 3879, "2026-05": 12121}),
    )
]


def test_a_refund_leaves_the_waterfall_and_what_it_keeps_is_earned(database: str) -> None:
    with told_from(database, day("02-01")) as story:
        sell_six_laser_sessions(story)
        for when, name in (("02-10", "v1"), ("02-24", "v2")):
            story.until(day(when))
            visit(story, name, "laser")
        with looked_at(story, "02-28") as made:
            reasons = {row["reason"]: row["amount"] for row in made.rpo()["excluded"]}
            assert made.rpo()["total"] == 1
            assert reasons == {"unpaid_and_cancellable": 66666}
        story.until(day("03-04"))
        pay(story, "pay-2", 33333)
        story.until(day("03-10"))
        visit(story, "v4", "laser")
        story.until(day("03-25"))
        story.does("refund", subscription="s-1", refund="r-1", reason="moved away")
        with looked_at(story, "03-31") as made:
            february, march = made.waterfall()
            cash = made.processor()
            assert made.aging() == []
        assert february["recognized"] == {"2026-02": 33333, "2026-03": 1}
        assert (march["amount"], march["recognized"]) == (33333, {"2026-03": 26666})
        assert (march["refunded"], march["remaining"]) == (6667, 0)
        assert (cash["charges"], cash["refunds"]) == (66667, -6667)
        assert [item["kind"] for item in cash["open"]] == ["charge", "charge", "refund"]


def test_a_late_visit_is_in_the_month_it_is_posted(database: str) -> None:
    with told_from(database, day("01-01")) as story:
        sell_seven_sessions(story)
        for when, name in (("01-12", "v1"), ("01-20", "v2")):
            story.until(day(when))
            visit(story, name, "session")
        story.until(day("02-04"))
        visit(story, "v3", "session", on="01-30")
        story.until(day("02-10"))
        story.does("reverse_consumption", visit="v2", reason="it was not done")
        with looked_at(story, "01-31") as made:
            [row] = made.waterfall()
            assert row["recognized"] == {"2026-01": 28571}
            assert made.rpo()["total"] == 71429  # as the books, which close without v3
        with looked_at(story, "02-28") as made:
            [row] = made.waterfall()
            assert row["recognized"] == {"2026-01": 28571, "2026-02": 1}


def test_a_lost_dispute_leaves_the_waterfall_and_the_processor(database: str) -> None:
    with told_from(database, day("02-01")) as story:
        disputed_package(story)
        with looked_at(story, "04-30") as made:
            assert (made.processor()["disputes"], made.processor()["balance"]) == (-96900, -4297)
        story.until(day("05-20"))
        story.does("close_dispute", dispute="dp_1", outcome="lost", fee_returned=False)
        with looked_at(story, "05-31") as made:
            [row] = made.waterfall()
            assert made.profitability() == []  # 450.00 earned, 450.00 lost
        assert (row["refunded"], row["remaining"]) == (45000, 0)


def sell_on_terms(story: Story, **billing: Any) -> None:
    """Twelve sessions for 1,200.00 over two years, in three instalments that are owed anyway."""
    story.does("define_service", service="session", label="Session", list_price=10000)
    sessions = {"kind": "units", "line": "session", "services": ["session"], "quantity": "12"}
    parts = [{"due": due, "amount": 40000} for due in ("+0d", "+30d", "+60d")]
    story.does(
        "publish_offer",
        offer="twelve",
        name="12 sessions",
        price=120000,
        term={"years": 2},
        lines=[sessions],
        billing={"kind": "plan", "instalments": parts, "cancellable": False, **billing},
    )
    story.until(day("01-10"))
    sold: dict[str, Any] = {
        "subscription": "s-1",
        "offer": "twelve",
        "patient": "p-1",
        "payer": "p-9",
    }
    first = {"payment": "pay-1", "amount": 40000, "tender": "card"}
    story.does("sell_package", **sold, consent=consent("c-1"), payment=first)


def test_instalments_that_are_owed_age_and_are_promised(database: str) -> None:
    with told_from(database, day("01-01")) as story:
        sell_on_terms(story)
        for when, name in (("01-20", "v1"), ("02-20", "v2")):
            story.until(day(when))
            visit(story, name, "session")
        story.until(day("04-20"))
        with looked_at(story, "02-28") as made:
            assert [(row["due"], row["days"], row["bucket"]) for row in made.aging()] == [
                ("2026-02-09", 19, "1-30")
            ]
            promised = made.rpo()
            balances = made.balances("2026-02")
            assert (promised["total"], promised["excluded"]) == (100000, [])
            assert [band["amount"] for band in promised["bands"]] == [13088, 40588, 46324, 0]
            assert balances["receivable"] == {"opening": 0, "closing": 40000}
            # Even use over the 680 days that are left: 365 of them are within the year.
            assert made.timing() == {"current": 32206, "non_current": 27794}
            assert balances["contract_liability"] == {"opening": 30000, "closing": 60000}
        pay(story, "pay-2", 50000)
        with looked_at(story, "04-20") as made:
            [open_still] = made.aging()
            assert open_still == {
                "subscription": "s-1",
                "payer": "p-9",
                "due": "2026-03-11",
                "amount": 30000,
                "days": 40,
                "bucket": "31-60",
            }
            [line] = made.liability()
            assert (line["line"], line["amount"]) == ("session", 100000)


def test_what_is_not_expected_to_be_kept_is_not_promised(database: str) -> None:
    """A tenth of the price: of what is billed, of what is not, and once it is conceded no more."""
    with told_from(database, day("01-01")) as story:
        sell_on_terms(story)
        story.does(
            "set_estimate", estimate="k-1", kind="concession", rate="0.1", effective="2026-01-01",
            scope={"offer": "twelve"}, evidence="file 7", approver="bob",
        )  # fmt: skip
        visit(story, "v1", "session")
        with reports(story, day("01-31")) as made:
            whole, promised = made.unsatisfied(), made.rpo()
            left_out = sum(row["amount"] for row in promised["excluded"])
            assert promised["total"] + left_out == whole - whole // 10
            assert promised["total"] == sum(band["amount"] for band in promised["bands"])


def test_use_ahead_of_payment_is_an_asset_booked_when_earned(database: str) -> None:
    with told_from(database, day("01-01")) as story:
        sell_on_terms(story, draw_before_payment=True)
        for number in range(6):
            visit(story, f"v{number}", "session")
        with looked_at(story, story.today.strftime("%m-%d")) as made:
            assert made.account("1120") == 20000
        with looked_at(story, "01-31") as made:
            rows = made.waterfall()
            assert [(row["amount"], row["remaining"]) for row in rows] == [(40000, -20000)]
            assert made.balances("2026-01")["contract_asset"] == {"opening": 0, "closing": 20000}
            assert made.rpo()["total"] == 60000
        story.until(day("02-15"))
        with looked_at(story, "02-28") as made:
            january, february = made.waterfall()
            assert (january["amount"], january["remaining"]) == (60000, 0)
            assert (february["amount"], february["remaining"]) == (20000, 20000)


def test_a_commitment_of_two_years_promises_the_cycles_to_come(database: str) -> None:
    with told_from(database, day("01-01")) as story:
        story.does("define_service", service="sauna", label="Sauna", list_price=3000)
        story.does(
            "publish_offer",
            offer="long",
            name="Two years",
            price=10000,
            lines=[{"kind": "unlimited", "line": "sauna", "services": ["sauna"], "ssp": 10000}],
            billing={
                "kind": "recurring",
                "every": "month",
                "grants": "each_cycle",
                "commitment_cycles": 24,
            },
        )
        story.does(
            "sell_package",
            subscription="s-1",
            offer="long",
            patient="p-1",
            consent=consent("c-1"),
            payment={"payment": "pay-1", "amount": 10000, "tender": "card"},
        )
        with looked_at(story, "01-15", 23 * 10000) as made:
            promised = made.rpo()
        story.until(day("02-03"))
        with looked_at(story, "02-03", 22 * 10000) as made:  # owed, although it is not paid
            assert sold(made) == [("new", 1, 10000), ("renewal", 1, 10000)]
    earned = 10000 * 15 // 31
    assert promised["total"] == 240000 - earned - 1
    assert [band["amount"] for band in promised["bands"]] == [30000 - earned - 1, 90000, 120000, 0]


def test_the_reports_of_a_day_before_everything_are_empty(database: str) -> None:
    with told_from(database, day("01-01")) as story, reports(story, date(2025, 12, 31)) as made:
        made.adds_up()
        assert made.waterfall() == made.liability() == made.aging() == made.profitability() == []
        assert (made.rpo()["total"], made.sales()["rows"]) == (0, [])
