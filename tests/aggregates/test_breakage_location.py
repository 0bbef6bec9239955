"""Policy `breakage_location`: the place whose breakage it is, sold here and used there (6.6)."""

from typing import Any

import pytest

from tests.support.alterations import Altered
from tests.support.closed import closed
from tests.support.corrections import Desk

DELIVERER = {"escheat": "exempt", "breakage_location": "deliverer"}


class Whole(Altered, Desk):
    """Six peels and two scans, sold in the north at 120.00 and 130.00 each."""

    def sold(self) -> "Whole":
        self.service("peel", 12000)
        self.service("scan", 13000)
        lines = [
            {"kind": "units", "line": "peel", "services": ["peel"], "quantity": 6},
            {"kind": "units", "line": "scan", "services": ["scan"], "quantity": 2},
        ]
        self.publish("pack", 98000, lines, term={"months": 3})
        self.sell("01-05", "pack", location="north")
        self.consent("01-05")
        self.pay("01-05", 98000)
        return self

    def came(self, day: str, service: str, location: str | None) -> None:
        at = {} if location is None else {"location": location}
        self.visit(day, f"v-{day}", service, **at)

    def at_places(self, *rows: str) -> dict[tuple[str, str | None], int]:
        """What each account and location was debited, net; row by row and replayed."""
        found: dict[tuple[str, str | None], int] = {}
        with closed(self, "2026-06") as books:
            for entry in books.entries():
                for line in entry.lines if entry.rule in rows else ():
                    key = line.account, line.at.location
                    found[key] = found.get(key, 0) + line.debit - line.credit
        return {key: amount for key, amount in found.items() if amount}


def breakage(desk: Whole) -> dict[str | None, int]:
    """What each place earned of what lapsed."""
    return {at: -amount for (code, at), amount in desk.at_places("20", "27").items()
            if code == "4030"}  # fmt: skip


@pytest.mark.parametrize(
    ("policies", "visits", "found"),
    [
        ({}, [("peel", "south")], {"north": 86000}),
        ({"breakage_location": "deliverer"}, [], {"north": 98000}),
        ({"breakage_location": "deliverer"}, [("peel", None)], {"north": 86000}),
        ({"breakage_location": "deliverer"}, [("peel", "north")], {"north": 86000}),
    ],
)
def test_breakage_stays_with_the_seller(
    policies: dict[str, Any], visits: list[tuple[str, str | None]], found: dict[str, int]
) -> None:
    desk = Whole({"escheat": "exempt", **policies}).sold()
    for number, (service, location) in enumerate(visits):
        desk.came(f"01-{10 + number}", service, location)
    desk.passes("04-06")
    assert breakage(desk) == found


@pytest.mark.parametrize(
    ("visits", "found"),
    [
        # Who delivered anything has what is left of it, and of lines that nobody used.
        ([("peel", "south")], {"south": 86000}),
        # Each line to the place that delivered most of it; the other line's counts for nothing.
        (
            [("peel", "south"), ("peel", "south"), ("peel", "west"), ("scan", "west")],
            {"south": 36000, "west": 13000},
        ),
        # A line nobody used goes where most of the contract was delivered, at list price.
        ([("peel", "south"), ("peel", "west"), ("peel", "west")], {"west": 62000}),
        # Among equals the first by name.
        ([("scan", "west"), ("scan", "south")], {"south": 72000}),
    ],
)
def test_breakage_goes_with_delivery(visits: list[tuple[str, str]], found: dict[str, int]) -> None:
    desk = Whole(DELIVERER).sold()
    for number, (service, location) in enumerate(visits):
        desk.came(f"01-{10 + number}", service, location)
    desk.passes("04-06")
    assert breakage(desk) == found


def test_a_visit_that_is_undone_was_delivered_by_nobody() -> None:
    desk = Whole(DELIVERER).sold()
    desk.came("01-10", "peel", "south")
    desk.reverse("01-11", "v-01-10")
    desk.passes("04-06")
    assert breakage(desk) == {"north": 98000}


def test_a_late_visit_and_a_reinstatement_take_it_back_where_it_was_booked() -> None:
    """One peel of those that lapsed was used in the west after all; then the rest comes back."""
    desk = Whole(DELIVERER).sold()
    desk.came("01-10", "peel", "south")
    desk.passes("04-06")
    desk.visit("03-01", "v-late", "peel", location="west")
    assert breakage(desk) == {"south": 74000}
    desk.reinstate("04-10", "2026-06-30")
    assert breakage(desk) == {}
    desk.passes("07-01")
    assert desk.journal()[-1][:2] == ("06-30", "20")


def test_the_place_that_sold_owes_it_to_the_place_that_delivered() -> None:
    """So the books of each place balance, as they do for what is used (row 52)."""
    desk = Whole(DELIVERER | {"interlocation": "accounts"}).sold()
    desk.came("01-10", "peel", "south")
    desk.passes("04-06")
    assert desk.at_places("9", "20", "52") == {
        ("2100", "north"): 98000,
        ("2900", "north"): -98000,
        ("1900", "south"): 98000,
        ("4000", "south"): -12000,
        ("4030", "south"): -86000,
    }
    desk.visit("03-01", "v-late", "peel", location="south")
    desk.reinstate("04-10", "2026-06-30")
    assert desk.at_places("52")["1900", "south"] == 24000


def test_what_is_kept_of_a_cancelled_contract_is_no_breakage() -> None:
    desk = Whole(DELIVERER).sold()
    desk.came("01-10", "peel", "south")
    desk.cancel("01-20")
    assert desk.at_places("20") == {("2100", "north"): 86000, ("4040", "north"): -86000}
