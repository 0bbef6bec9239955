"""What goes wrong elsewhere and cannot happen here (docs/coverage.md, the pains)."""

import pytest

from aggregates.subscription import cycle_events as c
from aggregates.subscription import events as e
from tests.support.alterations import Altered
from tests.support.clinic import Glow, counts, sessions
from tests.support.club import MASSAGE, Club
from tests.support.holds import hold, release


def test_the_seller_of_a_membership_is_on_every_entry_of_it() -> None:
    """Pain 3: the provider is kept with the sale and carried through renewals."""
    club = Club().offers()
    club.joins("01-15", paid=12000, provider="np-cole")
    club.passes("02-15")
    club.pay("02-15", 12000)
    assert {event.sale.provider for event in club.events(e.PaymentReceived)} == {"np-cole"}
    assert {event.sale.provider for event in club.events(c.CycleDue)} == {"np-cole"}


@pytest.mark.parametrize("use", ["completed", "no_show", "late_cancel"])
def test_a_use_keeps_its_worth_whatever_becomes_of_revenue(use: str) -> None:
    """Pain 4: list price and allocated value stand in the answer and in the event."""
    glow = sessions(90000, 6, each=18000)
    glow.sell("02-02", "six", payment={"payment": "p0", "amount": 90000, "tender": "card"})
    [row] = glow.visit("02-03", "v1", "session", status=use)
    assert (row["list_price"], row["prepaid"]) == (18000, 15000)
    [drawn] = glow.events(e.UnitsDrawn)
    assert drawn.amount == 15000


def test_a_renewal_is_told_apart_from_a_sale() -> None:
    """Pain 11: the first cycle comes with the sale, every later one as an event of its own."""
    club = Club().offers()
    club.joins("01-15", paid=12000)
    club.passes("03-15")
    assert [event.price for event in club.events(e.PackageSold)] == [12000]
    assert [(on, event.cycle) for on, event in club.told(c.CycleDue)] == [
        ("02-15", 2),
        ("03-15", 3),
    ]


def test_a_package_is_used_on_the_day_it_is_sold() -> None:
    """Pain 12."""
    glow = sessions(90000, 6)
    glow.sell("02-02", "six", payment={"payment": "p0", "amount": 90000, "tender": "card"})
    assert glow.visit("02-02", "v1", "session")[0]["covered"] == "1"


def test_booking_a_far_day_first_leaves_a_near_visit_covered() -> None:
    """Pain 13: units are counted, not dates; each booking has its own."""
    glow = sessions(20000, 2)
    glow.sell("02-02", "six", payment={"payment": "p0", "amount": 20000, "tender": "card"})
    hold(glow, "02-03", "far", "04-20", "session")
    hold(glow, "02-03", "near", "02-10", "session")
    near = glow.visit("02-10", "v1", "session", booking="near")
    far = glow.visit("04-20", "v2", "session", booking="far")
    assert [row["covered"] for row in (*near, *far)] == ["1", "1"]


def test_a_contract_is_ended_by_name_and_the_others_keep_their_units() -> None:
    """Pain 14: ending one of two like packages leaves the other as it is."""
    club = Altered()
    club.publish("pack", 30000, [MASSAGE | {"quantity": "5"}], term={"months": 6})
    for key in ("s-1", "s-2"):
        payment = {"payment": f"pay-{key}", "amount": 30000, "tender": "card"}
        club.sell("02-02", "pack", subscription=key, payment=payment)
    club.cancel("02-10", subscription="s-2")
    club.passes("02-11", "s-2")
    assert (club.contract("s-1").ended, club.contract("s-2").ended) == (None, "cancelled")
    assert counts(club.lot("massage", "s-1").remaining) == ["5"]


def test_a_pause_keeps_what_is_booked() -> None:
    """Pain 15: held units stay held for a visit after the pause, which moves the cycle's end;
    who returns early gets back what is left of it.
    """
    club = Altered()
    club.offers()
    club.joins("01-15", paid=12000)
    hold(club, "01-16", "b-1", "02-05", "massage")
    club.pause("01-19", "01-20", "02-03")
    assert counts(club.lot("massage").free) == ["0"]
    club.resume("01-30")
    assert club.cycles() == [("01-15", "02-24", "granted")]
    assert club.visit("02-05", "v1", "massage", booking="b-1")[0]["covered"] == "1"


def test_a_package_moves_in_with_its_first_count_its_price_and_its_dates() -> None:
    """Pain 17: ten sold last year and seven used are entered as that, and three are left."""
    glow = sessions(100000, 10, each=12000, term={"months": 12})
    glow.clock = glow.context("03-01").on
    payment = {"payment": "old", "amount": 100000, "tender": "check"}
    glow.sell("2025-09-01", "six", payment=payment)
    for number in range(7):
        assert glow.visit("2025-10-01", f"old-{number}", "session")[0]["covered"] == "1"
    lot = glow.lot()
    assert counts(lot.granted, lot.used, lot.remaining) == ["10", "7", "3"]
    assert (str(lot.expires), glow.contract().price) == ("2026-08-31", 100000)


def test_a_cancelled_booking_adds_nothing_to_the_next_cycle() -> None:
    """Pain 18: what a booking held goes back to the lot it came from, which has ended."""
    club = Club().offers()
    club.joins("01-15", paid=12000)
    hold(club, "01-16", "b-1", "02-14", "massage")
    club.passes("02-15")
    club.pay("02-15", 12000)
    release(club, "02-16", "b-1")
    assert club.visit("02-17", "v1", "massage")[0]["covered"] == "1"
    assert club.visit("02-18", "v2", "massage")[0]["covered"] == "0"


def test_an_unpaid_month_is_not_collected_later_as_well() -> None:
    """Pains 2 and 24: a lapsed cycle is owed no more, so months never stack up."""
    club = Club().offers()
    club.joins("01-15", paid=12000)
    club.passes("04-20")
    assert club.contract().owed == 12000
    assert [cycle[2] for cycle in club.cycles()] == ["granted", "lapsed", "lapsed", "due"]


def test_staff_cannot_type_a_balance() -> None:
    """Pain 8: what is left is what was granted less what events took; nothing else sets it."""
    glow: Glow = sessions(90000, 6)
    glow.sell("02-02", "six", payment={"payment": "p0", "amount": 90000, "tender": "card"})
    glow.visit("02-03", "v1", "session:2")
    glow.refund("02-04", lines=[{"line": "session", "quantity": "1"}])
    [sold], [drawn] = glow.events(e.PackageSold), glow.events(e.UnitsDrawn)
    [refunded] = glow.events(e.Refunded)
    left = sold.lines[0].quantity - drawn.quantity - refunded.lots[0].quantity
    assert counts(left, glow.lot().remaining) == ["3", "3"]
