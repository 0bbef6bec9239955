"""The front desk's page: all of a patient's packages on one screen, asked of the API alone."""

import http.client
import re
from collections import Counter
from fnmatch import fnmatch
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from consumers.http.description import document
from consumers.web import pages
from consumers.web.pages import PAGES
from tests.http.conftest import AT, Api

FOLDER = Path(pages.__file__).parent / "static"
ROOT = Path(__file__).parents[2]
SCRIPT = (FOLDER / "desk.js").read_text()
#: Ways to make text into markup or code, to keep a key beyond the page, or to take it elsewhere.
FORBIDDEN = (
    *("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "srcdoc"),
    *("eval", "Function(", "import", "Worker", "localStorage", "sessionStorage", "indexedDB"),
    *("cookie", "caches", "location", "pushState", "replaceState", "postMessage", "window.open"),
    *("XMLHttpRequest", "WebSocket", "sendBeacon", "EventSource", "http:", "https:", "console."),
)


class Elements(HTMLParser):
    """Every element of the page with its attributes, and the text inside scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.inline = ""
        self.feed((FOLDER / "desk.html").read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] in {"script", "style"}:
            self.inline += data.strip()

    def values(self, attribute: str) -> list[str]:
        return [one for _, attrs in self.found if (one := attrs.get(attribute)) is not None]


@pytest.fixture(scope="module")
def page() -> Elements:
    return Elements()


@pytest.mark.parametrize(("address", "name", "kind"), PAGES)
def test_the_page_and_its_files_need_no_key_and_are_kept_by_nobody(
    api: Api, address: str, name: str, kind: str
) -> None:
    answer = httpx.get(f"{api.url}{address}")
    assert (answer.status_code, answer.content) == (200, (FOLDER / name).read_bytes())
    assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert {part.strip() for part in answer.headers["Content-Security-Policy"].split(";")} == {
        *("default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"),
        *("img-src 'self' data:", "form-action 'none'", "frame-ancestors 'none'"),
        "base-uri 'none'",
    }


def test_an_answer_of_the_api_runs_nothing_at_all(api: Api) -> None:
    policy = api.client().get("/v1/clinic").headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize(
    "path",
    [
        *("/desk.html", "/static/desk.js", "/pages.py", "/static/", "/desk.js/", "/DESK.JS"),
        *("/../pages.py", "/static/../pages.py", "/desk.js/../../pages.py", "/./pages.py"),
        *("/%2e%2e/pages.py", "/..%2fpages.py", "/..%5cpages.py", "/%252e%252e/pages.py"),
        *(
            "//etc/passwd",
            "/%2fetc/passwd",
            "/desk.js%00",
            "/desk.js%00.html",
            "/file:///etc/passwd",
        ),
    ],
)
def test_nothing_else_of_the_disk_can_be_reached(api: Api, path: str) -> None:
    """The path goes out as it stands here; other clients would tidy it first."""
    url = httpx.URL(api.url)
    connection = http.client.HTTPConnection(url.host, url.port or 0, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    assert (answer.status, b'"not_found"' in answer.read()) == (404, True)
    connection.close()


@pytest.mark.parametrize("address", [address for address, _, _ in PAGES])
def test_the_page_is_only_read(api: Api, address: str) -> None:
    answer = httpx.post(f"{api.url}{address}", content=b"key=lk_1")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_every_file_of_the_page_is_served_and_comes_with_the_package() -> None:
    names = {file.name for file in FOLDER.iterdir()}
    assert names == {name for _, name, _ in PAGES}
    told = (ROOT / "pyproject.toml").read_text().split("[tool.setuptools.package-data]")[1]
    patterns = re.findall(r'"(\*\.\w+)"', told.split("\n[")[0])
    assert [name for name in names if not any(fnmatch(name, one) for one in patterns)] == []


def test_the_page_holds_no_script_or_style_and_asks_for_none_from_elsewhere(page: Elements) -> None:
    assert page.inline == ""
    names = {name for _, attrs in page.found for name in attrs}
    assert [name for name in names if name.startswith("on") or name == "style"] == []
    assert set(page.values("src") + page.values("href")) == {"desk.js", "desk.css", "data:,"}
    assert names.isdisjoint({"action", "formaction", "method", "target", "srcset", "srcdoc"})
    assert "url(" not in (FOLDER / "desk.css").read_text()
    assert "@import" not in (FOLDER / "desk.css").read_text()


def test_every_input_has_a_label_and_every_id_is_one_elements(page: Elements) -> None:
    inputs = [attrs["id"] for tag, attrs in page.found if tag == "input"]
    assert inputs == [attrs["for"] for tag, attrs in page.found if tag == "label"]
    assert [name for name, times in Counter(page.values("id")).items() if times > 1] == []


def test_the_script_finds_everything_it_looks_for_on_the_page(page: Elements) -> None:
    listed = re.findall(r"of \[((?:\"\w+\"(?:, )?)+)\]\) \$\(id\)", SCRIPT)
    forms = re.findall(r"Object\.entries\(\{ (.*?) \}\)", SCRIPT)
    asked = set(re.findall(r'\$\("(\w+)"\)', SCRIPT))
    asked |= {name for names in listed for name in re.findall(r"\w+", names)}
    asked |= {part.split(":")[0].strip() for names in forms for part in names.split(",")}
    assert {"check", "contracts", "services", "who"} < asked
    assert asked - set(page.values("id")) == set()


@pytest.mark.parametrize("words", FORBIDDEN)
def test_the_script_makes_no_markup_of_text_and_keeps_nothing(words: str) -> None:
    assert words not in SCRIPT


def questions() -> list[tuple[str, str]]:
    return re.findall(r'\["([A-Z]+)", "(/[^"]+)"\]', SCRIPT)


def test_every_address_that_the_script_asks_is_described() -> None:
    described = document("Clinic ledger", "1")["paths"]
    assert len(questions()) == SCRIPT.count('"/v1/') == SCRIPT.count("/v1/") == 5
    assert SCRIPT.count("fetch(") == 1
    assert [one for one in questions() if one[0].lower() not in described.get(one[1], {})] == []


def test_the_front_desk_may_ask_everything_that_the_page_shows(api: Api) -> None:
    """All that a patient holds at once, and of each contract its history and its refund."""
    api.does("/v1/subscriptions", subscription="s-2", patient="p-1", offer="two", at=AT)
    desk, names = api.client(role="front_desk"), {"patient": "p-1", "subscription": "s-1"}
    visit = {"patient": "p-1", "lines": [{"service": "drip", "quantity": "1"}]}
    told = {
        path: desk.request(method, path.format(**names), json=visit if method == "POST" else None)
        for method, path in questions()
    }
    assert {answer.status_code for answer in told.values()} == {200}
    held = told["/v1/patients/{patient}/balance"].json()["subscriptions"]
    left = [(one["subscription"], one["lines"][0]["remaining"], one["owed"]) for one in held]
    assert left == [("s-1", "2", 0), ("s-2", "2", 18000)]
    assert told["/v1/subscriptions/{subscription}/history"].json()[0]["summary"].startswith("Two")
    assert told["/v1/check"].json()["coverage"][0]["patient_owes"] == 0


@pytest.mark.parametrize(
    ("clinic", "currency", "digits"), [("kyo", "JPY", 0), ("sal", "USD", 2), ("kuw", "KWD", 3)]
)
def test_the_page_is_told_how_to_write_amounts(
    api: Api, clinic: str, currency: str, digits: int
) -> None:
    about = {"name": "Glow", "currency": currency, "timezone": "Asia/Tokyo"}
    assert api.client(clinic).get("/v1/clinic").status_code == 404
    assert api.post("/v1/clinic", clinic=clinic, **about, at=AT).status_code == 201
    told = api.client(clinic).get("/v1/clinic").json()
    assert told == {"clinic": clinic, **about, "digits": digits}
