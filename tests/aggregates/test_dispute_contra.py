"""`dispute_model: contra_on_open`: set off at once, taken back at the end (accounting.md 8.5)."""

from typing import Any

import pytest

from aggregates.dispute.events import DisputeClosed, DisputeOpened
from aggregates.subscription.standing import standing
from ledger.calendar import Period
from tests.support.clinic import Glow, day, sessions
from tests.support.closed import balances, closed

CONTRA = {"escheat": "exempt", "dispute_model": "contra_on_open"}
RECLASS = {"escheat": "exempt"}


def disputed(policies: dict[str, Any], amount: int = 95400) -> Glow:
    """The package of 21.6: six sessions for 900.00 and tax of 54.00, three of them used."""
    glow = sessions(90000, 6, each=15000, clinic=Glow(dict(policies)))
    glow.sell("02-03", "six", tax=5400)
    glow.consent("02-03")
    glow.pay("02-03", 95400, charge="ch-1", fee=2797)
    for on, visit in (("02-10", "v1"), ("02-24", "v2"), ("03-10", "v3")):
        glow.visit(on, visit, "session")
    glow.dispute("04-10", amount, fee=1500)
    return glow


def test_revenue_is_offset_and_the_liability_cleared_when_it_opens() -> None:
    glow = disputed(CONTRA)
    assert glow.journal()[-2:] == [
        ("04-10", "37", {"1130": 95400, "6110": 1500, "1020": -96900}),
        ("04-10", "37a", {"2100 session": 45000, "2200": 5400, "4910": 45000, "1130": -95400}),
    ]
    with closed(glow, "2026-04") as books:
        assert balances(books, "2026-04") == {
            "1020": -4297,
            "4000": -45000,
            "4910": 45000,
            "6100": 2797,
            "6110": 1500,
        }
        row = books.rollforward(Period(2026, 4))["2100"]
        assert (row["opening"], row["disputes"], row["closing"]) == (45000, -45000, 0)


def test_won_it_is_taken_back() -> None:
    glow = disputed(CONTRA)
    glow.close_dispute("04-20", "won")
    assert glow.journal()[-2:] == [
        ("04-20", "37a", {"1130": 95400, "2100 session": -45000, "2200": -5400, "4910": -45000}),
        ("04-20", "39", {"1020": 95400, "1130": -95400}),
    ]
    assert glow.visit("04-21", "v4", "session:3")[0]["covered"] == "3"
    with closed(glow, "2026-04"):
        assert glow.accounts() == {
            "1020": 91103,
            "2200": -5400,
            "4000": -90000,
            "6100": 2797,
            "6110": 1500,
        }


@pytest.mark.parametrize("amount", [95400, 30000, 60000])
@pytest.mark.parametrize(
    ("outcome", "lost"),
    [("won", None), ("lost", None), ("lost", 20000), ("accepted", None), ("withdrawn", None)],
)
def test_both_models_end_with_the_same_balances(
    amount: int, outcome: str, lost: int | None
) -> None:
    ends = []
    for policies in (CONTRA, RECLASS):
        glow = disputed(policies, amount)
        glow.close_dispute("05-20", outcome, **({"amount": lost} if lost else {}))
        ends.append((glow.accounts(), glow.contract().deferred(day("05-31"))))
    assert ends[0] == ends[1]


def lounge(policies: dict[str, Any]) -> Glow:
    """A year of access for 365.00, of which four days have passed when half of it is disputed."""
    glow = Glow(dict(policies))
    access = {"kind": "access", "line": "lounge", "access": ["lounge"]}
    glow.publish("lounge", 36500, [access], term={"days": 365})
    glow.sell("01-01", "lounge")
    glow.pay("01-01", 36500, charge="ch-1")
    glow.dispute("01-04", 36500)
    return glow


def test_time_earns_nothing_that_is_cleared() -> None:
    """Four days are earned; of the rest nothing stands in the liability until it is won."""
    glow = lounge(CONTRA)
    assert glow.journal()[-1] == ("01-04", "37a", {"2110 lounge": 36100, "4910": 400}
        | {"1130": -36500})  # fmt: skip
    with closed(glow, "2026-01") as books:
        assert balances(books, "2026-01") == {"4010": -400, "4910": 400}
    glow.close_dispute("02-10", "won")
    with closed(glow, "2026-02") as books:
        assert balances(books, "2026-02") == {"1020": 36500, "2110": -30600, "4010": -5900}


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_time_ends_alike_under_both_models(outcome: str) -> None:
    ends = []
    for policies in (CONTRA, RECLASS):
        glow = lounge(policies)
        glow.close_dispute("02-10", outcome)
        with closed(glow, "2026-03") as books:
            ends.append(balances(books, "2026-03"))
    assert ends[0] == ends[1]


def test_an_inquiry_sets_nothing_off() -> None:
    glow = sessions(90000, 6, clinic=Glow(dict(CONTRA)))
    glow.sell("02-03", "six")
    glow.pay("02-03", 90000, charge="ch-1")
    glow.dispute("02-10", 90000, case_type="inquiry")
    glow.close_dispute("02-20", "lost")
    assert [entry[1] for entry in glow.journal()] == ["6"]
    assert glow.events(DisputeOpened)[0].offsets == glow.events(DisputeClosed)[0].offsets == ()


def test_what_is_cleared_stands_in_the_events_and_comes_back() -> None:
    glow = sessions(60000, 6, each=10000, clinic=Glow(dict(CONTRA)))
    glow.sell("02-02", "six")
    glow.pay("02-02", 60000, charge="ch-1")
    glow.dispute("02-10", 30000)
    [opened] = glow.events(DisputeOpened)
    assert [part.amount for part in opened.offsets] == [30000]
    assert [share.amount for share in opened.cleared] == [30000]
    assert (glow.lot().cleared, standing(glow.lot(), day("02-10"))) == (30000, 30000)
    glow.close_dispute("02-20", "lost")
    assert (glow.lot().cleared, standing(glow.lot(), day("02-20"))) == (0, 30000)
