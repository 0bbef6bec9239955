"""Prepaid credit: face used, tax within it, narrower scope first (accounting.md 5.4, row 13)."""

from typing import Any

import pytest

from aggregates.subscription.events import LotExpired
from tests.support.clinic import Glow, consent, counts, day

YEAR = {"months": 12}


def credit(line: str = "credit", face: int = 50000, **more: Any) -> dict[str, Any]:
    return {"kind": "credit", "line": line, "face": face, **more}


def spent(glow: Glow, on: str, visit: str, price: int, **more: Any) -> Any:
    """One visit line of that price; the answer's row."""
    key = more.pop("service", "facial")
    line = {"line": "1", "service": key, "list_price": price, **more}
    [row] = glow.visit(on, visit, lines=[line])
    return row


def pool(policies: dict[str, Any] | None = None) -> Glow:
    """Accounting.md 21.2: $550 of credit for $500, paid in cash."""
    glow = Glow(policies or {"escheat": "exempt"})
    glow.service("facial", 12000)
    lines = [credit(), credit("bonus", 5000, bonus=True)]
    glow.publish("credit", 50000, lines, term=YEAR)
    payment = {"payment": "pay-1", "amount": 50000, "tender": "cash"}
    glow.sell("01-10", "credit", payment=payment, consent=consent())
    return glow


def shown(row: Any) -> tuple[Any, ...]:
    return row["covered"], row["credit"], row["prepaid"], row["patient_owes"]


def test_550_of_credit_for_500_used_and_lapsed() -> None:
    glow = pool()
    assert shown(spent(glow, "01-24", "v1", 12000)) == ("1", 12000, 10909, 0)
    taxed = spent(glow, "02-12", "v2", 20000, tax=1575)
    assert shown(taxed) == ("1", 21575, 19614, 0)
    assert "reason" not in taxed
    draw = {"subscription": "s-1", "line": "credit", "grant": "credit.1"}
    assert taxed["draws"] == [draw | {"quantity": "21575", "amount": 19614}]
    assert shown(spent(glow, "05-08", "v3", 8333)) == ("1", 8333, 7575, 0)
    assert glow.tick("2027-01-10") == {"expired": ["credit.1"]}
    assert glow.journal()[1:] == [
        ("01-24", "13", {"2120 credit": 10909, "4000": -10909}),
        ("02-12", "13", {"2120 credit": 19614, "2200": -1575, "4000": -18039}),
        ("05-08", "13", {"2120 credit": 7575, "4000": -7575}),
        ("01-09", "20", {"2120 credit": 11902, "4030": -11902}),
    ]
    assert glow.accounts() == {"1010": 50000, "2200": -1575, "4000": -36523, "4030": -11902}
    assert counts(glow.lot("credit").used, glow.lot("credit").expired) == ["41908", "13092"]


def test_each_use_releases_a_share_of_what_is_left() -> None:
    """Product.md, rule 10: 150.00, 200.00 and 99.99 of face; 90.92 stay."""
    glow = pool()
    amounts = [15000, 20000, 9999]
    rows = [spent(glow, "01-20", f"v{n}", amount) for n, amount in enumerate(amounts)]
    assert [row["prepaid"] for row in rows] == [13636, 18182, 9090]
    assert counts(glow.lot("credit").remaining) == ["10001"]
    assert glow.contract().deferred(day("01-20")) == 9092


def test_credit_sold_below_its_face() -> None:
    """Product.md, rule 10: CHF 100 for 80; use 30, 50, and 20 expires."""
    glow = Glow()
    glow.service("facial", 12000)
    glow.publish("credit", 8000, [credit(face=10000)], term=YEAR)
    glow.sell("01-10", "credit", consent=consent())
    glow.pay("01-10", 8000)
    rows = [spent(glow, "01-20", f"v{face}", face) for face in (3000, 5000)]
    assert [row["prepaid"] for row in rows] == [2400, 4000]
    glow.tick("2027-01-10")
    assert glow.accounts() == {"1020": 8000, "4000": -6400, "4030": -1600}


def test_what_credit_cannot_pay_is_owed_with_its_share_of_the_tax() -> None:
    """55,000 of face; 60,000 with 5,500 of tax: what is paid carries 55/65.5 of the tax."""
    glow = pool()
    row = spent(glow, "01-20", "v1", 60000, tax=5500)
    assert shown(row) == ("0", 55000, 50000, 10500)
    assert row["reason"] == "not_enough_units"
    tax = round(5500 * 55000 / 65500)
    assert glow.journal()[-1][2] == {"2120 credit": 50000, "2200": -tax, "4000": tax - 50000}
    assert spent(glow, "01-21", "v2", 100)["reason"] == "not_enough_units"


def test_credit_pays_what_units_leave_and_the_tax_on_it() -> None:
    glow = pool()
    glow.publish(
        "one", 10000, [{"kind": "units", "line": "u", "services": ["facial"]} | {"quantity": 1}]
    )
    glow.sell("01-11", "one", subscription="s-2")
    glow.pay("01-11", 10000, subscription="s-2")
    row = spent(glow, "01-20", "v1", 12000, quantity="3", tax=300)
    assert shown(row) == ("3", 24200, 10000 + 22000, 0)
    assert [draw["subscription"] for draw in row["draws"]] == ["s-2", "s-1"]


def test_a_reversal_mirrors_face_tax_and_revenue() -> None:
    glow = pool()
    glow.service("serum", 4000, product=True)
    spent(glow, "01-20", "v1", 4000, tax=400, service="serum")
    assert glow.journal()[-1][2] == {"2120 credit": 4000, "2200": -400, "4020": -3600}
    glow.reverse("01-21", "v1")
    assert glow.journal()[-1][:2] == ("01-20", "13")
    assert glow.journal()[-1][2] == {"2120 credit": -4000, "2200": 400, "4020": 3600}
    assert counts(glow.lot("credit").remaining, glow.lot("credit").used) == ["55000", "0"]


def test_tax_is_owed_in_full_though_the_credit_was_cheap() -> None:
    """100.00 of face for 5.00: 10.00 of face stand for 0.50, its tax is 0.80."""
    glow = Glow()
    glow.service("facial", 12000)
    glow.publish("credit", 500, [credit(face=10000)])
    glow.sell("01-10", "credit")
    glow.pay("01-10", 500)
    assert shown(spent(glow, "01-20", "v1", 920, tax=80)) == ("1", 1000, 50, 0)
    assert glow.journal()[-1][2] == {"2120 credit": 50, "2200": -80, "4000": 30}


def test_an_agents_cost_is_payable_out_of_credit() -> None:
    glow = pool()
    glow.service("lab", 11000, principal=False, cost=4000)
    spent(glow, "01-20", "v1", 11000, service="lab")
    assert glow.journal()[-1][2] == {"2120 credit": 10000, "2000": -4000, "4000": -6000}


@pytest.mark.parametrize("status", ["no_show", "late_cancel"])
def test_a_missed_visit_draws_no_credit(status: str) -> None:
    [row] = pool().visit("01-20", "v1", "facial", status=status)
    assert (*shown(row), row["reason"]) == ("0", 0, 0, 0, "not_covered")


def scoped() -> Glow:
    """Credit for any service, for a category, and for the facial; each lasts as long."""
    glow = Glow()
    glow.service("facial", 10000, category="skin")
    glow.service("peel", 10000, category="skin")
    glow.service("massage", 10000)
    for name, more in (
        ("any", {}),
        ("skin", {"categories": ["skin"]}),
        ("facial", {"services": ["facial"]}),
        ("first", {"services": ["massage"], "priority": 1}),
    ):
        glow.publish(name, 10000, [credit(name, 10000, **more)], term=YEAR)
        glow.sell("01-05", name, subscription=name)
        glow.pay("01-05", 10000, subscription=name)
    return glow


@pytest.mark.parametrize(
    ("service", "order"),
    [
        ("facial", ["facial", "skin", "any"]),
        ("peel", ["skin", "any"]),
        ("massage", ["first", "any"]),
    ],
)
def test_the_narrower_scope_pays_first(service: str, order: list[str]) -> None:
    row = spent(scoped(), "01-20", "v1", 30000, service=service)
    assert [draw["subscription"] for draw in row["draws"]] == order
    assert row["credit"] == 10000 * len(order)


def test_priority_goes_before_scope() -> None:
    glow = scoped()
    glow.publish("now", 10000, [credit("now", 10000, priority=1)], term=YEAR)
    glow.sell("01-06", "now", subscription="now")
    glow.pay("01-06", 10000, subscription="now")
    row = spent(glow, "01-20", "v1", 15000, service="facial")
    assert [draw["subscription"] for draw in row["draws"]] == ["now", "facial"]


def test_only_what_was_paid_for_can_be_spent() -> None:
    """550.00 of face for 500.00, of which 100.00 is paid: 110.00 of face."""
    glow = Glow()
    glow.service("facial", 12000)
    glow.publish("credit", 50000, [credit(face=55000)])
    glow.sell("01-10", "credit")
    row = spent(glow, "01-11", "v1", 12000)
    assert (*shown(row), row["reason"]) == ("0", 0, 0, 12000, "unpaid")
    glow.pay("01-12", 10000)
    row = spent(glow, "01-13", "v2", 12000)
    assert (*shown(row), row["reason"]) == ("0", 11000, 10000, 1000, "unpaid")


def test_a_visit_before_a_booked_expiry_takes_credit_back_first() -> None:
    glow = pool()
    spent(glow, "01-24", "v1", 12000)
    glow.tick("2027-01-10")
    assert shown(spent(glow, "2027-01-02", "v2", 21500)) == ("1", 21500, 19546, 0)
    assert glow.journal()[-2:] == [
        ("01-02", "20", {"4030": 19546, "2120 credit": -19546}),
        ("01-02", "13", {"2120 credit": 19546, "4000": -19546}),
    ]
    assert spent(glow, "2027-01-11", "v3", 100)["reason"] == "expired"


def test_preferred_credit_goes_before_the_units_of_others_where_it_pays_all() -> None:
    glow = pool()
    line = {"kind": "units", "line": "u", "services": ["facial"], "quantity": 5}
    glow.publish("five", 50000, [line])
    glow.sell("01-11", "five", subscription="s-2")
    glow.pay("01-11", 50000, subscription="s-2")
    [row] = glow.visit("01-20", "v1", "facial", prefer=["s-1"])
    assert shown(row) == ("1", 12000, 10909, 0)
    [row] = glow.visit("01-21", "v2", "facial:4", prefer=["s-1"])
    assert shown(row) == ("4", 0, 40000, 0)


@pytest.mark.parametrize(
    ("days", "last", "expired"), [(0, None, "2027-01-09"), (30, "2027-03-03", "2027-03-03")]
)
def test_credit_that_comes_back_after_its_last_day_lives_as_long_as_the_clinic_says(
    days: int, last: str | None, expired: str
) -> None:
    """120.00 of face, 109.09 of what was paid, given back on 1 February 2027 (8.6)."""
    glow = pool({"escheat": "exempt", "void_credit_grace_days": days})
    spent(glow, "01-24", "v1", 12000)
    glow.tick("2027-01-10")
    glow.reverse("2027-02-01", "v1")
    lot = glow.lot("credit")
    assert lot.free == (12000 if last else 0)
    assert lot.lapses == day(last or "2027-01-09")
    again = spent(glow, "2027-02-10", "v2", 6000)
    assert again["covered"] == ("1" if last else "0")
    glow.tick("2027-03-04")
    lapsed = [item.effective_on for item in glow.history if isinstance(item.event, LotExpired)]
    assert lapsed == [day("2027-01-09"), day(expired)]
    left = 5455 if last else 10909
    assert glow.accounts()["4030"] == -(39091 + left)
