"""A gift card nobody will use up: breakage in proportion, and what becomes of the estimate.

Product.md, rule 16: sold 100, expected unused 15; after a use of 40 the extra is 7.06 and the
revenue 47.06.
"""

from datetime import date
from typing import Any

import pytest

from aggregates.period.events import PeriodClosed
from ledger.calendar import Period
from projections.close.figures import verify
from projections.journal.queries import balances
from tests.journeys.story import CLINIC, Story, day, told_from

JANUARY = "glow/period/2026-01"
CARD = {"kind": "credit", "line": "credit", "face": 10000}


def opens(story: Story, **offer: Any) -> None:
    """The clinic with its gift card of 100, valid for a year."""
    story.does("define_service", service="facial", label="Facial", list_price=1000)
    terms = {"name": "Gift card", "price": 10000, "lines": [CARD], "term": {"months": 12}}
    story.does("publish_offer", offer="card", **{**terms, **offer})
    story.does("register_patient", patient="p-1", name="Pat")


def policy(story: Story, name: str, value: Any) -> None:
    story.does(
        "set_policy", policy=name, value=value, effective="2026-01-01", reason="r", approver="bob"
    )


def estimate(story: Story, rate: str, effective: str, **more: Any) -> dict[str, Any]:
    fields = {"estimate": "b-1", "kind": "breakage", "scope": {"offer": "card"}, **more}
    return story.does(
        "set_estimate", rate=rate, effective=effective, evidence="file 7", approver="bob", **fields
    )


def sells(story: Story, key: str = "s-1") -> None:
    payment = {"payment": f"pay-{key}", "amount": 10000, "tender": "card"}
    story.does("sell_package", subscription=key, offer="card", patient="p-1", payment=payment)


def uses(story: Story, visit: str, units: int) -> None:
    lines = [{"line": "1", "service": "facial", "quantity": str(units)}]
    story.does("record_visit", visit=visit, patient="p-1", status="completed", lines=lines)


@pytest.fixture
def story(database: str) -> Any:
    with told_from(database, day("01-01")) as told:
        opens(told)
        yield told


def test_breakage_in_proportion(story: Story) -> None:
    policy(story, "breakage_method", "proportional")
    estimate(story, "0.15", "2026-01-01")
    sells(story)
    story.until(day("01-20"))
    uses(story, "v-1", 4)
    assert story.journal(day("01-31"))[-1] == "01-31 row 10: 2120 credit 7.06 | 4030 7.06"
    story.until(day("02-04"))
    assert story.journal(day("01-31")) == [
        "01-01 row 6: 1020 100.00 | 2120 credit 100.00",
        "01-20 row 13: 2120 credit 40.00 | 4000 40.00",
        "01-31 row 10: 2120 credit 7.06 | 4030 7.06",
    ]
    assert story.trial_balance(day("01-31")) == {
        "1020": "100.00",
        "2120": "-52.94",
        "4000": "-40.00",
        "4030": "-7.06",
    }
    story.ledger.catch_up(CLINIC)
    assert balances(story.ledger.store, CLINIC, day("01-31"))["4030"] == -706
    [closed] = story.ledger.store.load(CLINIC, [JANUARY])[JANUARY]
    assert isinstance(closed.event, PeriodClosed)
    [held] = closed.event.estimates
    assert (held.estimate, held.rate, held.effective) == ("b-1", "0.15", day("01-01"))
    found = verify(story.ledger.conninfo, CLINIC, Period(2026, 1))
    assert found is not None
    assert found["same"]
    story.nothing_more_happens()


def closes(story: Story, month: int) -> None:
    """Lets the month end, and its books be closed."""
    story.until(date(2026, month + 1, 4))


def closing(story: Story, month: int) -> list[str]:
    """The closing entries of a month."""
    first = date(2026, month, 1)
    rows = ("10", "20", "24", "25", "2", "31", "32", "40")
    found = story.journal(Period(2026, month).last, first)
    return [entry for entry in found if any(f"row {row}:" in entry for row in rows)]


def test_a_changed_estimate_is_caught_up_once(story: Story) -> None:
    """7.5: the whole difference is this period's revenue, up or down, and never restated."""
    policy(story, "breakage_method", "proportional")
    estimate(story, "0.15", "2026-01-01")
    sells(story)
    uses(story, "v-1", 4)
    closes(story, 1)
    estimate(story, "0.20", "2026-02-10")
    story.until(day("02-12"))
    uses(story, "v-2", 2)
    closes(story, 2)
    assert closing(story, 1) == ["01-31 row 10: 2120 credit 7.06 | 4030 7.06"]
    # 40 of 80 expected: 50, of which 47.06 stands. Then 60 of 80: 75, of which 20 is service.
    assert closing(story, 2) == [
        "02-28 row 10: 2120 credit 5.00 | 4030 5.00",
        "02-28 row 25: 2120 credit 2.94 | 4030 2.94",
    ]
    estimate(story, "0.1", "2026-03-01")
    closes(story, 3)
    # 60 of 90: 66.67 instead of 75.
    assert closing(story, 3) == ["03-31 row 24: 4030 8.33 | 2120 credit 8.33"]
    assert story.rolled("2026-03", "2120") == {
        "opening": "25.00",
        "estimate_changes": "8.33",
        "closing": "33.33",
    }
    closes(story, 4)
    assert closing(story, 4) == []
    story.nothing_more_happens()


def test_expiry_and_refund_take_their_own_value_and_the_cohort_gives_way(story: Story) -> None:
    """7.3: a lot leaves with what is its own; the cohort's line bears the difference."""
    policy(story, "breakage_method", "proportional")
    policy(story, "forfeiture_guard", "off")
    estimate(story, "0.15", "2026-01-01")
    sells(story, "s-1")
    sells(story, "s-2")
    uses(story, "v-1", 4)
    closes(story, 1)
    # 40 of 170 expected of 200: 47.06.
    assert closing(story, 1) == ["01-31 row 10: 2120 credit 7.06 | 4030 7.06"]
    story.does("refund", subscription="s-2", refund="r-1", reason="asked", approver="bob")
    closes(story, 2)
    assert closing(story, 2) == []
    story.does("refund", subscription="s-1", refund="r-2", reason="asked", approver="bob")
    closes(story, 3)
    assert closing(story, 3) == ["03-31 row 10: 4030 7.06 | 2120 credit 7.06"]
    assert story.trial_balance(day("03-31"))["4000"] == "-40.00"
    assert "2120" not in story.trial_balance(day("03-31"))


def test_a_cohort_that_expires_has_earned_all_of_it(database: str) -> None:
    with told_from(database, day("01-01")) as story:
        opens(story, term={"months": 3})
        policy(story, "breakage_method", "proportional")
        policy(story, "forfeiture_guard", "off")
        estimate(story, "0.15", "2026-01-01")
        sells(story)
        uses(story, "v-1", 4)
        closes(story, 1)
        closes(story, 3)
        assert closing(story, 3) == [
            "03-31 row 20: 2120 credit 60.00 | 4030 60.00",
            "03-31 row 10: 4030 7.06 | 2120 credit 7.06",
        ]
        assert story.trial_balance(day("03-31")) == {
            "1020": "100.00",
            "4000": "-40.00",
            "4030": "-60.00",
        }
        story.nothing_more_happens()


def test_what_a_state_may_claim_does_not_break(database: str) -> None:
    """7.1: escheatable value stays a liability; the default holds all value subject."""
    with told_from(database, day("01-01")) as story:
        opens(story)
        policy(story, "breakage_method", "proportional")
        policy(story, "escheat", "subject")
        estimate(story, "0.15", "2026-01-01")
        sells(story)
        uses(story, "v-1", 4)
        closes(story, 1)
        assert closing(story, 1) == []


def test_nothing_breaks_that_can_be_asked_back(database: str) -> None:
    """7.1, 8.2: within the cooling-off window the unused value is a refund liability instead."""
    with told_from(database, day("01-01")) as story:
        opens(story, refund={"formula": "none", "cooling_off_days": 45})
        policy(story, "breakage_method", "proportional")
        estimate(story, "0.15", "2026-01-01")
        sells(story)
        uses(story, "v-1", 4)
        closes(story, 1)
        assert closing(story, 1) == ["01-31 row 2: 2120 credit 60.00 | 2160 60.00"]
        closes(story, 2)
        assert closing(story, 2) == [
            "02-28 row 10: 2120 credit 7.06 | 4030 7.06",
            "02-28 row 32: 2160 60.00 | 2120 credit 60.00",
        ]
        story.nothing_more_happens()


def test_what_is_used_before_the_close_leaves_the_reserve(database: str) -> None:
    """8.2, 10.2: the contract earned less than was paid, so that it shows no contract asset."""
    with told_from(database, day("01-01")) as story:
        opens(story, refund={"formula": "pro_rata", "on_demand": True})
        sells(story)
        uses(story, "v-1", 4)
        closes(story, 1)
        uses(story, "v-2", 1)
        books = {"1020": "100.00", "2160": "-50.00", "4000": "-50.00"}
        assert story.trial_balance(story.today) == books
        closes(story, 2)
        assert closing(story, 2) == ["02-28 row 32: 2160 10.00 | 2120 credit 10.00"]
        assert story.trial_balance(day("02-28")) == books


def test_a_refund_first_takes_back_what_was_reserved(database: str) -> None:
    """8.2: on the day of the refund 2160 returns to the liability that pays it."""
    with told_from(database, day("01-01")) as story:
        opens(story, refund={"formula": "pro_rata", "on_demand": True})
        sells(story)
        uses(story, "v-1", 4)
        closes(story, 1)
        assert closing(story, 1) == ["01-31 row 2: 2120 credit 60.00 | 2160 60.00"]
        story.until(day("02-10"))
        story.does("refund", subscription="s-1", refund="r-1", reason="asked", approver="bob")
        assert "2160" not in story.trial_balance(day("02-10"))
        closes(story, 2)
        assert closing(story, 2) == ["02-10 row 32: 2160 60.00 | 2120 credit 60.00"]
        assert story.trial_balance(day("02-28")) == {"1020": "40.00", "4000": "-40.00"}
        story.nothing_more_happens()


def test_expected_refunds_and_credit_losses_by_their_rates(database: str) -> None:
    """8.2, 10.5: a share of what is unrecognised and funded; a share of what is receivable."""
    with told_from(database, day("01-01")) as story:
        opens(story)
        plan = {
            "kind": "plan",
            "cancellable": False,
            "instalments": [{"due": "+0d", "amount": 5000}, {"due": "+30d", "amount": 5000}],
        }
        story.does(
            "publish_offer", offer="plan", name="Plan", price=10000, lines=[CARD], billing=plan
        )
        estimate(story, "0.1", "2026-01-01", estimate="r-1", kind="refunds")
        estimate(story, "0.02", "2026-01-01", estimate="c-1", kind="credit_loss", scope={})
        sells(story)
        story.does("sell_package", subscription="s-2", offer="plan", patient="p-1")
        closes(story, 1)
        assert closing(story, 1) == [
            "01-31 row 2: 2120 credit 10.00 | 2160 10.00",
            "01-31 row 40: 6200 2.00 | 1190 2.00",
        ]
        estimate(story, "0.05", "2026-02-01", estimate="c-1", kind="credit_loss", scope={})
        closes(story, 2)
        assert closing(story, 2) == ["02-28 row 40: 6200 3.00 | 1190 3.00"]
        story.nothing_more_happens()


def test_a_card_nobody_has_touched_for_so_long(story: Story) -> None:
    """7.4: all of it once use is remote; taken back when it is used after all."""
    policy(story, "breakage_method", "remote")
    policy(story, "remote_months", 2)
    sells(story)
    uses(story, "v-1", 4)
    closes(story, 2)
    assert closing(story, 2) == []
    closes(story, 3)
    assert closing(story, 3) == ["03-31 row 10: 2120 credit 60.00 | 4030 60.00"]
    story.until(day("04-10"))
    uses(story, "v-2", 1)
    closes(story, 4)
    assert closing(story, 4) == ["04-30 row 10: 4030 60.00 | 2120 credit 60.00"]
    assert story.trial_balance(day("04-30"))["2120"] == "-50.00"
    story.nothing_more_happens()


def test_points_are_worth_more_where_fewer_are_redeemed(story: Story) -> None:
    """5.6: redeemed ÷ expected to be redeemed; the allocation of the sale stands."""
    points = {"kind": "points", "line": "points", "earn": {"per_amount": 100}, "value": 10}
    visits = {"kind": "units", "line": "facials", "services": ["facial"], "quantity": "9"}
    lines = [visits, points]
    story.does("publish_offer", offer="loyal", name="Loyal", price=10000, lines=lines)
    estimate(story, "0.2", "2026-01-10", estimate="p-1", scope={"offer": "loyal"})
    payment = {"payment": "pay-9", "amount": 10000, "tender": "card"}
    story.does("sell_package", subscription="s-9", offer="loyal", patient="p-1", payment=payment)
    # 9,000 of visits and 1,000 of points: 10,000 × 1 ÷ 10 for 100 points.
    redeems(story, "v-1", 8)
    story.until(day("01-20"))
    redeems(story, "v-2", 8)
    found = [entry for entry in story.journal(day("01-31")) if "row 16" in entry]
    # 8 of 100, then 16 of 80 less what was earned.
    assert found == [
        "01-01 row 16: 2130 points 0.80 | 4000 0.80",
        "01-20 row 16: 2130 points 1.20 | 4000 1.20",
    ]
    story.nothing_more_happens()


def redeems(story: Story, visit: str, points: int) -> None:
    lines = [{"line": "1", "service": "mask", "quantity": "1", "points": points}]
    if visit == "v-1":
        story.does("define_service", service="mask", label="Mask", list_price=1000)
    story.does("record_visit", visit=visit, patient="p-1", status="completed", lines=lines)


def test_a_concession_lowers_the_price_and_another_rate_is_caught_up(story: Story) -> None:
    """3.3: 10 % of 100.00 is not expected; 40.00 are used. At 5 % half of it comes back."""
    estimate(story, "0.1", "2026-01-01", estimate="k-1", kind="concession")
    sells(story)
    uses(story, "v-1", 4)
    closes(story, 1)
    assert closing(story, 1) == ["01-31 row 31: 4900 4.00, 2120 credit 6.00 | 2160 10.00"]
    uses(story, "v-2", 1)
    estimate(story, "0.05", "2026-02-01", estimate="k-1", kind="concession")
    closes(story, 2)
    assert closing(story, 2) == ["02-28 row 31: 2160 5.00 | 4900 1.50, 2120 credit 3.50"]
    story.nothing_more_happens()


def test_a_concession_that_is_made_uses_up_what_was_expected(story: Story) -> None:
    estimate(story, "0.1", "2026-01-01", estimate="k-1", kind="concession")
    sells(story)
    uses(story, "v-1", 10)
    closes(story, 1)
    assert closing(story, 1) == ["01-31 row 31: 4900 10.00 | 2160 10.00"]
    story.does(
        "refund", refund="r-1", subscription="s-1", goodwill=True, amount=700, to="original",
        reason="unhappy", approver="bob",
    )  # fmt: skip
    closes(story, 2)
    assert closing(story, 2) == ["02-28 row 31: 2160 7.00 | 4900 7.00"]
    story.nothing_more_happens()
