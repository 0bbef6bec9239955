"""Nobody reaches what is not theirs."""

import time
from contextlib import closing
from datetime import timedelta

import httpx
import pytest

from consumers.http.keys import FRESH, SCOPES, Keys, NewKey
from tests.http.conftest import Api


@pytest.mark.parametrize(
    "authorization",
    ["", "Basic abc", "Bearer", "Bearer lk_0123456789ab_wrong", "Bearer lk_", "Bearer abc.def.ghi"],
)
def test_who_is_not_known_hears_401(api: Api, authorization: str) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = httpx.get(f"{api.url}/v1/patients/p-1/balance", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_key_with_a_wrong_end_a_revoked_one_and_one_that_ran_out_are_all_the_same(
    api: Api,
) -> None:
    good, over, ended = api.key("glow", "service"), api.key("glow", "service", days=-1), ""
    ended = api.key("glow", "service")
    api.ledger.keys.revoke("glow", "_".join(ended.split("_")[:2]), api.ledger.settings.clock())
    answers = [
        httpx.get(f"{api.url}/v1/patients/p-1/balance", headers={"Authorization": f"Bearer {key}"})
        for key in (good, f"{good[:-1]}!", over, ended)
    ]
    assert [answer.status_code for answer in answers] == [200, 401, 401, 401]
    assert len({answer.text for answer in answers[1:]}) == 1


def test_a_key_that_another_process_revokes_opens_nothing_a_moment_later(api: Api) -> None:
    """For that moment it is known without being asked for."""
    key, clock = api.key("glow", "service"), api.ledger.settings.clock
    with httpx.Client(base_url=api.url, headers={"Authorization": f"Bearer {key}"}) as client:
        assert client.get("/v1/patients/p-1/balance").status_code == 200
        with closing(Keys.open(api.ledger.conninfo, b"pepper")) as other:
            other.revoke("glow", "_".join(key.split("_")[:2]), clock())
        time.sleep(FRESH)
        assert client.get("/v1/patients/p-1/balance").status_code == 401


def test_a_key_that_runs_out_meanwhile_is_known_no_more(api: Api) -> None:
    keys, now = api.ledger.keys, api.ledger.settings.clock()
    key = keys.create(NewKey("glow", "kiosk", "service", SCOPES, now + timedelta(hours=1)), now)[1]
    assert keys.known(key, now) is None
    found = keys.find(key, now)
    assert keys.known(key, now) == found
    assert keys.known(f"{key}!", now) is None
    assert keys.known(key, now + timedelta(hours=1)) is None


def test_another_clinic_is_not_there(api: Api) -> None:
    answer = api.client("glow").get("/v1/patients/p-1/balance", headers={"Ledger-Clinic": "dew"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_clinic")


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("front_desk", "/v1/patients/p-1/balance", 200),
        ("front_desk", "/v1/reports/trial-balance", 403),
        ("provider", "/v1/events", 403),
        ("accountant", "/v1/reports/trial-balance", 200),
        ("service", "/v1/reports/utilization", 403),
        ("front_desk", "/v1/reports/utilization", 200),
    ],
)
def test_a_role_reads_what_it_needs(api: Api, role: str, path: str, status: int) -> None:
    assert api.client(role=role).get(path).status_code == status


def test_a_key_opens_only_what_it_is_for(api: Api) -> None:
    headers = {"Authorization": f"Bearer {api.key('glow', 'clinic_admin', 'read')}"}
    with httpx.Client(base_url=api.url, headers=headers) as client:
        assert client.get("/v1/patients/p-1/balance").status_code == 200
        assert client.get("/v1/reports/trial-balance").status_code == 403
        assert client.post("/v1/patients", json={"patient": "p"}).status_code == 403
