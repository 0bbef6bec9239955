"""Policy `tax`: every tax on top of the price, or each judged by itself (3.1; 606-10-32-2A)."""

from typing import Any

import pytest
from pydantic import ValidationError

from aggregates.subscription.events import PackageSold
from aggregates.subscription.orders import SellPackage
from tests.support.clinic import Glow, parsed, sessions
from tests.support.closed import balances, closed

SALES = {"tax": "sales", "amount": 4500}
RECEIPTS = {"tax": "gross receipts", "amount": 900, "own": True}


def sold(policy: str, **more: Any) -> Glow:
    """Six sessions for 900.00, with 45.00 of sales tax and 9.00 of a tax on gross receipts."""
    glow = sessions(90000, 6, clinic=Glow({"escheat": "exempt", "tax": policy}), **more)
    answer = glow.sell("01-05", "six", tax=5400, taxes=[SALES, RECEIPTS])
    assert answer["owed"] == 95400
    glow.pay("01-05", 95400)
    return glow


@pytest.mark.parametrize(
    ("policy", "price", "tax"), [("excluded", 90000, 5400), ("per_tax", 90900, 4500)]
)
def test_a_tax_of_the_clinic_s_own_is_part_of_the_price_where_each_is_judged(
    policy: str, price: int, tax: int
) -> None:
    glow = sold(policy)
    [sale] = glow.events(PackageSold)
    assert (sale.price, sale.tax, sum(part.amount for part in sale.taxes)) == (price, tax, 5400)
    glow.visit("01-12", "v-1", "session:2")
    with closed(glow, "2026-01") as books:
        found = {"1020": 95400, "2100": -price * 4 // 6, "2200": -tax, "4000": -price * 2 // 6}
        assert balances(books, "2026-01") == found


def test_a_refund_gives_it_back_with_the_price() -> None:
    """Four of six: 600.00 and 6.00 of the price, 30.00 of the sales tax."""
    glow = sold("per_tax")
    glow.visit("01-12", "v-1", "session:2")
    back = glow.refund("01-20")
    assert (back["amount"], back["tax"]) == (63600, 3000)


def test_a_membership_asks_for_it_in_every_cycle() -> None:
    glow = sessions(90000, 6, clinic=Glow({"escheat": "exempt", "tax": "per_tax"}),
        billing={"kind": "recurring", "every": "month"})  # fmt: skip
    glow.sell("01-05", "six", tax=5400, taxes=[SALES, RECEIPTS])
    plan = glow.contract().plan
    assert plan is not None
    assert (plan.price, plan.tax, glow.contract().owed) == (90900, 4500, 95400)


@pytest.mark.parametrize(("policy", "tax"), [("excluded", 1000), ("per_tax", 800)])
def test_credit_pays_the_clinic_s_own_tax_as_revenue(policy: str, tax: int) -> None:
    """A service of 100.00 with 10.00 of tax, 2.00 of it the clinic's own, on credit at half."""
    glow = Glow({"escheat": "exempt", "tax": policy})
    glow.service("peel", 10000)
    glow.publish("wallet", 10000, [{"kind": "credit", "line": "credit", "face": 20000}])
    glow.sell("01-05", "wallet")
    glow.pay("01-05", 10000)
    taxes = [{"tax": "sales", "amount": 800}, {"tax": "excise", "amount": 200, "own": True}]
    line = {"line": "1", "service": "peel", "tax": 1000, "taxes": taxes}
    [row] = glow.visit("01-12", "v-1", lines=[line])
    assert (row["credit"], row["prepaid"], row["patient_owes"]) == (11000, 5500, 0)
    assert glow.journal()[-1] == ("01-12", "13", {"2120 credit": 5500, "2200": -tax}
        | {"4000": tax - 5500})  # fmt: skip
    glow.reverse("01-13", "v-1")
    assert glow.accounts() == {"1020": 10000, "2120": -10000}


@pytest.mark.parametrize(
    "taxes", [[SALES], [SALES, SALES | {"amount": 900}], [RECEIPTS | {"amount": 0}]]
)
def test_the_parts_are_the_tax_and_each_is_named_once(taxes: list[dict[str, Any]]) -> None:
    fields = {"subscription": "s-1", "offer": "six", "patient": "p-1", "tax": 5400}
    with pytest.raises(ValidationError):
        parsed(SellPackage, fields | {"taxes": taxes})
