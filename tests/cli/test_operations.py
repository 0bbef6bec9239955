"""The practice's reports as they are typed: utilization, expiring, renewals."""

import csv
import io

import pytest

from tests.cli.conftest import Terminal, sale, visit


@pytest.fixture(scope="module")
def used(terminal: Terminal) -> Terminal:
    """Ten drips sold on 5 January, one used; a membership that renews on 5 February."""
    club = {
        "offer": "club",
        "name": "Club",
        "price": 9900,
        "lines": [{"kind": "unlimited", "line": "drips", "services": ["drip"]}],
        "billing": {"kind": "recurring", "every": "month", "grants": "each_cycle"},
    }
    joins = sale("s-2", offer="club", patient="p-2")
    joins["data"]["payment"] = {"payment": "pay-2", "amount": 9900, "tender": "cash"}
    publish = {"command": "publish_offer", "id": "c-4", "data": club}
    later = {**visit("v-1"), "at": "2026-01-20T10:00:00-05:00"}
    assert terminal.apply(publish, sale("s-1"), joins, later).status == 0
    return terminal


def test_utilization_as_of_a_day(used: Terminal) -> None:
    drips = {"line": "drips", "expired": "0", "refunded": "0"}
    for on, count, left, rate in (
        ("2026-01-19", "0", "10", "0"),
        ("2026-01-20", "1", "9", "0.1"),
    ):
        rows = used.run("utilization", "--as-of", on, "--json").json
        assert [row for row in rows if row["offer"] == "iv-10"] == [
            {
                "offer": "iv-10",
                "granted": "10",
                "used": count,
                "remaining": left,
                "rate": rate,
                **drips,
            }
        ]


def test_expiring_in_a_period_and_as_known_before(used: Terminal) -> None:
    asked = ("expiring", "--as-of", "2026-01-31", "--json")
    [row] = used.run(*asked, "--period", "2026-07").json
    assert (row["subscription"], row["remaining"], row["expires"], row["deferred"]) == (
        "s-1",
        "9",
        "2026-07-04",
        135000,
    )
    assert used.run(*asked, "--period", "2026-06").json == []
    assert used.run(*asked, "--known-at", "3").json == []


def test_renewals_in_every_form(used: Terminal) -> None:
    asked = ("renewals", "--as-of", "2026-01-31")
    assert used.run(*asked, "--json").json == [
        {
            "subscription": "s-2",
            "offer": "club",
            "due": "2026-02-05",
            "amount": 9900,
            "status": "upcoming",
            "notices": [],
        }
    ]
    assert "$99.00" in used.run(*asked).out
    [row] = csv.DictReader(io.StringIO(used.run(*asked, "--format", "csv").out))
    assert (row["subscription"], row["status"]) == ("s-2", "upcoming")
