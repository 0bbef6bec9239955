"""A period over HTTP has the days that the clinic's calendar gives it."""

from tests.http.conftest import AT, Api


def test_each_clinic_asks_for_the_days_of_its_own_calendar(api: Api) -> None:
    answer = api.post(
        "/v1/clinic/policies",
        clinic="dew",
        policy="calendar",
        value={"weeks": "4-4-5", "weekday": "saturday"},
        effective="2026-02-22",
        reason="as the group reports",
        approver="eve",
        at=AT,
    )
    assert answer.status_code == 201, answer.text
    for clinic, last in (("dew", "2026-02-21"), ("glow", "2026-02-28")):
        found = api.client(clinic).get("/v1/reports/metrics?period=2026-02").json()
        assert found["as_of"] == last
    for clinic, last in (("dew", "2026-03-28"), ("glow", "2026-03-31")):
        found = api.client(clinic).get("/v1/reports/waterfall?period=2026-03").json()
        assert found["as_of"] == last
