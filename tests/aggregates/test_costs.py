"""What visits cost (rows 49, 51) and which location owes which (row 52), where the books say so."""

from typing import Any

import pytest

from aggregates.clinic.events import PolicySet
from ledger.decider import Decided
from ledger.events import NewEvent
from tests.support.clinic import DIGEST, Glow, day
from tests.support.closed import balances, closed
from tests.support.corrections import Desk

ON = {"escheat": "exempt", "post_costs": "on"}
SERVICES: tuple[dict[str, Any], ...] = (
    {"name": "peel", "list_price": 10000, "cost": 3000},
    {"name": "panel", "list_price": 7000, "cost": 2500, "category": "lab"},
    {"name": "cream", "list_price": 4900, "cost": 1100, "product": True},
    {"name": "scan", "list_price": 8000, "cost": 4000, "principal": False},
    {"name": "chat", "list_price": 1000},
)


def clinic(policies: dict[str, Any]) -> Desk:
    """A pack with one unit of each service, and a wallet of 500.00 for 450.00."""
    desk = Desk(dict(policies))
    for service in SERVICES:
        desk.service(**service)
    lines = [unit(str(service["name"])) for service in SERVICES]
    desk.publish("pack", 30900, lines, term={"months": 3}, transferable=True)
    desk.publish("wallet", 45000, [{"kind": "credit", "line": "credit", "face": 50000}])
    return desk


def unit(service: str) -> dict[str, Any]:
    return {"kind": "units", "line": service, "services": [service], "quantity": "1"}


def sold(policies: dict[str, Any], offer: str = "pack", price: int = 30900) -> Desk:
    desk = clinic(policies)
    desk.sell("01-05", offer, location="north")
    desk.pay("01-05", price)
    return desk


def rows(glow: Glow, *names: str) -> list[tuple[str, str, dict[str, int]]]:
    return [entry for entry in glow.journal() if entry[1] in names]


@pytest.mark.parametrize(
    ("service", "accounts"),
    [
        ("peel", {"5000": 3000, "2000": -3000}),
        ("panel", {"5100": 2500, "2000": -2500}),
        ("cream", {"5100": 1100, "1200": -1100}),
        ("scan", None),
        ("chat", None),
    ],
)
def test_what_is_used_costs_what_its_service_costs(
    service: str, accounts: dict[str, int] | None
) -> None:
    """An agent's cost is owed already by the draw itself (3.6)."""
    desk = sold(ON)
    desk.visit("01-12", "v1", service)
    expected = [] if accounts is None else [("01-12", "49", accounts)]
    assert rows(desk, "49", "51") == expected


def test_a_reversal_takes_the_cost_back_whatever_the_policy_is_by_then() -> None:
    desk = sold(ON)
    desk.visit("01-12", "v1", "peel")
    set_policy(desk, "post_costs", "off", "01-13")
    desk.visit("01-13", "v2", "panel")
    desk.reverse("01-14", "v1")
    assert rows(desk, "49") == [
        ("01-12", "49", {"5000": 3000, "2000": -3000}),
        ("01-12", "49", {"2000": 3000, "5000": -3000}),
    ]
    with closed(desk, "2026-01") as books:
        assert not {"5000", "2000"} & balances(books, "2026-01").keys()


def set_policy(glow: Glow, policy: str, value: str, effective: str) -> None:
    event = PolicySet(
        policy=policy, value=value, effective=day(effective), reason=DIGEST, approver="bob"
    )
    glow.take(glow.context(effective), Decided((NewEvent("glow/clinic", event),)))


def test_a_missed_visit_costs_nothing() -> None:
    desk = sold(ON)
    desk.visit("01-12", "v1", "peel", status="no_show")
    assert rows(desk, "18", "49") == rows(desk, "18") != []


def test_what_is_given_away_is_a_promotion() -> None:
    """Also what a laboratory does for the clinic as its agent."""
    desk = sold(ON)
    desk.goodwill("01-10", "1", service="scan")
    desk.visit("01-12", "v1", "scan:2")
    assert rows(desk, "51") == [("01-12", "51", {"6300": 4000, "2000": -4000})]


def test_credit_bears_the_part_of_the_cost_that_it_pays_for() -> None:
    """300.00 of price, 60.00 off by what the patient pays himself: four fifths of 90.00."""
    desk = clinic(ON)
    desk.publish("small", 20000, [{"kind": "credit", "line": "credit", "face": 24000}])
    desk.sell("01-05", "small")
    desk.pay("01-05", 20000)
    [row] = desk.visit("01-12", "v1", "peel:3")
    assert (row["credit"], row["patient_owes"]) == (24000, 6000)
    assert rows(desk, "49") == [("01-12", "49", {"5000": 7200, "2000": -7200})]


def test_nothing_is_posted_where_the_books_do_not_ask() -> None:
    desk = sold({"escheat": "exempt"})
    desk.visit("01-12", "v1", "peel", location="south")
    assert rows(desk, "49", "51", "52") == []


ACCOUNTS = {"escheat": "exempt", "interlocation": "accounts"}


def at_places(glow: Glow, *names: str) -> dict[tuple[str, str | None], int]:
    """What each account and location was debited, net, by these rows."""
    with closed(glow, "2026-06") as books:
        found: dict[tuple[str, str | None], int] = {}
        for entry in books.entries():
            for line in entry.lines if entry.rule in names else ():
                key = line.account, line.at.location
                found[key] = found.get(key, 0) + line.debit - line.credit
    return {key: amount for key, amount in found.items() if amount}


def test_the_place_that_sold_owes_the_place_that_delivered() -> None:
    """So the books of each place balance: value leaves one and is earned by the other."""
    desk = sold(ACCOUNTS)
    desk.visit("01-12", "v1", "peel", location="south")
    assert at_places(desk, "9", "52") == {
        ("2100", "north"): 10000,
        ("2900", "north"): -10000,
        ("1900", "south"): 10000,
        ("4000", "south"): -10000,
    }


@pytest.mark.parametrize("where", [{"location": "north"}, {}])
def test_nobody_owes_for_what_is_delivered_where_it_was_sold(where: dict[str, str]) -> None:
    desk = sold(ACCOUNTS)
    desk.visit("01-12", "v1", "peel", **where)
    assert rows(desk, "52") == []


def test_the_tax_that_credit_pays_is_not_between_places() -> None:
    desk = sold(ACCOUNTS, "wallet", 45000)
    line = {"line": "1", "service": "peel", "quantity": "1", "tax": 800}
    desk.visit("01-12", "v1", lines=[line], location="south")
    assert rows(desk, "13", "52") == [
        ("01-12", "13", {"2120 credit": 9720, "2200": -800, "4000": -8920}),
        ("01-12", "52", {"1900": 8920, "2900": -8920}),
    ]


def test_a_reversal_and_a_move_take_the_pair_back() -> None:
    desk = sold(ACCOUNTS)
    desk.sell("01-06", "pack", subscription="s-2", location="south")
    desk.pay("01-06", 30900, subscription="s-2")
    desk.visit("01-12", "v1", "peel", location="south")
    desk.visit("01-13", "v2", "panel", location="south")
    desk.move("01-14", "v1", "s-2")
    desk.reverse("01-15", "v2")
    assert [entry[2]["1900"] for entry in rows(desk, "52")] == [10000, 7000, -10000, -7000]
    assert at_places(desk, "52") == {}


def test_what_expires_is_breakage_of_the_place_that_sold_it() -> None:
    desk = sold(ACCOUNTS)
    desk.consent("01-05")
    desk.tick("04-05")
    assert {place for _, place in at_places(desk, "20")} == {"north"}
