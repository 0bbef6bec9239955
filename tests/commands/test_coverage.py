"""Why a visit line is not covered: an answer, no error; the visit is recorded all the same."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.commands.practice import (
    MASSAGE,
    OPENED,
    PACK,
    VISITED,
    Practice,
    massage,
    pack,
    payment,
    sale,
    visit,
)

Prepared = Callable[[Practice], object]
LATE = "2026-04-05T10:00:00-04:00"
MISSED = visit(status="no_show")
PEEL = visit(lines=[{"line": "1", "service": "peel"}])
VOID = {"subscription": "s-1", "reason": "keyed twice"}
DISPUTE = {"dispute": "d-1", "charge": "ch-1", "amount": PACK, "reason": "fraudulent"}


def paid(practice: Practice) -> None:
    practice.sells(payment=payment("pay-1", tender="card", charge="ch-1"))


def only_at_the_spa(practice: Practice) -> None:
    practice.does("publish_offer", pack(locations=["spa"]), OPENED)
    practice.sells(location="spa")


def kept_for_no_shows(practice: Practice) -> None:
    practice.does("publish_offer", pack(no_show_consumes=False), OPENED)
    practice.sells()


def used_up(practice: Practice) -> None:
    practice.sells()
    practice.does("record_visit", visit("v-0", "5"), VISITED)


def voided(practice: Practice) -> None:
    practice.sells(paid=False)
    practice.does("void_sale", VOID, VISITED)


def disputed(practice: Practice) -> None:
    paid(practice)
    practice.does("open_dispute", DISPUTE | {"opened_at": VISITED}, VISITED)


def nothing_bought(_: Practice) -> None:
    """A patient nobody knows."""


def one_of_two_expired(practice: Practice) -> None:
    """The refused candidate that got furthest gives the reason: used up comes after expired."""
    used_up(practice)
    practice.does("publish_offer", pack(offer="short", term={"days": 1}), OPENED)
    practice.does("sell_package", sale("s-2", offer="short", payment=payment("pay-2")))


ROWS: list[tuple[str, Prepared, str, dict[str, Any]]] = [
    ("not_covered", nothing_bought, VISITED, visit()),
    ("not_covered", paid, VISITED, PEEL),
    ("not_covered", only_at_the_spa, VISITED, visit(location="home")),
    ("not_started", lambda practice: practice.sells(starts="2026-02-01"), VISITED, visit()),
    ("expired", paid, LATE, visit()),
    ("cancelled", voided, VISITED, visit()),
    ("held", disputed, VISITED, visit()),
    ("unpaid", lambda practice: practice.sells(paid=False), VISITED, visit()),
    ("not_enough_units", used_up, VISITED, visit()),
    ("not_enough_units", one_of_two_expired, VISITED, visit()),
    ("no_show", kept_for_no_shows, VISITED, MISSED),
    ("not_covered", nothing_bought, VISITED, MISSED),
]


@pytest.mark.parametrize(
    ("reason", "prepared", "at", "data"), ROWS, ids=[f"{n}-{row[0]}" for n, row in enumerate(ROWS)]
)
def test_the_reason(
    practice: Practice, reason: str, prepared: Prepared, at: str, data: dict[str, Any]
) -> None:
    practice.opens()
    practice.does("define_service", massage() | {"service": "peel"}, OPENED)
    prepared(practice)
    before = practice.head()
    [row] = practice.does("record_visit", data, at).data["coverage"]
    assert (row["covered"], row["draws"], row["reason"]) == ("0", [], reason)
    assert row["patient_owes"] == (0 if data["status"] == "no_show" else MASSAGE)
    assert practice.told(before) == ["VisitRecorded visit/v-1"]


@pytest.mark.parametrize("status", ["no_show", "late_cancel"])
def test_a_missed_visit_takes_its_unit_where_the_offer_says_so(
    practice: Practice, status: str
) -> None:
    practice.opens().sells()
    [row] = practice.does("record_visit", visit(status=status), VISITED).data["coverage"]
    assert (row["covered"], row["prepaid"], row["patient_owes"]) == ("1", 9000, 0)
    assert practice.remaining() == "4"


@pytest.mark.parametrize(
    ("amount", "covered", "reason"),
    [(PACK, "3", None), (18000, "2", "unpaid"), (17999, "1", "unpaid"), (8999, "0", "unpaid")],
)
def test_no_more_is_drawn_than_was_paid_for(
    practice: Practice, amount: int, covered: str, reason: str | None
) -> None:
    """Each massage of the pack stands for 90.00."""
    practice.opens().sells(payment=payment(amount=amount))
    [row] = practice.does("record_visit", visit(quantity="3"), VISITED).data["coverage"]
    assert (row["covered"], row.get("reason")) == (covered, reason)
    assert row["patient_owes"] == (3 - int(covered)) * MASSAGE


def test_two_lines_of_one_visit_share_the_lot(practice: Practice) -> None:
    practice.opens().sells()
    lines = [{"line": name, "service": "massage", "quantity": "3"} for name in ("a", "b")]
    rows = practice.does("record_visit", visit(lines=lines), VISITED).data["coverage"]
    assert [row["covered"] for row in rows] == ["3", "2"]
    assert [row["prepaid"] for row in rows] == [27000, 18000]
    assert rows[1]["reason"] == "not_enough_units"
