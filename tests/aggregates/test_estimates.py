"""Estimates: which one holds, and what is refused (accounting.md 7.5; interfaces.md 4)."""

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest

from aggregates.clinic.events import PeriodLocked
from aggregates.clinic.state import Clinic
from aggregates.estimate.events import EstimateScope, EstimateSet
from aggregates.estimate.orders import SetEstimate
from aggregates.estimate.state import Estimates, Sold, cohort_of
from aggregates.estimating import CohortUse, Known, set_estimate
from aggregates.offer.state import Offer
from ledger.codes import Refused
from ledger.decider import Context, Decided

NOW = datetime(2026, 3, 3, 15, tzinfo=UTC)
SIX = Sold("six", "wellness", "2026Q1")


def version(estimate: str, rate: str, effective: str, kind: str = "breakage", **scope: str) -> Any:
    fields = {"estimate": estimate, "kind": kind, "scope": scope, "rate": rate}
    more = {"effective": date.fromisoformat(effective), "evidence": "0" * 64, "approver": "bob"}
    return EstimateSet.model_validate(fields | more)


@pytest.mark.parametrize(
    ("versions", "rate"),
    [
        ([], None),
        ([version("a", "0.1", "2026-03-01")], "0.1"),
        ([version("a", "0.1", "2026-03-02")], None),
        ([version("a", "0.1", "2026-01-01"), version("a", "0.2", "2026-02-01")], "0.2"),
        ([version("a", "0.2", "2026-02-01"), version("a", "0.1", "2026-01-01")], "0.2"),
        ([version("a", "0.1", "2026-01-01"), version("a", "0.2", "2026-01-01")], "0.2"),
        (
            [version("a", "0.1", "2026-01-01"), version("b", "0.2", "2025-01-01", offer="six")],
            "0.2",
        ),
        ([version("b", "0.2", "2025-01-01", offer="ten")], None),
        ([version("b", "0.2", "2025-01-01", program="wellness")], "0.2"),
        (
            [
                version("b", "0.2", "2026-01-01", offer="six"),
                version("c", "0.3", "2025-01-01", offer="six", cohort="2026Q1"),
                version("d", "0.4", "2026-02-01", cohort="2026Q1"),
            ],
            "0.3",
        ),
        (
            [
                version("d", "0.4", "2026-02-01", cohort="2026Q1"),
                version("b", "0.2", "2026-01-01", offer="six"),
            ],
            "0.2",
        ),
        ([version("a", "0.1", "2026-01-01", kind="refunds")], None),
    ],
)
def test_the_narrowest_scope_in_force_holds(versions: list[EstimateSet], rate: str | None) -> None:
    found = Estimates(tuple(versions)).rate("breakage", SIX, date(2026, 3, 1))
    assert found == (None if rate is None else Fraction(rate))


def test_a_quarter_of_sale() -> None:
    days = [date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1), date(2026, 12, 31)]
    assert [cohort_of(day) for day in days] == ["2026Q1", "2026Q1", "2026Q2", "2026Q4"]


def context(actor: str = "amy", role: str = "accountant") -> Context:
    return Context("glow", NOW, NOW.date(), actor, role, NOW, NOW.date())


def order(**more: Any) -> SetEstimate:
    fields = {"estimate": "b-1", "kind": "breakage", "scope": {"offer": "six"}, "rate": "0.15"}
    rest = {"effective": "2026-03-01", "evidence": "0" * 64, "approver": "bob"}
    return SetEstimate.model_validate(fields | rest | more)


def known(*versions: EstimateSet, uses: tuple[CohortUse, ...] = ()) -> Known:
    clinic = Clinic(locked=(PeriodLocked(period="2026-01", version=1, cut=9),))
    offer: Any = Offer(versions=((NOW, None),))  # type: ignore[arg-type]
    return Known(clinic, Estimates(versions), offer, uses)


def test_a_version_is_recorded() -> None:
    decided = set_estimate(context(), order(), known())
    assert isinstance(decided, Decided)
    [new] = decided.events
    assert new.stream == "glow/estimates"
    assert decided.data == {"estimate": "b-1", "rate": "0.15", "effective": "2026-03-01"}


BEFORE = version("b-1", "0.15", "2026-01-01", offer="six")
USED = CohortUse("six/2026Q1/m/3m/2100", SIX, 10_000, 9_000)


@pytest.mark.parametrize(
    ("asked", "world", "problems"),
    [
        ({"effective": "2026-01-31"}, known(), ["period_closed data.effective"]),
        ({"approver": "amy"}, known(), ["approval_required data.approver"]),
        ({"kind": "refunds"}, known(BEFORE), ["invalid data.kind"]),
        ({"scope": {}}, known(BEFORE), ["invalid data.scope"]),
        ({"rate": "0.19"}, known(BEFORE), ["approval_required data.rate"]),
        ({"rate": "0.18"}, known(BEFORE), []),
        ({"estimate": "b-2", "rate": "0.19"}, known(BEFORE), ["approval_required data.rate"]),
        ({"rate": "0.1"}, known(uses=(USED,)), []),
        ({"rate": "0.11"}, known(uses=(USED,)), ["conflict data.rate"]),
        ({"rate": "0.11", "scope": {"offer": "ten"}}, known(uses=(USED,)), []),
        ({"rate": "0.11", "kind": "refunds"}, known(uses=(USED,)), []),
        (
            {"rate": "0.5", "approver": "amy", "effective": "2026-01-31"},
            known(BEFORE, uses=(USED,)),
            [
                "period_closed data.effective",
                "approval_required data.approver",
                "approval_required data.rate",
                "conflict data.rate",
            ],
        ),
    ],
)
def test_what_is_wrong_is_listed(asked: dict[str, Any], world: Known, problems: list[str]) -> None:
    decision = set_estimate(context(), order(**asked), world)
    if not problems:
        assert isinstance(decision, Decided)
        return
    assert isinstance(decision, Refused)
    listed = decision.details["problems"]
    assert [f"{one['code']} {one['field']}" for one in listed] == problems
    assert f"{decision.code.value} {decision.field}" == problems[0]


def test_a_controller_may_change_it_by_more() -> None:
    asked = order(rate="0.3")
    assert isinstance(set_estimate(context(role="clinic_admin"), asked, known(BEFORE)), Decided)


def test_a_narrower_estimate_is_not_denied_by_what_it_is_not_asked_of() -> None:
    """A cohort with an estimate of its own does not stand in the way of a wider one."""
    own = version("c-1", "0.05", "2026-01-01", offer="six", cohort="2026Q1")
    assert isinstance(set_estimate(context(), order(rate="0.3"), known(own, uses=(USED,))), Decided)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate": "1.5"},
        {"rate": "-0.1"},
        {"rate": "fifteen"},
        {"rate": 0.15},
        {"scope": {"cohort": "2026Q5"}},
        {"scope": {"location": "north"}},
        {"kind": "rebates"},
        {"effective": "2026-02-30"},
        {"evidence": ""},
    ],
)
def test_data_that_cannot_be_meant_is_invalid(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        order(**wrong)


def test_an_unknown_offer_is_told() -> None:
    world = Known(Clinic(), Estimates(), Offer(), ())
    decision = set_estimate(context(), order(), world)
    assert isinstance(decision, Refused)
    assert decision.code.value == "unknown_offer"


def test_the_scope_of_everything_is_the_widest() -> None:
    assert EstimateScope() == EstimateScope.model_validate({})
