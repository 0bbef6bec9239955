"""Questions over HTTP: reports, pages, what a caller has already."""

import pytest

from consumers.http.reporting import reports
from tests.http.conftest import AT, Api


@pytest.mark.parametrize("name", sorted(reports()))
def test_every_report_answers(api: Api, name: str) -> None:
    answer = api.client().get(f"/v1/reports/{name}?period=2026-03")
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("rollforward?period=2026-03&by=location", {"by": "location"}),
        ("revenue?period=2026-03", {"by": ["pattern", "service"]}),
        ("revenue?period=2026-03&by=channel,offer,channel", {"by": ["channel", "offer"]}),
        ("trial-balance?as_of=2026-03-01&books=cash", {"balanced": True}),
        ("metrics?period=2026-02", {"as_of": "2026-02-28"}),
    ],
)
def test_a_report_is_asked_for_as_on_the_command_line(
    api: Api, query: str, says: dict[str, object]
) -> None:
    answer = api.client().get(f"/v1/reports/{query}")
    assert answer.status_code == 200, answer.text
    assert {name: answer.json()[name] for name in says} == says


def test_cash_books_are_others_than_those_of_the_clinics_framework(api: Api) -> None:
    asked = "/v1/reports/trial-balance?as_of=2026-03-01"
    own, cash = (api.client().get(asked + more) for more in ("", "&books=cash"))
    assert own.json()["accounts"] != cash.json()["accounts"]
    assert own.headers["ETag"] != cash.headers["ETag"]


@pytest.mark.parametrize(
    "query",
    [
        *("trial-balance?books=tax", "trial-balance?by=account", "utilization?books=cash"),
        *("liability?by=line", "liability?by=contract,patient", "revenue?by=", "revenue?by=x"),
    ],
)
def test_what_a_report_does_not_offer_is_refused(api: Api, query: str) -> None:
    answer = api.client().get(f"/v1/reports/{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_report_that_has_not_changed_is_not_sent_again(api: Api) -> None:
    first = api.client().get("/v1/reports/rollforward?period=2026-03")
    tag = {"If-None-Match": first.headers["ETag"]}
    again = api.client().get("/v1/reports/rollforward?period=2026-03", headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    api.does("/v1/patients", patient="p-tag")
    moved = api.client().get("/v1/reports/rollforward?period=2026-03", headers=tag)
    assert moved.status_code == 200


def test_events_come_page_by_page_and_none_is_left_out(api: Api) -> None:
    positions: list[int] = []
    after = 0
    while True:
        page = api.client().get(f"/v1/events?after={after}&limit=2").json()
        positions += [item["position"] for item in page["items"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert positions == list(range(1, len(positions) + 1))
    assert len(positions) >= 5


@pytest.mark.parametrize(
    "query",
    [
        "limit=-1",
        "limit=1000000000",
        "after=x",
        "colour=red",
        "after=1&after=2",
        "limit=٣",
    ],
)
def test_a_wrong_parameter_is_refused(api: Api, query: str) -> None:
    assert api.client().get(f"/v1/events?{query}").status_code == 400


@pytest.mark.parametrize(
    "query",
    ["as_of=0000-00-00", "as_of=2026-02-29", "known_at=2026-03-01T10:00:00", "period=2026-13"],
)
def test_a_wrong_day_is_refused(api: Api, query: str) -> None:
    assert api.client().get(f"/v1/reports/trial-balance?{query}").status_code == 400


def test_an_answer_that_has_not_seen_a_position_says_so(api: Api) -> None:
    answer = api.client().get("/v1/patients/p-1/balance?at_least=99999")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_yet")
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize("path", ["/v1/subscriptions/s-no", "/v1/nothing", "/v1/charges/c/history"])
def test_what_is_not_there_is_404(api: Api, path: str) -> None:
    assert api.client().get(path).status_code == 404


def test_a_method_that_a_path_has_not_is_405(api: Api) -> None:
    assert api.client().delete("/v1/subscriptions/s-1").status_code == 405
    allowed = api.client().delete("/v1/disputes").headers["Allow"]
    assert allowed == "GET, POST"


def test_a_check_answers_what_a_visit_would_be_covered_with(api: Api) -> None:
    question = {"patient": "p-1", "lines": [{"service": "drip", "quantity": "1"}], "at": AT}
    answer = api.client().post("/v1/check", json=question)
    assert answer.json()["coverage"][0]["covered"] == "1"


def test_a_quote_shows_every_formula(api: Api) -> None:
    answer = api.client().get("/v1/subscriptions/s-1/refund-quote")
    assert {quote["formula"] for quote in answer.json()["quotes"]} >= {"pro_rata", "list_clawback"}


def test_a_month_is_closed_and_proved(api: Api) -> None:
    api.does("/v1/periods/2026-02/close")
    closed = api.client().get("/v1/periods/2026-02").json()
    assert closed["period"] == "2026-02"
    assert api.client().get("/v1/periods/2026-02/proof").json()["same"] is True


def test_health_and_readiness_need_no_key(api: Api) -> None:
    import httpx

    assert httpx.get(f"{api.url}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{api.url}/readyz").json()["status"] == "ok"


def test_a_history_without_a_day_goes_on_to_all_that_was_known(api: Api) -> None:
    """Also to what was recorded ahead of its day, as `ledger history` tells it."""
    tomorrow = "2026-03-03T09:00:00-05:00"
    sold = {"subscription": "s-ahead", "patient": "p-ahead", "offer": "two"}
    paid = {"payment": "pay-ahead", "amount": 18000, "tender": "cash"}
    api.does("/v1/subscriptions", **sold, payment=paid, at=AT)
    lines = [{"line": "1", "service": "drip"}]
    visit = {"visit": "v-ahead", "patient": "p-ahead", "status": "completed", "lines": lines}
    api.does("/v1/visits", **visit, at=tomorrow)
    path = "/v1/subscriptions/s-ahead/history"
    everything = api.client().get(path).json()
    known = everything[-1]["position"]
    assert everything[-1]["effective_on"] == "2026-03-03"
    assert api.client().get(f"{path}?known_at={known}").json() == everything
    assert api.client().get(f"{path}?known_at={known - 1}").json() == everything[:-1]
    assert len(api.client().get(f"{path}?as_of=2026-03-02").json()) < len(everything)
