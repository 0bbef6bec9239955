"""Moving a visit's line to another contract (interfaces.md 7.9; product.md, "corrections")."""

import pytest

from aggregates.visit.events import ConsumptionMoved
from ledger.codes import Code, Refused
from tests.support.clinic import counts, day
from tests.support.corrections import Desk, desk, tallied


def two(first: int = 90000, **more: object) -> Desk:
    """Six sessions for 900.00 and, with another contract, six for 600.00."""
    glow = desk(90000, 6, **more)
    glow.sell("01-05", "six")
    if first:
        glow.pay("01-05", first)
    glow.sell("01-05", "six", subscription="s-2", price=60000)
    glow.pay("01-05", 60000, subscription="s-2")
    return glow


def test_a_move_undoes_the_draw_and_draws_anew_on_the_visits_date() -> None:
    glow = two()
    glow.visit("01-12", "v1", "session:2", prefer=["s-1"])
    answer = glow.move("02-10", "v1", "s-2")
    [row] = answer["coverage"]
    assert (row["covered"], row["prepaid"], row["patient_owes"]) == ("2", 20000, 0)
    assert [draw["subscription"] for draw in row["draws"]] == ["s-2"]
    assert answer["effects"] == [
        {"subscription": "s-1", "line": "session", "quantity": "-2", "amount": -30000},
        {"subscription": "s-2", "line": "session", "quantity": "2", "amount": 20000},
    ]
    assert [entry[:2] for entry in glow.journal()[-3:]] == [("01-12", "9")] * 3
    assert glow.of_contract("s-1") == {"1020": 90000, "2100": -90000}
    assert glow.of_contract("s-2") == {"1020": 60000, "2100": -40000, "4000": -20000}
    assert glow.ties("02-10", "s-1", "s-2")
    assert counts(glow.lot().used, glow.lot("session", "s-2").used) == ["0", "2"]
    assert glow.events(ConsumptionMoved)[0].to_subscription == "s-2"


def test_a_later_reversal_undoes_what_was_drawn_instead() -> None:
    glow = two()
    glow.visit("01-12", "v1", "session", prefer=["s-1"])
    glow.move("02-10", "v1", "s-2")
    glow.reverse("02-11", "v1")
    assert glow.accounts() == {"1020": 150000, "2100": -150000}
    assert counts(glow.lot().used, glow.lot("session", "s-2").used) == ["0", "0"]
    assert glow.move("02-12", "v1", "s-1").code is Code.ALREADY_REVERSED


def test_a_line_that_nothing_covered_is_matched_to_a_package_bought_later() -> None:
    glow = desk(90000, 6)
    [row] = glow.visit("01-12", "v1", "session")
    assert (row["covered"], row["patient_owes"], row["reason"]) == ("0", 20000, "not_covered")
    glow.sell("01-20", "six", starts="2026-01-10")
    glow.pay("01-20", 90000)
    [row] = glow.move("01-20", "v1", "s-1")["coverage"]
    assert (row["covered"], row["prepaid"], row["patient_owes"]) == ("1", 15000, 0)
    assert "reason" not in row
    assert glow.journal()[-1][:2] == ("01-12", "9")


@pytest.mark.parametrize(
    ("sale", "code"),
    [
        ({"starts": "2026-01-13"}, Code.NOT_STARTED),
        ({"starts": "2025-10-01"}, Code.EXPIRED),
    ],
)
def test_the_visit_must_lie_within_the_contracts_validity(sale: dict[str, str], code: Code) -> None:
    glow = desk(90000, 6)
    glow.visit("01-12", "v1", "session")
    glow.sell("01-20", "six", **sale)
    glow.pay("01-20", 90000)
    assert glow.move("01-20", "v1", "s-1").code is code


def test_the_contract_must_cover_the_whole_line() -> None:
    glow = two()
    glow.visit("01-12", "v1", "session:4", prefer=["s-2"])
    glow.visit("01-13", "v2", "session:4", prefer=["s-1"])
    before = len(glow.history)
    refused = glow.move("01-14", "v2", "s-2")
    assert (refused.code, refused.field) == (Code.NOT_ENOUGH_UNITS, "data.to_subscription")
    assert len(glow.history) == before


def test_an_unpaid_contract_covers_nothing() -> None:
    glow = two(first=0)
    glow.visit("01-12", "v1", "session", prefer=["s-2"])
    assert glow.move("01-13", "v1", "s-1").code is Code.UNPAID


def test_a_service_the_contract_does_not_have_is_not_covered() -> None:
    glow = two()
    glow.service("peel", 9000)
    peel = {"kind": "units", "line": "peel", "services": ["peel"], "quantity": 3}
    glow.publish("peels", 20000, [peel])
    glow.sell("01-05", "peels", subscription="s-3")
    glow.pay("01-05", 20000, subscription="s-3")
    glow.visit("01-12", "v1", "session")
    assert glow.move("01-13", "v1", "s-3").code is Code.NOT_COVERED


def test_a_lot_that_has_lapsed_since_expires_again() -> None:
    glow = two()
    glow.consent("01-05")
    glow.visit("01-12", "v1", "session", prefer=["s-1"])
    glow.tick("04-10")
    glow.move("04-10", "v1", "s-2")
    assert glow.of_contract("s-1") == {"1020": 90000, "4030": -90000}
    assert counts(glow.lot().used, glow.lot().expired, glow.lot().remaining) == ["0", "6", "0"]
    assert tallied(glow.lot())


def test_units_that_expired_after_the_visit_are_taken_back_for_it() -> None:
    glow = two()
    glow.consent("01-05", key="s-2")
    glow.visit("01-12", "v1", "session", prefer=["s-1"])
    glow.tick("04-10", "s-2")
    glow.move("04-10", "v1", "s-2")
    assert glow.of_contract("s-2") == {"1020": 60000, "4000": -10000, "4030": -50000}
    assert glow.ties("04-10", "s-1", "s-2")


def test_refusals_in_their_order() -> None:
    glow = two()
    glow.visit("01-12", "v1", "session", prefer=["s-1"])
    cases: list[tuple[Refused, Code, str]] = [
        (glow.move("01-13", "v9", "s-9"), Code.UNKNOWN_SUBSCRIPTION, "data.to_subscription"),
        (glow.move("01-13", "v9", "s-2"), Code.UNKNOWN_VISIT, "data.visit"),
        (glow.move("01-13", "v1", "s-2", "7"), Code.INVALID, "data.line"),
        (glow.move("01-13", "v1", "s-1"), Code.INVALID, "data.to_subscription"),
    ]
    assert [(refused.code, refused.field) for refused, _, _ in cases] == [
        (code, field) for _, code, field in cases
    ]


def test_a_missed_visit_moves_as_a_missed_visit() -> None:
    glow = two()
    glow.visit("01-12", "v1", "session", prefer=["s-1"], status="no_show")
    glow.move("01-13", "v1", "s-2")
    assert glow.of_contract("s-2") == {"1020": 60000, "2100": -50000, "4040": -10000}
    assert glow.journal()[-1][1] == "18"
    assert glow.lot("session", "s-2").deferred(day("01-13")) == 50000
