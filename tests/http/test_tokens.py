"""People with a token: who they are is the provider's to say, where they may go is ours (B29)."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from consumers.http.app import make_app
from consumers.http.callers import Gate, KeyBearer
from consumers.http.keys import SCOPES
from consumers.http.people import Membership
from consumers.http.serving import served
from consumers.http.tokens import Jwks, NoKeys, TokenBearer
from tests.http.conftest import NOW, Api, bound

ISSUER, AUDIENCE = "https://id.example", "ledger"
KEY = RSAKey.generate_key(2048, {"kid": "k-1"})
OTHER = RSAKey.generate_key(2048, {"kid": "k-1"})
CURVE = ECKey.generate_key("P-256", {"kid": "k-2"})
SECOND = int(NOW.timestamp())
GOOD = {"iss": ISSUER, "aud": AUDIENCE, "sub": "amy", "exp": SECOND + 600}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("keys") / "jwks.json"
    shared = OctKey.import_key("a secret that everybody knows, long enough", {"kid": "k-oct"})
    public = KeySet([KEY, CURVE]).as_dict(private=False)
    file.write_bytes(orjson.dumps({"keys": [*public["keys"], shared.as_dict(private=True)]}))
    return file


@pytest.fixture(scope="module")
def client(api: Api, keys: Path) -> Iterator[httpx.Client]:
    people, clock = api.ledger.keys.people, api.ledger.settings.clock
    for person, clinic, role in (
        ("amy", "glow", "accountant"),
        ("bob", "glow", "front_desk"),
        ("bob", "dew", "clinic_admin"),
        ("cy", "glow", "clinic_admin"),
    ):
        people.join(Membership(clinic, person, f"{person}@{clinic}", role, SCOPES, NOW))
    people.end("glow", "cy", NOW)
    tokens = TokenBearer(people, Jwks(str(keys)), issuer=ISSUER, audience=AUDIENCE, clock=clock)
    app = make_app(api.ledger, Gate(KeyBearer(api.ledger.keys, clock), tokens))
    with (
        served(app, bound()) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as made,
    ):
        yield made


def token(key: Any = KEY, header: dict[str, Any] | None = None, **claims: Any) -> str:
    algorithm = {"alg": "RS256", "kid": "k-1"} | (header or {})
    given = {name: value for name, value in (GOOD | claims).items() if value is not None}
    return jwt.encode(algorithm, given, key, algorithms=[algorithm["alg"]])


def asks(client: httpx.Client, bearer: str, clinic: str | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {bearer}"}
    if clinic is not None:
        headers["Ledger-Clinic"] = clinic
    return client.get("/v1/reports/trial-balance", headers=headers)


def test_a_good_token_opens_the_clinic_of_its_person(client: httpx.Client) -> None:
    assert asks(client, token()).status_code == 200
    assert asks(client, token(CURVE, {"alg": "ES256", "kid": "k-2"})).status_code == 200


def _with_header(**header: Any) -> str:
    head = urlsafe_b64encode(orjson.dumps(header)).rstrip(b"=").decode()
    return ".".join((head, *token().split(".")[1:]))


def _public_key_as_secret() -> str:
    """What a library makes of it that lets the token choose the algorithm."""
    signed = _with_header(alg="HS256", kid="k-1").rpartition(".")[0]
    mark = hmac.new(KEY.as_pem(private=False), signed.encode(), "sha256").digest()
    return f"{signed}.{urlsafe_b64encode(mark).rstrip(b'=').decode()}"


BAD: dict[str, Callable[[], str]] = {
    "no signature": lambda: ".".join((*token().split(".")[:2], "")),
    "alg none": lambda: _with_header(alg="none", kid="k-1"),
    "a public key as a shared secret": _public_key_as_secret,
    "a shared secret among the keys": lambda: jwt.encode(
        {"alg": "HS256", "kid": "k-oct"},
        GOOD,
        OctKey.import_key("a secret that everybody knows, long enough"),
        algorithms=["HS256"],
    ),
    "another key of that name": lambda: token(OTHER),
    "another issuer": lambda: token(iss="https://evil.example"),
    "no issuer": lambda: token(iss=None),
    "another audience": lambda: token(aud="shop"),
    "no audience": lambda: token(aud=None),
    "expired": lambda: token(exp=SECOND - 61),
    "never expires": lambda: token(exp=None),
    "not yet": lambda: token(nbf=SECOND + 61),
    "nobody": lambda: token(sub=None),
    "an unknown key": lambda: token(header={"kid": "k-9"}),
    "a path as key": lambda: token(header={"kid": "../../dev/null"}),
    "an address as key": lambda: token(header={"kid": "https://evil.example/key"}),
    "no key": lambda: _with_header(alg="RS256"),
    "a header that is a list": lambda: "W10." + ".".join(token().split(".")[1:]),
    "no token": lambda: "abc",
    "very long": lambda: token() + "x" * 10_000,
    "who left": lambda: token(sub="cy"),
    "who was never there": lambda: token(sub="dora"),
}


@pytest.mark.parametrize("why", BAD)
def test_a_bad_token_opens_nothing(client: httpx.Client, why: str) -> None:
    answer = asks(client, BAD[why]())
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


@pytest.mark.parametrize("claims", [{"exp": SECOND - 59}, {"nbf": SECOND + 59}])
def test_clocks_may_differ_by_a_minute(client: httpx.Client, claims: dict[str, Any]) -> None:
    assert asks(client, token(**claims)).status_code == 200


@pytest.mark.parametrize(
    ("clinic", "status", "code"),
    [
        (None, 400, "invalid"),
        ("glow", 403, "forbidden"),
        ("dew", 200, None),
        ("other", 404, "unknown_clinic"),
    ],
)
def test_who_works_at_several_clinics_says_at_which(
    client: httpx.Client, clinic: str | None, status: int, code: str | None
) -> None:
    answer = asks(client, token(sub="bob"), clinic)
    assert (answer.status_code, answer.json().get("code")) == (status, code)


def test_a_clinic_where_he_does_not_work_is_not_there(client: httpx.Client) -> None:
    assert asks(client, token(), "dew").json()["code"] == "unknown_clinic"


def test_what_changes_at_the_clinic_holds_at_once(client: httpx.Client, api: Api) -> None:
    """The token is older than the change (B30)."""
    people, old = api.ledger.keys.people, token(sub="ed")
    people.join(Membership("glow", "ed", "ed", "accountant", SCOPES, NOW))
    statuses = [asks(client, old).status_code]
    people.join(Membership("glow", "ed", "ed", "front_desk", SCOPES, NOW))
    statuses.append(asks(client, old).status_code)
    people.end("glow", "ed", NOW)
    statuses.append(asks(client, old).status_code)
    assert statuses == [200, 403, 401]


def test_a_new_key_is_fetched_but_not_for_every_name(tmp_path: Path) -> None:
    file, moment = tmp_path / "jwks.json", [0.0]
    file.write_bytes(orjson.dumps(KeySet([KEY]).as_dict(private=False)))
    jwks = Jwks(str(file), clock=lambda: moment[0])
    assert jwks.key("k-1") is not None
    file.write_bytes(orjson.dumps(KeySet([CURVE]).as_dict(private=False)))
    assert jwks.key("k-2") is None
    moment[0] = 60.0
    assert jwks.key("k-2") is not None


@pytest.mark.parametrize("where", ["http://id.example/jwks", "ftp://id.example/jwks", "file:///x"])
def test_keys_do_not_come_unprotected(where: str) -> None:
    with pytest.raises(NoKeys):
        Jwks(where)


def test_keys_that_cannot_be_read_are_a_fault_of_the_set_up(tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_text("{}")
    with pytest.raises(NoKeys):
        Jwks(str(file)).key("k-1")
