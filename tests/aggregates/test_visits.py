"""Visits: the order of draw, what is paid, reversals, and units that come back (4.9, 12.1, 13)."""

from typing import Any

import pytest

from aggregates.subscription import events as e
from ledger.codes import Code
from tests.support.clinic import Glow, counts, day, sessions


def seven() -> Glow:
    glow = sessions(100000, 7)
    glow.sell("01-08", "six")
    glow.pay("01-08", 100000, tender="check")
    return glow


def prepaid(rows: Any) -> list[int]:
    return [row["prepaid"] for row in rows]


def test_a_late_visit_and_a_reversal_never_move_recorded_amounts() -> None:
    """Accounting.md 21.5."""
    glow = seven()
    for on, visit, amount in (
        ("01-12", "v1", 14286),
        ("01-20", "v2", 14285),
        ("01-30", "v3", 14286),
        ("02-06", "v4", 14286),
    ):
        assert prepaid(glow.visit(on, visit, "session")) == [amount]
    assert glow.reverse("02-10", "v2") == {"visit": "v2", "lines": ["1"]}
    assert prepaid(glow.visit("02-17", "v5", "session")) == [14285]
    assert glow.journal()[-2:] == [
        ("01-20", "9", {"4000": 14285, "2100 session": -14285}),
        ("02-17", "9", {"2100 session": 14285, "4000": -14285}),
    ]
    assert glow.accounts() == {"1010": 100000, "2100": -42857, "4000": -57143}


def test_a_visit_is_recorded_and_reversed_once() -> None:
    glow = seven()
    glow.visit("01-12", "v1", "session")
    again = glow.visit("01-13", "v1", "session")
    assert again.code is Code.DUPLICATE
    assert again.details["coverage"][0]["prepaid"] == 14286
    assert glow.reverse("01-13", "v9").code is Code.UNKNOWN_VISIT
    assert glow.reverse("01-13", "v1", "7").code is Code.INVALID
    glow.reverse("01-13", "v1")
    assert glow.reverse("01-13", "v1").code is Code.ALREADY_REVERSED
    assert glow.lot().used == 0


def test_a_draw_of_several_units_is_one_amount_and_the_last_takes_the_rest() -> None:
    glow = seven()
    assert prepaid(glow.visit("01-12", "v1", "session:2")) == [28571]
    [row] = glow.visit("01-13", "v2", "session:6")
    assert (row["covered"], row["prepaid"], row["reason"]) == ("5", 71429, "not_enough_units")
    assert row["patient_owes"] == 20000
    assert glow.contract().deferred(day("01-13")) == 0


def test_only_whole_paid_units_are_drawn() -> None:
    """Accounting.md 21.4: 333.34 of 1,000.00 is paid, a third draw would bring it to 500.00."""
    glow = sessions(100000, 6)
    glow.sell("02-02", "six")
    glow.pay("02-02", 33334)
    assert prepaid(glow.visit("02-10", "v1", "session")) == [16667]
    assert prepaid(glow.visit("02-24", "v2", "session")) == [16666]
    [row] = glow.visit("02-26", "v3", "session")
    assert (row["covered"], row["reason"], row["patient_owes"]) == ("0", "unpaid", 20000)
    glow.pay("03-04", 33333)
    [row] = glow.visit("03-10", "v4", "session:3")
    assert (row["covered"], row["prepaid"], row["reason"]) == ("2", 33334, "unpaid")


def test_an_unpaid_sale_covers_nothing_unless_draws_may_run_ahead() -> None:
    glow = sessions(100000, 6)
    glow.sell("02-02", "six")
    assert glow.visit("02-03", "v1", "session")[0]["reason"] == "unpaid"
    glow = sessions(100000, 6, billing={"kind": "once", "draw_before_payment": True})
    glow.sell("02-02", "six")
    assert prepaid(glow.visit("02-03", "v1", "session")) == [16667]
    assert glow.accounts() == {"2100": 16667, "4000": -16667}
    assert glow.contract().deferred(day("02-03")) == -16667


@pytest.mark.parametrize(
    ("on", "location", "reason"),
    [
        ("01-07", None, "not_started"),
        ("04-08", None, "expired"),
        ("01-09", "elsewhere", "not_covered"),
    ],
)
def test_why_a_lot_gives_nothing(on: str, location: str | None, reason: str) -> None:
    glow = sessions(100000, 7, locations=["main"])
    glow.sell("01-08", "six")
    glow.pay("01-08", 100000)
    [row] = glow.visit(on, "v1", "session", location=location)
    assert (row["covered"], row["reason"]) == ("0", reason)


def test_a_service_of_no_package_is_billed_elsewhere() -> None:
    glow = seven()
    glow.service("facial", 9000)
    lines = [{"line": "1", "service": "facial", "quantity": "2", "tax": 100, "list_price": 8000}]
    [row] = glow.visit("01-09", "v1", lines=lines)
    assert (row["reason"], row["patient_owes"]) == ("not_covered", 16100)
    assert glow.visit("01-09", "v2", "sauna").code is Code.UNKNOWN_SERVICE
    assert glow.visit("01-09", "v2", "facial", prefer=["s-9"]).code is Code.UNKNOWN_SUBSCRIPTION


def test_a_no_show_that_does_not_consume_owes_nothing() -> None:
    glow = sessions(100000, 7, no_show_consumes=False)
    glow.sell("01-08", "six")
    glow.pay("01-08", 100000)
    [row] = glow.visit("01-09", "v1", "session", status="no_show")
    assert (row["covered"], row["reason"], row["patient_owes"]) == ("0", "no_show", 0)


def test_a_missed_visit_follows_the_policy() -> None:
    glow = sessions(100000, 7, clinic=Glow({"no_show_account": "4000"}))
    glow.sell("01-08", "six")
    glow.pay("01-08", 100000)
    glow.visit("01-09", "v1", "session", status="late_cancel")
    assert glow.journal()[-1] == ("01-09", "18", {"2100 session": 14286, "4000": -14286})


def test_an_agents_cost_is_owed_and_a_product_has_its_own_account() -> None:
    glow = Glow()
    glow.service("lab", 40000, principal=False, cost=30000)
    glow.service("serum", 10000, product=True)
    lines = [
        {"kind": "units", "line": name, "services": [name], "quantity": 1}
        for name in ("lab", "serum")
    ]
    glow.publish("both", 50000, lines)
    glow.sell("01-05", "both")
    glow.pay("01-05", 50000)
    glow.visit("01-06", "v1", "lab", "serum")
    assert glow.journal()[-2:] == [
        ("01-06", "9", {"2100 lab": 40000, "2000": -30000, "4000": -10000}),
        ("01-06", "9", {"2100 serum": 10000, "4020": -10000}),
    ]


def several() -> Glow:
    """Four packages that all cover a session; each differs from the one before in one respect."""
    glow = Glow()
    glow.service("session", 10000)
    glow.service("facial", 10000)
    for offer, services, terms in (
        ("menu", ["session", "facial"], {"term": {"days": 5}}),
        ("late", ["session"], {"term": {"months": 6}}),
        ("soon", ["session"], {"term": {"months": 1}}),
        ("first", ["session"], {"term": {"months": 9}}),
    ):
        line = {"kind": "units", "line": offer, "services": services, "quantity": 1}
        line |= {"priority": 10} if offer == "first" else {}
        glow.publish(offer, 10000, [line], **terms)
        glow.sell("01-05", offer, subscription=offer)
        glow.pay("01-05", 10000, subscription=offer)
    return glow


def test_the_order_of_draw() -> None:
    glow = several()
    [row] = glow.visit("01-06", "v1", "session:4")
    assert [draw["subscription"] for draw in row["draws"]] == ["first", "soon", "late", "menu"]
    assert row["covered"] == "4"


def test_preferred_packages_come_first() -> None:
    [row] = several().visit("01-06", "v1", "session:3", prefer=["menu", "late"])
    assert [draw["subscription"] for draw in row["draws"]] == ["menu", "late", "first"]


def test_of_equal_packages_the_older_gives_first_whatever_was_recorded_first() -> None:
    glow = sessions(60000, 6, each=10000)
    for key, on in (("s-2", "02-01"), ("s-1", "01-05")):
        glow.sell(on, "six", subscription=key, starts="2026-02-01")
        glow.pay(on, 60000, subscription=key)
    [row] = glow.visit("02-02", "v1", "session")
    assert row["draws"][0]["subscription"] == "s-1"


def lapsed(*clauses: str) -> Glow:
    """Seven sessions, four used, three expired on 7 April."""
    glow = seven()
    glow.consent("01-08", *clauses)
    for n in range(4):
        glow.visit(f"01-1{n}", f"v{n}", "session")
    assert glow.tick("04-08") == {"expired": ["session.1"]}
    return glow


def test_a_visit_before_a_booked_expiry_takes_its_unit_back_first() -> None:
    glow = lapsed()
    assert glow.lot().expired == 3
    assert prepaid(glow.visit("04-01", "v9", "session")) == [14286]
    assert glow.journal()[-2:] == [
        ("04-01", "20", {"4030": 14286, "2100 session": -14286}),
        ("04-01", "9", {"2100 session": 14286, "4000": -14286}),
    ]
    assert counts(glow.lot().expired, glow.lot().used, glow.lot().remaining) == ["2", "5", "0"]
    assert glow.visit("04-08", "v10", "session")[0]["reason"] == "expired"
    assert prepaid(glow.visit("04-02", "v11", "session:2")) == [28571]
    assert glow.accounts() == {"1010": 100000, "4000": -100000}


def test_store_credit_already_spent_does_not_buy_the_visit_too() -> None:
    glow = lapsed("refund")
    assert glow.state("patient", "p-1").store_credit == 42857
    assert glow.journal()[-1] == ("04-07", "20a", {"2100 session": 42857, "2180": -42857})
    sessions(40000, 2, clinic=glow, offer="two")
    glow.sell("04-09", "two", subscription="s-2")
    glow.pay("04-09", 40000, tender="store_credit", subscription="s-2")
    [row] = glow.visit("04-01", "v9", "session")
    assert (row["covered"], row["reason"]) == ("0", "expired")
    assert glow.state("patient", "p-1").store_credit == 2857


def test_store_credit_goes_back_with_the_unit() -> None:
    glow = lapsed("refund")
    assert prepaid(glow.visit("04-01", "v9", "session")) == [14286]
    assert glow.state("patient", "p-1").store_credit == 28571
    assert glow.journal()[-2] == ("04-01", "20a", {"2180": 14286, "2100 session": -14286})


def test_a_reversal_after_the_last_day_expires_again_on_that_day() -> None:
    glow = lapsed()
    glow.reverse("04-20", "v2")
    assert glow.journal()[-2:] == [
        ("01-12", "9", {"4000": 14286, "2100 session": -14286}),
        ("04-07", "20", {"2100 session": 14286, "4030": -14286}),
    ]
    assert counts(glow.lot().expired, glow.lot().used, glow.lot().remaining) == ["4", "3", "0"]
    glow.reverse("04-21", "v3")
    assert glow.accounts() == {"1010": 100000, "4000": -28571, "4030": -71429}


def test_a_draw_from_before_a_new_basis_comes_back_beside_it() -> None:
    """Accounting.md 4.9: after a re-base N and A rise, also where U has grown again."""
    glow = sessions(60000, 6, each=10000)
    glow.sell("01-05", "six")
    glow.pay("01-05", 60000)
    glow.visit("01-06", "v1", "session:2")
    glow.extend("01-07", "2026-06-30", fee=20000)
    glow.pay("01-07", 20000)
    assert prepaid(glow.visit("01-08", "v2", "session")) == [15000]
    glow.reverse("01-09", "v1")
    lot = glow.lot()
    assert counts(lot.units, lot.drawn) == ["6", "1"]
    assert (lot.amount, lot.recognised) == (80000, 15000)
    assert sum(prepaid(glow.visit("01-10", "v3", "session:5"))) == 65000


def test_a_tiny_price_never_draws_below_nothing() -> None:
    glow = sessions(1, 10, each=1)
    glow.sell("01-05", "six")
    glow.pay("01-05", 1)
    drawn = [prepaid(glow.visit("01-06", f"v{n}", "session"))[0] for n in range(6)]
    assert drawn == [0, 0, 0, 0, 0, 1]
    for n in range(5):
        glow.reverse("01-07", f"v{n}")
    assert prepaid(glow.visit("01-08", "w", "session:9")) == [0]


def test_reversing_one_line_leaves_the_others() -> None:
    glow = seven()
    glow.visit("01-12", "v1", "session", "session")
    glow.reverse("01-13", "v1", "2")
    assert glow.lot().used == 1
    glow.reverse("01-13", "v1")
    assert glow.lot().used == 0
    assert [event.visit_line for event in glow.events(e.DrawReversed)] == ["2", "1"]


def test_a_signature_under_a_visit_is_kept_once() -> None:
    glow = seven()

    def sign() -> Any:
        return glow.sign("01-13", "v1")

    assert sign().code is Code.UNKNOWN_VISIT
    glow.visit("01-12", "v1", "session")
    assert sign() == {"visit": "v1"}
    assert sign().code is Code.DUPLICATE
