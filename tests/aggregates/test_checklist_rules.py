"""Numeric rules that others publish and that are ours too, to the cent (docs/coverage.md)."""

from typing import Any

import pytest

from aggregates.subscription import signal_events as s
from tests.support.clinic import Glow, day, sessions
from tests.support.club import Club

CARD = {"tender": "card"}


@pytest.mark.parametrize(
    ("price", "units", "list_price", "each"),
    [
        pytest.param(50000, 5, 12000, [10000] * 5, id="500.00 for five"),
        pytest.param(37500, 6, 7500, [6250] * 6, id="375.00 for six"),
        pytest.param(10000, 3, 5000, [3333, 3334, 3333], id="an odd cent"),
    ],
)
def test_a_unit_is_worth_price_over_count(
    price: int, units: int, list_price: int, each: list[int]
) -> None:
    """Rule 3: the price of the package and not the list price."""
    glow = sessions(price, units, each=list_price)
    glow.sell("02-02", "six", payment={"payment": "p0", "amount": price, **CARD})
    rows = [glow.visit("02-03", f"v{number}", "session")[0] for number in range(units)]
    assert [row["prepaid"] for row in rows] == each
    assert {row["list_price"] for row in rows} == {list_price}
    assert glow.contract().deferred(day("02-03")) == 0


def test_a_bonus_comes_with_money_alone() -> None:
    """Rule 11: credit of 550.00 for 500.00; before a payment nothing of it can be used."""
    glow = Glow()
    glow.service("facial", 10000)
    lines = [
        {"kind": "credit", "line": "credit", "face": 50000},
        {"kind": "credit", "line": "bonus", "face": 5000, "bonus": True},
    ]
    glow.publish("credit", 50000, lines, term={"months": 12})
    glow.sell("02-02", "credit")
    assert glow.visit("02-02", "v1", "facial")[0]["reason"] == "unpaid"
    glow.pay("02-03", 50000)
    rows = glow.visit("02-03", "v2", "facial:5.5")
    assert (rows[0]["credit"], rows[0]["prepaid"], rows[0]["patient_owes"]) == (55000, 50000, 0)


def test_time_is_earned_evenly() -> None:
    """Rule 13: 10,000.00 over a hundred days are 100.00 a day."""
    glow = Glow()
    glow.service("visit", 10000)
    line = {"kind": "access", "line": "access", "access": ["messaging"], "ssp": 1000000}
    glow.publish("hundred", 1000000, [line], term={"days": 100})
    glow.sell("01-01", "hundred", payment={"payment": "p0", "amount": 1000000, **CARD})
    earned = [glow.lot("access").accrued(day(on)) for on in ("01-01", "01-02", "02-19", "04-10")]
    assert earned == [10000, 20000, 500000, 1000000]


def test_what_is_paid_of_instalments_is_the_liability_and_the_limit() -> None:
    """Rule 14: 100.00 paid as 20, 30, 50; after 50 two of four items of 25.00 may be used."""
    glow = sessions(10000, 4, each=3000)
    glow.sell("02-02", "six")
    deferred = []
    for amount in (2000, 3000):
        glow.pay("02-03", amount)
        deferred.append(glow.contract().deferred(day("02-03")))
    assert deferred == [2000, 5000]
    rows = [glow.visit("02-04", f"v{number}", "session")[0] for number in range(3)]
    assert [(row["covered"], row["prepaid"]) for row in rows] == [("1", 2500)] * 2 + [("0", 0)]
    assert rows[-1]["reason"] == "unpaid"
    glow.pay("02-05", 5000)
    assert glow.contract().deferred(day("02-05")) == 5000


def test_a_line_expires_on_its_own_day_or_with_the_contract_and_its_grace() -> None:
    """Rule 15: the contract ends on 15 April with a day of grace. Three haircuts with the 14th as
    their last day post 300.00 on the 14th; a colour that may run to the 17th posts on the 16th.
    """
    glow = Glow()
    glow.service("haircut", 10000)
    glow.service("colour", 20000)
    lines = [
        {
            "kind": "units",
            "line": "haircut",
            "services": ["haircut"],
            "quantity": 3,
            "expires_after": {"days": 14},
        },
        {
            "kind": "units",
            "line": "colour",
            "services": ["colour"],
            "quantity": 1,
            "expires_after": {"days": 17},
        },
    ]
    glow.publish("hair", 50000, lines, term={"days": 15}, grace_days=1)
    glow.sell("04-01", "hair", payment={"payment": "p0", "amount": 50000, **CARD})
    glow.consent("04-01")
    glow.tick("04-20")
    assert glow.journal()[1:] == [
        ("04-14", "20", {"2100 haircut": 30000, "4030": -30000}),
        ("04-16", "20", {"2100 colour": 20000, "4030": -20000}),
    ]


@pytest.mark.parametrize(
    ("retries", "days"),
    [
        pytest.param([1, 3, 10], ["02-15", "02-16", "02-18", "02-25"], id="default"),
        pytest.param([3, 6], ["02-15", "02-18", "02-21"], id="after 72 and 144 hours"),
        pytest.param([2, 5], ["02-15", "02-17", "02-20"], id="after two and five days"),
        pytest.param([], ["02-15"], id="none"),
    ],
)
def test_retries_follow_the_offers_schedule(retries: list[int], days: list[str]) -> None:
    """Rule 33, as data of the offer: the days on which the gateway is asked to collect."""
    club = Club().offers(billing={"retry_days": retries})
    club.joins("01-15", paid=12000)
    club.passes("03-01")
    assert [on for on, _ in club.told(s.PaymentDue)] == days


def test_tax_is_taken_once_at_the_sale_or_at_the_use() -> None:
    """Rule 38: a taxed package is not taxed at its use; credit, untaxed at the sale, is."""
    glow = sessions(10000, 1, each=12000)
    glow.sell("02-02", "six", tax=800, payment={"payment": "p0", "amount": 10800, **CARD})
    credit: dict[str, Any] = {"kind": "credit", "line": "credit", "face": 12800}
    glow.publish("credit", 12800, [credit])
    glow.sell("02-02", "credit", subscription="s-2",
              payment={"payment": "p1", "amount": 12800, **CARD})  # fmt: skip
    assert glow.accounts()["2200"] == -800
    line = {"line": "1", "service": "session", "quantity": "1", "tax": 800}
    [covered] = glow.visit("02-03", "v1", lines=[line])
    assert (covered["covered"], covered["patient_owes"]) == ("1", 0)
    assert glow.accounts()["2200"] == -800
    [paid] = glow.visit("02-03", "v2", lines=[line])
    assert (paid["credit"], paid["patient_owes"]) == (12800, 0)
    assert glow.accounts()["2200"] == -1600
