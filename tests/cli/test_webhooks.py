"""Webhooks from the command line: added, listed, sent again, ended."""

import pytest

from tests.cli.conftest import Terminal

PUBLIC = "https://93.184.215.14/hook"


def test_an_endpoint_shows_its_secret_once(terminal: Terminal) -> None:
    made = terminal.run("webhook", "add", "billing", PUBLIC, "--type", "PackageSold", "--json").json
    assert made["secret"].startswith("whsec_")
    listed = terminal.run("webhook", "list", "--json")
    assert made["secret"] not in listed.out
    assert [(one["endpoint"], one["types"]) for one in listed.json] == [
        ("billing", ["PackageSold"])
    ]
    again = terminal.run("webhook", "add", "billing", PUBLIC, "--json").json
    assert ("secret" in again, again["types"]) == (False, [])
    other = terminal.run("webhook", "secret", "billing", "--json").json["secret"]
    assert other != made["secret"]
    assert terminal.run("webhook", "remove", "billing").status == 0
    assert terminal.run("webhook", "list", "--json").json == []


def test_what_is_recorded_is_sent_again_by_position(terminal: Terminal) -> None:
    terminal.run("webhook", "add", "books", PUBLIC)
    told = terminal.run("webhook", "replay", "books", "1", "--to", "3", "--json").json
    assert told == {"deliveries": 3}
    listed = terminal.run("webhook", "deliveries", "books", "--state", "pending", "--json").json
    assert [one["position"] for one in listed] == [3, 2, 1]
    assert terminal.run("webhook", "deliveries", "books").status == 0
    assert terminal.run("webhook", "enable", "books").status == 0


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (("add", "x", "https://localhost/"), "url: Nothing is posted there"),
        (("add", "x", "http://93.184.215.14/"), "only https"),
        (("add", "x y", PUBLIC), "endpoint: An id"),
        (("add", "x", PUBLIC, "--type", "PackageSolt"), "PackageSold"),
        (("add", "x", PUBLIC + "x" * 2100), "2048"),
        (("remove", "nobody"), "no endpoint nobody"),
        (("deliveries", "nobody"), "no endpoint nobody"),
        (("deliveries", "nobody", "--state", "lost"), "no state lost"),
    ],
)
def test_what_cannot_be_had_is_told(terminal: Terminal, wrong: tuple[str, ...], told: str) -> None:
    answer = terminal.run("webhook", *wrong)
    assert answer.status == 2
    assert told in answer.err
