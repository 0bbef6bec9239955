"""Sales that are one contract: on one invoice, or under one promotion (accounting.md 2, 9.2)."""

from datetime import datetime
from typing import Any

import pytest

from aggregates.combining import belongs
from aggregates.subscription.combining_events import ContractsCombined
from aggregates.subscription.evolve import SUBSCRIPTION
from ledger.codes import Code
from tests.support.clinic import ZONE, Glow, day
from tests.support.closed import balances, closed


def units(name: str, quantity: int) -> dict[str, Any]:
    return {"kind": "units", "line": name, "services": [name], "quantity": quantity}


def shop(**policies: Any) -> Glow:
    """Ten sessions of A at 80 % of their price, six of B at half of it."""
    glow = Glow({"escheat": "exempt", **policies})
    for name in ("a", "b"):
        glow.service(name, 10000)
    glow.publish("ten", 80000, [units("a", 10)])
    glow.publish("six", 30000, [units("b", 6)])
    return glow


def two(glow: Glow, **shared: Any) -> Any:
    """The first sold and paid, two of it used; the second sold on the next day."""
    glow.sell("01-05", "ten", **shared)
    glow.pay("01-05", 80000)
    glow.visit("01-05", "v1", "a:2")
    return glow.sell("01-06", "six", subscription="s-2", **shared)


def values(glow: Glow) -> dict[str, tuple[int, int]]:
    """What each lot is still worth, and what it still asks for."""
    return {
        lot.grant: (lot.value_left(day("01-06")), lot.unfunded)
        for key in ("s-1", "s-2")
        for lot in glow.contract(key).lots.values()
    }


def test_what_is_not_recognised_is_allocated_over_all_that_is_left() -> None:
    """640.00 left of the first and 300.00 of the second over fourteen sessions at 100.00."""
    glow = shop()
    answer = two(glow, invoice="i-1")
    assert answer["lines"] == [{"line": "b", "ssp": 60000, "allocated": 40286}]
    assert glow.journal()[-1] == ("01-06", "43", {"2100 a": 10286, "2100 b": -10286})
    assert values(glow) == {"a.1": (53714, 0), "b.1": (40286, 30000)}
    assert [glow.contract(key).owed for key in ("s-1", "s-2")] == [0, 30000]
    assert [glow.contract(key).party for key in ("s-1", "s-2")] == ["s-1", "s-1"]
    glow.pay("01-06", 30000, subscription="s-2")
    glow.visit("01-07", "v2", "a:8")
    glow.visit("01-07", "v3", "b:6")
    assert glow.accounts() == {"1020": 110000, "4000": -110000}


def test_nobody_else_is_touched() -> None:
    glow = shop()
    glow.sell("01-04", "ten", subscription="s-9", invoice="i-1", patient="p-2")
    two(glow, invoice="i-1")
    assert glow.contract("s-1").lots["a.1"].earned == 16000
    assert glow.contract("s-9").party is None
    joined = {key for one in glow.events(ContractsCombined) for key in one.subscriptions}
    assert joined == {"s-1", "s-2"}


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ({"invoice": "i-1"}, {"invoice": "i-1"}, True),
        ({"invoice": "i-1"}, {"invoice": "i-2"}, False),
        ({"promotion": "may"}, {"promotion": "may"}, True),
        ({"promotion": "may"}, {"promotion": "june"}, False),
        ({"promotion": "may"}, {"invoice": "i-1"}, False),
        ({"invoice": "i-1", "contract_met": False}, {"invoice": "i-1"}, False),
        ({"invoice": "i-1"}, {"invoice": "i-1", "contract_met": False}, False),
    ],
)
def test_which_sales_are_one_contract(
    first: dict[str, Any], second: dict[str, Any], together: bool
) -> None:
    glow = shop()
    glow.sell("01-05", "ten", **first)
    glow.sell("01-06", "six", subscription="s-2", **second)
    assert bool(glow.events(ContractsCombined)) is together


@pytest.mark.parametrize(
    ("hours", "later", "together"),
    [
        (24, "2026-01-06T10:00:00", True),
        (24, "2026-01-06T10:00:01", False),
        (48, "2026-01-07T10:00:00", True),
        (0, "2026-01-05T10:00:00", False),
    ],
)
def test_the_window_of_a_promotion(hours: int, later: str, together: bool) -> None:
    glow = shop(combination_hours=hours)
    glow.sell("01-05", "ten", promotion="may")
    glow.sell("01-09", "six", subscription="s-2", promotion="may")
    at = datetime.fromisoformat(later).replace(tzinfo=ZONE)
    earlier, sold = glow.contract("s-1"), glow.contract("s-2")
    assert belongs(earlier, sold, at) is together


def paid(amount: int, payment: str = "pay-1") -> dict[str, Any]:
    return {"payment": payment, "amount": amount, "tender": "card"}


def test_time_is_spread_anew_from_the_day_of_the_second_sale() -> None:
    """Thirty days of access at 90.00, ten of them gone; six sessions for half their price."""
    glow = shop()
    chat = {"kind": "access", "line": "chat", "access": ["chat"], "ssp": 9000}
    glow.publish("chat", 9000, [chat], term={"days": 30})
    glow.sell("01-01", "chat", invoice="i-1", payment=paid(9000))
    glow.sell("01-11", "six", subscription="s-2", invoice="i-1", payment=paid(30000, "pay-2"))
    # 60.00 left of the access and 300.00 of the sessions, at 60.00 and 600.00
    assert glow.contract("s-1").deferred(day("01-10")) == 3273
    assert glow.contract("s-2").deferred(day("01-11")) == 32727
    # half of the twenty days: 1636.5
    assert glow.contract("s-1").lots["chat.1"].accrued(day("01-20")) == 3000 + 1636
    assert glow.contract("s-1").deferred(day("01-30")) == 0


def test_a_third_sale_joins_the_same_party() -> None:
    glow = shop()
    two(glow, invoice="i-1")
    glow.sell("01-07", "six", subscription="s-3", invoice="i-1")
    contracts = [glow.contract(key) for key in ("s-1", "s-2", "s-3")]
    assert {contract.party for contract in contracts} == {"s-1"}
    left = [lot.value_left(day("01-07")) for one in contracts for lot in one.lots.values()]
    assert left == [49600, 37200, 37200]


def club(**terms: Any) -> Glow:
    """The shop with a club: two sessions of A a month for 120.00, at 60 % of their price."""
    glow = shop()
    billing = {"kind": "recurring", "every": "month"} | terms
    glow.publish("club", 12000, [units("a", 2)], billing=billing)
    return glow


PAID = {"payment": {"payment": "pay-9", "amount": 12000, "tender": "card"}}


def test_a_membership_takes_part_with_the_cycle_that_is_paid() -> None:
    """800.00 and 120.00 over twelve sessions at 100.00: 76.67 each, not 80.00 and 60.00."""
    glow = club()
    glow.sell("01-05", "ten", invoice="i-1")
    glow.pay("01-05", 80000)
    answer = glow.sell("01-06", "club", subscription="s-2", invoice="i-1", **PAID)
    assert answer["lines"] == [{"line": "a", "ssp": 20000, "allocated": 15333}]
    assert glow.journal()[-1] == ("01-06", "43", {"2100 a": 3333, "2110 a": -3333})
    assert [glow.contract(key).party for key in ("s-1", "s-2")] == ["s-1", "s-1"]
    with closed(glow, "2026-01") as books:
        assert balances(books, "2026-01") == {"1020": 92000, "2100": -76667, "2110": -15333}


def test_so_it_does_when_the_package_comes_later() -> None:
    glow = club()
    glow.sell("01-05", "club", invoice="i-1", **PAID)
    glow.sell("01-06", "ten", subscription="s-2", invoice="i-1")
    assert glow.journal()[-1] == ("01-06", "43", {"2100 a": 3333, "2110 a": -3333})


def test_later_cycles_are_contracts_of_their_own() -> None:
    """The second month costs 120.00 and is worth 120.00 (6.3)."""
    glow = club()
    glow.sell("01-05", "ten", invoice="i-1")
    glow.sell("01-05", "club", subscription="s-2", invoice="i-1", **PAID)
    glow.sell("02-10", "six", subscription="s-3", invoice="i-1")
    assert [key for one in glow.events(ContractsCombined)[2:] for key in one.subscriptions] \
        == ["s-1", "s-3"] * 2  # fmt: skip
    glow.pay("02-05", 12000, subscription="s-2", payment="pay-10")
    assert [lot.allocated for lot in glow.contract("s-2").lots.values()] == [15333, 12000]


def test_a_membership_that_is_not_paid_grants_nothing_and_stays_apart() -> None:
    glow = club()
    glow.sell("01-05", "ten", invoice="i-1")
    glow.sell("01-06", "club", subscription="s-2", invoice="i-1")
    assert glow.events(ContractsCombined) == []


def test_a_joining_fee_stays_as_it_is() -> None:
    glow = club(setup_fee=5000)
    glow.sell("01-05", "ten", invoice="i-1")
    paid = {"payment": PAID["payment"] | {"amount": 17000}}
    glow.sell("01-06", "club", subscription="s-2", invoice="i-1", **paid)
    assert glow.journal()[-1] == ("01-06", "43", {"2100 a": 3333, "2110 a": -3333})
    assert glow.contract("s-2").lots["setup_fee.1"].allocated == 5000


def test_a_combined_sale_is_not_unwound_alone() -> None:
    glow = shop()
    glow.sell("01-05", "ten", invoice="i-1")
    glow.sell("01-05", "six", subscription="s-2", invoice="i-1")
    assert glow.void("01-06").code is Code.AMOUNT_MISMATCH


def test_a_refund_is_never_more_than_was_paid_for_the_sale() -> None:
    """The sessions of the second sale are worth 402.86 and cost 300.00."""
    glow = shop()
    two(glow, invoice="i-1")
    glow.pay("01-06", 30000, subscription="s-2")
    answer = glow.refund("01-07", subscription="s-2")
    assert answer["amount"] == 30000
    assert glow.accounts() == {"1020": 80000, "2100": -53714, "4000": -16000, "4040": -10286}


def test_the_events_alone_give_the_same_contracts() -> None:
    glow = shop()
    two(glow, invoice="i-1")
    for key in ("s-1", "s-2"):
        stream = f"glow/subscription/{key}"
        own = (item for item in glow.history if item.stream == stream)
        assert SUBSCRIPTION.fold(own) == glow.contract(key)
