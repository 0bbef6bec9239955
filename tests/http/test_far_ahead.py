"""A question about a day so far ahead that its answer would take as long as living until then."""

import pytest

from consumers.http.questions import QUESTIONS
from consumers.http.reporting import reports
from consumers.reporting import COMING
from tests.http.conftest import Api

REPORTS = sorted(reports())
ASKED = {
    **{name: f"/v1/reports/{name}" for name in REPORTS},
    **{
        question.name: question.path.format(patient="p-1", subscription="s-1", charge="c-1")
        for question in QUESTIONS
        if "as_of" in question.parameters
    },
}
EXPORT = "/v1/exports/journal?draft=true&format=qbo"


def refused(api: Api, path: str) -> tuple[object, ...]:
    answer = api.client().get(path)
    problem = answer.json()
    return answer.status_code, problem["code"], problem["field"], problem["detail"]


@pytest.mark.parametrize("name", ASKED)
def test_ten_years_ahead_is_the_last_day_asked_for(api: Api, name: str) -> None:
    """The clock says 2 March 2026."""
    assert refused(api, f"{ASKED[name]}?as_of=2036-04-01") == (
        400,
        "invalid",
        "as_of",
        "The last day that can be asked for is 2036-03-31.",
    )


@pytest.mark.parametrize("path", [*(f"/v1/reports/{name}?" for name in REPORTS), f"{EXPORT}&"])
def test_what_time_brings_in_ten_years_is_told_in_the_end(api: Api, path: str) -> None:
    assert api.client().get(f"{path}period=2036-03").status_code == 200


@pytest.mark.parametrize(
    "path", [*(f"/v1/reports/{name}?" for name in REPORTS if name not in COMING), f"{EXPORT}&"]
)
@pytest.mark.parametrize("month", ["2036-04", "2520-07"])
def test_ten_years_ahead_is_the_last_month_asked_for(api: Api, path: str, month: str) -> None:
    assert refused(api, f"{path}period={month}") == (
        400,
        "invalid",
        "period",
        "The last month that can be asked for is 2036-03.",
    )


def test_what_comes_in_a_month_is_told_as_of_today(api: Api) -> None:
    """The two drips of 1 March last for three months."""
    [expiring] = api.client().get("/v1/reports/expiring?period=2026-05").json()
    assert (expiring["subscription"], expiring["expires"]) == ("s-1", "2026-05-31")
    assert api.client().get("/v1/reports/expiring?period=2520-07").json() == []
