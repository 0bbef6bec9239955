"""A dispute that was lost is won after all: everything is back as it was (accounting.md 8.5)."""

from decimal import Decimal

import pytest

from aggregates.dispute.events import DisputeClosed
from ledger.codes import Code
from tests.aggregates.test_disputes import disputed
from tests.support.clinic import Glow, sessions


def test_what_was_lost_comes_back_as_it_went() -> None:
    glow = disputed()
    glow.close_dispute("04-20", "lost")
    answer = glow.close_dispute("04-27", "won", fee_returned=True)
    assert (answer["outcome"], answer["lost"]) == ("won", 0)
    mirror, back = glow.journal()[-2:]
    assert mirror == (
        "04-27",
        "38",
        {"1130": 95400, "2100 session": -45000, "2200": -5400, "4910": -45000},
    )
    assert back == ("04-27", "39", {"1020": 96900, "1130": -95400, "6110": -1500})
    contract = glow.contract()
    assert (contract.ended, contract.paid, contract.owed) == (None, 95400, 0)
    assert glow.lot().remaining == Decimal(3)
    assert glow.visit("04-28", "v4", "session:3")[0]["covered"] == "3"
    assert glow.journal()[-1] == ("04-28", "9", {"2100 session": 45000, "4000": -45000})


def test_units_whose_last_day_has_passed_expire_on_the_day_of_the_late_win() -> None:
    glow = disputed()
    glow.close_dispute("05-20", "lost")
    glow.close_dispute("06-30", "won")
    assert [entry[:2] for entry in glow.journal()[-3:]] == [
        ("06-30", "38"),
        ("06-30", "39"),
        ("06-30", "20"),
    ]
    assert glow.journal()[-1][2] == {"2100 session": 45000, "4030": -45000}
    assert (glow.lot().remaining, glow.lot().expired) == (Decimal(0), Decimal(3))


def test_of_a_partial_loss_the_lost_part_comes_back() -> None:
    glow = disputed()
    glow.close_dispute("04-20", "lost", amount=30000)
    assert str(glow.lot().remaining) == "1.113"
    glow.close_dispute("04-27", "won")
    assert glow.journal()[-2:] == [
        ("04-27", "38", {"1130": 30000, "2100 session": -28302, "2200": -1698}),
        ("04-27", "39", {"1020": 30000, "1130": -30000}),
    ]
    assert (glow.lot().remaining, glow.lot().refunded) == (Decimal(3), Decimal(0))


def test_units_that_were_not_fully_paid_are_owed_again() -> None:
    glow = sessions(100000, 10)
    glow.sell("02-02", "six", tax=10000)
    glow.pay("02-02", 55000, charge="ch-1")
    glow.visit("02-04", "v1", "session:2")
    glow.dispute("02-10", 55000)
    glow.close_dispute("02-20", "lost")
    glow.close_dispute("02-27", "won")
    contract, lot = glow.contract(), glow.lot()
    assert (contract.ended, contract.owed, contract.paid) == (None, 55000, 55000)
    assert (lot.remaining, lot.allocated, lot.funded) == (Decimal(8), 100000, 50000)


def test_a_fee_comes_back_once() -> None:
    glow = disputed()
    glow.close_dispute("04-20", "lost", fee_returned=True)
    glow.close_dispute("04-27", "won", fee_returned=True)
    assert "6110" not in glow.accounts()
    assert glow.events(DisputeClosed)[-1].parts[0].fee_returned == 0


@pytest.mark.parametrize(
    ("first", "then", "on"),
    [
        ("won", "won", "04-27"),
        ("withdrawn", "won", "04-27"),
        ("won", "lost", "04-27"),
        ("lost", "lost", "04-27"),
        ("lost", "won", "04-19"),  # a message that was overtaken
    ],
)
def test_only_a_loss_turns_and_only_later(first: str, then: str, on: str) -> None:
    glow = disputed()
    glow.close_dispute("04-20", first)
    assert glow.close_dispute(on, then).code is Code.DUPLICATE


def test_a_late_win_is_the_last_word() -> None:
    glow = disputed()
    glow.close_dispute("04-20", "accepted")
    glow.close_dispute("04-27", "won")
    assert glow.close_dispute("04-28", "won").code is Code.DUPLICATE
    assert glow.close_dispute("04-28", "lost").code is Code.DUPLICATE


def test_an_inquiry_that_was_lost_moved_nothing_and_brings_nothing() -> None:
    glow = disputed()
    glow.close_dispute("04-11", "won")
    before = glow.accounts()
    glow.dispute("04-12", 95400, dispute="d-2", case_type="inquiry")
    glow.close_dispute("04-13", "lost", dispute="d-2")
    glow.close_dispute("04-14", "won", dispute="d-2")
    assert glow.accounts() == before


def test_the_set_off_model_ends_with_the_same_balances() -> None:
    balances = []
    for model in ("reclass_on_open", "contra_on_open"):
        glow = sessions(90000, 6, each=15000, clinic=Glow({"dispute_model": model}))
        glow.sell("02-03", "six")
        glow.pay("02-03", 90000, charge="ch-1")
        glow.visit("02-10", "v1", "session:2")
        glow.dispute("02-12", 90000)
        glow.close_dispute("02-20", "lost")
        glow.close_dispute("02-27", "won")
        balances.append(glow.accounts())
    assert balances[0] == balances[1] == {"1020": 90000, "2100": -60000, "4000": -30000}
