"""Every kind of offer that clinics ask for, sold, paid and used (docs/coverage.md, 1 to 38)."""

from typing import Any

import pytest

from aggregates.subscription import signal_events as s
from ledger.codes import Code, Refused
from tests.support.clinic import Glow, counts, day
from tests.support.club import Club

LIST = {
    "initial": 25000,
    "follow_up": 15000,
    "scan": 6000,
    "lab": 40000,
    "iv": 17500,
    "injection": 3500,
    "coaching": 9000,
    "toxin": 60000,
    "nutrition": 12000,
    "sauna": 3000,
    "massage": 6000,
}
TREATMENTS = [f"treatment-{number}" for number in range(1, 16)]
MONTHLY = {"kind": "recurring", "every": "month", "grants": "each_cycle"}
YEAR = {"months": 12}


def clinic() -> Club:
    """A clinic with a fee schedule and fifteen treatments at 100.00 each."""
    club = Club()
    for name, price in LIST.items() | {(name, 10000) for name in TREATMENTS}:
        club.service(name, price)
    club.service("supplement", 4000, category="products", product=True)
    return club


def units(line: str, quantity: int, *services: str, **more: Any) -> dict[str, Any]:
    named = list(services) or [line]
    return {"kind": "units", "line": line, "services": named, "quantity": quantity, **more}


def unlimited(service: str, **more: Any) -> dict[str, Any]:
    return {"kind": "unlimited", "line": service, "services": [service], **more}


def access(*rights: str, **more: Any) -> dict[str, Any]:
    return {"kind": "access", "line": "access", "access": list(rights), **more}


def credit(face: int, **more: Any) -> dict[str, Any]:
    return {"kind": "credit", "line": "credit", "face": face, **more}


BUY_3 = [units("toxin", 3), units("free", 1, "toxin", bonus=True)]
BUY_5 = [
    units("paid", 5, "treatment-1"),
    units("free", 1, "treatment-1", bonus=True),
]
PROGRAM = [units("follow_up", 5), access("messaging", ssp=13500, expires_after={"months": 3})]
MASSAGES_AND_PRODUCTS = [units("massage", 3), credit(15000, categories=["products"])]
MONEY_AND_VISITS = [units("iv", 2), credit(20000, services=["toxin", "nutrition"])]

# What is sold at which price and terms, what is done, and what of each is (covered, prepaid
# value, credit used, still owed).
OFFERS: list[Any] = [
    pytest.param(
        [units("initial", 1), units("scan", 3), units("lab", 1)],
        74700,  # ten percent below 830.00
        {"term": YEAR},
        [("initial", ("1", 22500, 0, 0)), ("scan", ("1", 5400, 0, 0))],
        id="1 a bundle at one price",
    ),
    pytest.param(
        [units("iv", 10)],
        150000,
        {"term": YEAR},
        [("iv", ("1", 15000, 0, 0)), ("iv:2", ("2", 30000, 0, 0))],
        id="2 a series of one service",
    ),
    pytest.param(
        [units("toxin", 1), units("iv", 2), units("nutrition", 1)],
        107000,
        {"term": YEAR},
        [
            ("toxin", ("1", 60000, 0, 0)),
            ("iv", ("1", 17500, 0, 0)),
            ("nutrition", ("1", 12000, 0, 0)),
        ],
        id="3 related services",
    ),
    pytest.param(
        BUY_3,
        180000,
        {"term": YEAR},
        [("toxin:4", ("4", 180000, 0, 0)), ("toxin", ("0", 0, 0, 60000))],
        id="5 buy 3 get 1 free",
    ),
    pytest.param(
        BUY_5,
        50000,
        {"term": YEAR},
        [
            ("treatment-1", ("1", 8333, 0, 0)),
            ("treatment-1", ("1", 8334, 0, 0)),
            ("treatment-1", ("1", 8333, 0, 0)),
            ("treatment-1", ("1", 8334, 0, 0)),
            ("treatment-1", ("1", 8333, 0, 0)),
            ("treatment-1", ("1", 8333, 0, 0)),
        ],
        id="6 buy 5 get 1 free",
    ),
    pytest.param(
        [units("pick", 3, *TREATMENTS)],
        27000,
        {"term": YEAR},
        [
            ("treatment-2", ("1", 9000, 0, 0)),
            ("treatment-9", ("1", 9000, 0, 0)),
            ("treatment-15", ("1", 9000, 0, 0)),
            ("treatment-1", ("0", 0, 0, 10000)),
        ],
        id="7 pick 3 of 15",
    ),
    pytest.param(
        MONEY_AND_VISITS,
        49500,  # ten percent below 550.00
        {"term": YEAR},
        [("iv", ("1", 15750, 0, 0)), ("nutrition", ("1", 10800, 12000, 0))],
        id="9 money beside counted services",
    ),
    pytest.param(
        [unlimited("sauna")],
        19900,
        {"billing": MONTHLY},
        [("sauna", ("1", 0, 0, 0)), ("sauna:9", ("9", 0, 0, 0))],
        id="15 unlimited for a monthly fee",
    ),
    pytest.param(
        MASSAGES_AND_PRODUCTS,
        33000,
        {"term": YEAR},
        [
            ("massage", ("1", 6000, 0, 0)),
            ("supplement:4", ("0", 15000, 15000, 1000)),
        ],
        id="16 three massages and money for products",
    ),
    pytest.param(
        PROGRAM,
        88500,
        {"term": {"weeks": 12}},
        [("follow_up", ("1", 15000, 0, 0))],
        id="20 visits and continuing support",
    ),
    pytest.param(
        [units("coaching", 2), units("injection", 6), units("supplement", 1)],
        43000,
        {"term": YEAR},
        [
            ("coaching", ("1", 9000, 0, 0)),
            ("injection", ("1", 3500, 0, 0)),
            ("supplement", ("1", 4000, 0, 0)),
        ],
        id="28 injections, coaching and products",
    ),
    pytest.param(
        [unlimited("follow_up", cap={"per": "month", "quantity": 2})],
        9900,
        {"billing": MONTHLY},
        [("follow_up:2", ("2", 0, 0, 0)), ("follow_up", ("0", 0, 0, 15000))],
        id="34 limited visits a month",
    ),
]


@pytest.mark.parametrize(("lines", "price", "terms", "visits"), OFFERS)
def test_each_kind_of_offer_is_sold_and_used(
    lines: list[dict[str, Any]],
    price: int,
    terms: dict[str, Any],
    visits: list[tuple[str, tuple[str, int, int, int]]],
) -> None:
    club = clinic()
    club.publish("offer", price, lines, **terms)
    payment = {"payment": "pay-0", "amount": price, "tender": "card"}
    answer = club.sell("01-05", "offer", payment=payment)
    assert (answer["price"], answer["owed"]) == (price, 0)
    assert sum(line["allocated"] for line in answer["lines"]) == price
    for number, (service, expected) in enumerate(visits):
        [row] = club.visit("01-06", f"v{number}", service)
        told = (row["covered"], row["prepaid"], row["credit"], row["patient_owes"])
        assert told == expected, service


def test_a_fixed_length_programme_ends_on_its_last_day() -> None:
    """Item 4: twelve weeks from 5 January are valid to 29 March."""
    club = clinic()
    club.publish("program", 75000, [units("follow_up", 5)], term={"weeks": 12})
    assert club.sell("01-05", "program")["expires"] == "2026-03-29"
    club.pay("01-05", 75000)
    assert club.visit("03-29", "v1", "follow_up")[0]["covered"] == "1"
    [row] = club.visit("03-30", "v2", "follow_up")
    assert (row["covered"], row["reason"]) == ("0", "expired")


def test_a_membership_a_package_and_credit_serve_one_patient() -> None:
    """Item 13: what is unlimited goes first, then units, then credit."""
    club = clinic()
    club.publish("club", 19900, [unlimited("sauna")], billing=MONTHLY)
    club.publish("pack", 30000, [units("massage", 5)], term=YEAR)
    club.publish("money", 10000, [credit(10000)], term=YEAR)
    for number, (offer, price) in enumerate((("club", 19900), ("pack", 30000), ("money", 10000))):
        payment = {"payment": f"first-{number}", "amount": price, "tender": "card"}
        club.sell("01-05", offer, subscription=f"s-{number}", payment=payment)
    rows = club.visit("01-06", "v1", "sauna", "massage", "scan")
    assert [[draw["subscription"] for draw in row["draws"]] for row in rows] == [
        ["s-0"],
        ["s-1"],
        ["s-2"],
    ]
    assert [row["patient_owes"] for row in rows] == [0, 0, 0]


def test_a_package_that_recurs_credits_the_account_each_month() -> None:
    """Item 14: each paid month grants its money, which ends with the month."""
    club = clinic()
    club.publish("monthly", 10000, [credit(11000)], billing=MONTHLY)
    club.sell("01-05", "monthly", payment={"payment": "p0", "amount": 10000, "tender": "card"})
    club.visit("01-06", "v1", "massage")
    club.passes("02-05")
    club.pay("02-05", 10000)
    lots = club.contract().lots
    assert counts(*(lots[grant].granted for grant in ("credit.1", "credit.2"))) == [
        "11000",
        "11000",
    ]
    assert club.visit("02-06", "v2", "massage")[0]["credit"] == 6000
    assert counts(lots["credit.1"].remaining, club.contract().lots["credit.2"].remaining) == [
        "0",
        "5000",
    ]


def test_access_is_sold_without_any_visit() -> None:
    """Items 17, 19, 30 and 32: rights over time, earned by the day, nothing to count."""
    club = clinic()
    lines = [access("messaging", "same_day", "library")]
    club.publish("dpc", 9000, lines, billing=MONTHLY, tier="member")
    club.sell("04-01", "dpc", payment={"payment": "p0", "amount": 9000, "tender": "card"})
    lot = club.lot("access")
    assert lot.sold.access == ("messaging", "same_day", "library")
    assert [lot.accrued(day(on)) for on in ("04-01", "04-10", "04-30")] == [300, 3000, 9000]
    [row] = club.visit("04-10", "v1", "follow_up")
    assert (row["covered"], row["patient_owes"]) == ("0", 15000)


def test_dearer_tiers_hold_more_and_say_which_they_are() -> None:
    """Items 18, 34 to 37, 61: tiers as offers, each with its own lines and name."""
    club = clinic()
    low = [units("visit", 1, "follow_up")]
    high = [units("visit", 4, "follow_up"), units("lab", 1), access("priority", ssp=5000)]
    for tier, price, lines in (("entry", 14900, low), ("high", 69900, high)):
        club.publish(tier, price, lines, billing=MONTHLY, tier=tier)
        payment = {"payment": f"pay-{tier}", "amount": price, "tender": "card"}
        club.sell("01-05", tier, subscription=tier, patient=f"p-{tier}", payment=payment)
        sold = club.contract(tier).sold
        assert sold is not None
        assert sold.tier == tier
    rows = {
        tier: club.visit("01-06", tier, "follow_up:2", "lab", patient=f"p-{tier}")
        for tier in ("entry", "high")
    }
    assert [row["covered"] for row in rows["entry"]] == ["1", "0"]
    assert [row["covered"] for row in rows["high"]] == ["2", "1"]


def test_the_price_is_the_sum_of_the_fee_schedule_less_a_discount() -> None:
    """Items 47 to 50: lines refer to services; the contract keeps their prices of the day."""
    club = clinic()
    club.publish("bundle", 83000, [units("initial", 1), units("scan", 3), units("lab", 1)])
    answer = club.sell("01-05", "bundle", discount=8300)
    assert [line["ssp"] for line in answer["lines"]] == [25000, 18000, 40000]
    assert [line["allocated"] for line in answer["lines"]] == [22500, 16200, 36000]
    assert answer["price"] == 74700


def test_an_item_may_be_limited_in_who_where_and_what() -> None:
    """Item 54: locations, services and no transfer, as the signed version says."""
    club = clinic()
    club.publish("pack", 30000, [units("massage", 5)], term=YEAR, locations=["uptown"])
    club.sell("01-05", "pack", payment={"payment": "p0", "amount": 30000, "tender": "card"})
    here = club.visit("01-06", "v1", "massage", location="uptown")[0]
    there = club.visit("01-06", "v2", "massage", location="soho")[0]
    other = club.visit("01-06", "v3", "scan", location="uptown")[0]
    assert [row["covered"] for row in (here, there, other)] == ["1", "0", "0"]
    assert {row["reason"] for row in (there, other)} == {"not_covered"}


def test_a_new_version_leaves_what_was_sold_alone() -> None:
    """Items 58 and 60: versions of an offer; the contract keeps the one it was sold under."""
    club = clinic()
    club.publish("pack", 30000, [units("massage", 5)], term=YEAR)
    club.sell("01-05", "pack")
    assert club.publish("pack", 36000, [units("massage", 4)], term=YEAR)["version"] == 2
    club.sell("01-06", "pack", subscription="s-2")
    old, new = club.contract("s-1").sold, club.contract("s-2").sold
    assert old is not None
    assert new is not None
    assert (old.offer_version, old.price, new.offer_version, new.price) == (1, 30000, 2, 36000)


def test_milestones_are_told_on_their_days() -> None:
    """Items 101, 103 to 105: how often follow-up, labs and coaching are expected."""
    club = clinic()
    plan = [
        {"milestone": "check-in", "every": {"months": 1}},
        {"milestone": "lab", "every": {"months": 3}, "service": "lab"},
        {"milestone": "coaching", "every": {"weeks": 6}, "service": "coaching"},
    ]
    club.publish("program", 75000, [units("follow_up", 5)], term={"months": 4}, milestones=plan)
    club.sell("01-05", "program", payment={"payment": "p0", "amount": 75000, "tender": "card"})
    club.passes("05-04")
    assert [(on, event.milestone) for on, event in club.told(s.MilestoneDue)] == [
        ("02-05", "check-in"),
        ("02-16", "coaching"),
        ("03-05", "check-in"),
        ("03-30", "coaching"),
        ("04-05", "check-in"),
        ("04-05", "lab"),
    ]


def test_a_booking_page_is_told_why_not() -> None:
    """Items 51, 85 and 100: a line is linked to services; anything else is billed elsewhere."""
    glow: Glow = clinic()
    glow.publish("pack", 30000, [units("massage", 5)], term=YEAR)
    assert not isinstance(glow.sell("01-05", "pack"), Refused)
    [row] = glow.visit("01-06", "v1", "massage")
    assert (row["covered"], row["reason"]) == ("0", Code.UNPAID.value)
