"""The refund formulas with the figures of product.md part 2 and accounting.md 8.1."""

from typing import Any

import pytest

from aggregates.quoting import quotes
from ledger.codes import Code
from tests.support.clinic import Glow, counts, day, sessions


def used(price: int, units: int, each: int, count: int, **terms: Any) -> Glow:
    """A paid package of sessions of which some are used; sold on 2 February."""
    glow = sessions(price, units, each=each, **terms)
    glow.sell("02-02", "six")
    glow.pay("02-02", price)
    if count:
        glow.visit("02-03", "v1", f"session:{count}")
    return glow


def terms(formula: str, **more: Any) -> dict[str, Any]:
    return {"refund": {"formula": formula, **more}}


PRO_RATA = terms("pro_rata")
CLAWBACK = terms("list_clawback")
FEE_35 = terms("list_clawback", fee=3500)
HALF_FOR_180_DAYS = terms("fixed_schedule", schedule=[{"within_days": 180, "percent": 50}])
COOLING_OFF = terms("list_clawback", fee=3500, cooling_off_days=14)
PENALTY: dict[str, Any] = {"cancellation": {"penalty": {"percent": 20}}}


@pytest.mark.parametrize(
    ("price", "units", "each", "count", "offer", "on", "amount", "kept"),
    [
        pytest.param(100000, 20, 6000, 10, PRO_RATA, "02-10", 50000, 0, id="rule 5"),
        pytest.param(90000, 6, 18000, 2, PRO_RATA, "02-10", 60000, 0, id="rule 19"),
        pytest.param(90000, 6, 18000, 5, PRO_RATA, "02-10", 15000, 0, id="rule 20, pro rata"),
        pytest.param(90000, 6, 18000, 2, CLAWBACK, "02-10", 54000, 6000, id="rules 20 and 24"),
        pytest.param(90000, 6, 18000, 0, FEE_35, "02-10", 86500, 3500, id="rule 21, unused"),
        pytest.param(90000, 6, 18000, 2, FEE_35, "02-10", 50500, 9500, id="rule 21, 2 used"),
        pytest.param(100000, 10, 10000, 3, CLAWBACK | PENALTY, "02-10", 50000, 20000, id="rule 22"),
        pytest.param(90000, 6, 18000, 2, HALF_FOR_180_DAYS, "04-01", 45000, 15000, id="rule 23"),
        pytest.param(90000, 6, 18000, 2, COOLING_OFF, "02-16", 60000, 0, id="rule 25"),
        pytest.param(90000, 6, 18000, 2, COOLING_OFF, "02-17", 50500, 9500, id="after rule 25"),
        pytest.param(80000, 10, 10000, 4, CLAWBACK, "02-10", 40000, 8000, id="8.1"),
        pytest.param(80000, 10, 10000, 0, HALF_FOR_180_DAYS, "02-10", 40000, 40000, id="half"),
    ],
)
def test_what_comes_back_and_what_is_kept(
    price: int,
    units: int,
    each: int,
    count: int,
    offer: dict[str, Any],
    on: str,
    amount: int,
    kept: int,
) -> None:
    glow = used(price, units, each, count, **offer)
    assert glow.refund(on)["amount"] == amount
    left = price - amount - kept
    accounts = {"1020": price - amount, "4000": -left, "4040": -kept}
    assert glow.accounts() == {code: value for code, value in accounts.items() if value}
    assert glow.contract().ended == "refunded"


@pytest.mark.parametrize("formula", ["list_clawback", "none"])
def test_a_formula_that_gives_nothing_is_no_refund(formula: str) -> None:
    """Rule 20: after 5 of 6 sessions at list price nothing is left of 900.00."""
    glow = used(90000, 6, 18000, 5, **terms(formula))
    assert glow.refund("02-10").code is Code.REFUND_EXCEEDS
    assert glow.lot().remaining == 1


SCHEDULE = [
    {"within_days": 30, "percent": 50},
    {"within_days": 7, "percent": 100},
    {"within_days": 60, "percent": 25},
]


@pytest.mark.parametrize(
    ("on", "amount"),
    [("02-09", 90000), ("02-10", 45000), ("03-04", 45000), ("03-05", 22500), ("04-03", 22500)],
)
def test_a_schedule_counts_the_days_since_the_sale(on: str, amount: int) -> None:
    glow = used(90000, 6, 18000, 1, **terms("fixed_schedule", schedule=SCHEDULE))
    assert glow.refund(on)["amount"] == amount


def test_after_the_last_row_of_a_schedule_nothing_comes_back() -> None:
    glow = used(90000, 6, 18000, 1, **terms("fixed_schedule", schedule=SCHEDULE))
    assert glow.refund("04-04").code is Code.REFUND_EXCEEDS


def test_a_schedule_gives_nothing_for_what_is_used_up_or_went_back() -> None:
    offer = terms("fixed_schedule", schedule=SCHEDULE)
    assert used(90000, 6, 18000, 6, **offer).refund("02-05").code is Code.REFUND_EXCEEDS
    glow = used(90000, 6, 18000, 0, **offer)
    assert glow.refund("02-20")["amount"] == 45000
    assert glow.refund("02-21", "r-2").code is Code.REFUND_EXCEEDS


def test_a_part_of_a_line_gives_that_part_of_the_formula() -> None:
    """4 of 10 used at 100, a fee of 30 and a penalty of 50: half of 400 − 30 − 50."""
    offer = terms("list_clawback", fee=3000) | {"cancellation": {"penalty": {"amount": 5000}}}
    glow = used(80000, 10, 10000, 4, **offer)
    answer = glow.refund("02-10", lines=[{"line": "session", "quantity": "3"}])
    assert answer["working"] == [
        {"step": "session: paid less used at list price, for the named units", "amount": 20000},
        {"step": "less the contract's fee", "amount": -1500},
        {"step": "less the penalty for leaving within the commitment", "amount": -2500},
    ]
    assert answer["amount"] == 16000
    assert glow.contract().ended is None


def test_a_penalty_in_percent_is_of_the_price_of_the_lines_that_go() -> None:
    """Two lines of five for 500.00 each: 20 % of one of them."""
    glow = Glow()
    lines = []
    for name in ("session", "facial"):
        glow.service(name, 10000)
        lines.append({"kind": "units", "line": name, "services": [name], "quantity": 5})
    glow.publish("two", 100000, lines, term={"months": 3}, **PENALTY)
    glow.sell("02-02", "two")
    glow.pay("02-02", 100000)
    assert glow.refund("02-05", lines=[{"line": "facial"}])["amount"] == 40000


def test_every_formula_is_shown_with_its_working_and_effects() -> None:
    glow = used(90000, 6, 18000, 2, **terms("none"), **PENALTY)
    shown = {row["formula"]: row for row in quotes(glow.contract(), day("02-10"))}
    assert {name: row["amount"] for name, row in shown.items()} == {
        "pro_rata": 42000,
        "list_clawback": 36000,
        "fixed_schedule": 0,
        "bonus_last": 42000,
        "none": 0,
    }
    for row in shown.values():
        assert sum(item["amount"] for item in row["working"]) == row["amount"]
        assert row["revenue_effect"] == 60000 - row["amount"]
        assert row["liability_effect"] == -60000
    assert [name for name, row in shown.items() if row["chosen"]] == ["none"]


def test_where_the_offer_is_silent_the_policy_chooses() -> None:
    glow = sessions(90000, 6, clinic=Glow({"escheat": "exempt", "refund_formula": "list_clawback"}))
    glow.sell("02-02", "six")
    glow.pay("02-02", 90000)
    [chosen] = [row for row in quotes(glow.contract(), day("02-10")) if row["chosen"]]
    assert chosen["formula"] == "list_clawback"


def test_tax_comes_back_with_what_the_formula_gives() -> None:
    """540.00 of 900.00 with its share of 54.00; the tax on what is kept stays payable."""
    glow = sessions(90000, 6, each=18000, **CLAWBACK)
    glow.sell("02-02", "six", tax=5400)
    glow.pay("02-02", 95400, tender="check")
    glow.visit("02-03", "v1", "session:2")
    answer = glow.refund("02-10")
    assert (answer["amount"], answer["tax"]) == (57240, 3240)
    assert answer["working"][-1] == {"step": "tax given back", "amount": 3240}
    assert glow.accounts() == {"1010": 38160, "2200": -2160, "4000": -30000, "4040": -6000}


BONUS_LAST = terms("bonus_last")


def buy_five_get_one(offer: dict[str, Any], *services: str, **free: Any) -> Glow:
    """Five sessions for 500.00 and one more free; A = 416.67 and 83.33."""
    glow = Glow()
    glow.service("session", 10000)
    paid = {"kind": "units", "line": "paid", "services": ["session"], "quantity": 5}
    bonus = paid | {"line": "free", "quantity": 1, "bonus": True} | free
    glow.publish("six", 50000, [paid, bonus], term={"months": 3}, **offer)
    glow.sell("02-02", "six")
    glow.pay("02-02", 50000)
    if services:
        glow.visit("02-03", "v1", *services)
    return glow


@pytest.mark.parametrize(
    ("services", "pro_rata", "bonus_last"),
    [
        ([], 50000, 50000),
        (["session:3"], 25000, 20000),
        (["session:5"], 8333, None),
        (["session:6"], None, None),
    ],
)
def test_bonus_units_count_as_used_last(
    services: list[str], pro_rata: int | None, bonus_last: int | None
) -> None:
    for offer, amount in ((PRO_RATA, pro_rata), (BONUS_LAST, bonus_last)):
        answer = buy_five_get_one(offer, *services).refund("02-10")
        if amount is None:
            assert answer.code is Code.REFUND_EXCEEDS
        else:
            assert answer["amount"] == amount


def test_a_used_bonus_unit_counts_against_the_paid_ones() -> None:
    """One of two visits took the free unit, and yet 3 × 100.00 come back, not 4 × 83.33."""
    glow = buy_five_get_one(BONUS_LAST, "session:2", priority=1)
    assert counts(glow.lot("free").remaining, glow.lot("paid").remaining) == ["0", "4"]
    answer = glow.refund("02-10")
    assert answer["working"] == [
        {"step": "funded value of the unused units", "amount": 33334},
        {
            "step": "less what paid units are worth less, with bonus units used last",
            "amount": -3334,
        },
    ]
    assert glow.accounts() == {"1020": 20000, "4000": -16666, "4040": -3334}


def test_bonus_units_alone_are_worth_nothing_back() -> None:
    glow = buy_five_get_one(BONUS_LAST)
    free = [{"line": "free"}]
    assert glow.refund("02-03", lines=free).code is Code.REFUND_EXCEEDS
    assert glow.refund("02-03", lines=[{"line": "paid", "quantity": 2}])["amount"] == 16667


def test_the_price_of_paid_units_comes_back_though_bonus_units_expired() -> None:
    """The free unit's 83.33 was kept as breakage; what comes back beyond L is a concession."""
    glow = buy_five_get_one(BONUS_LAST, expires_after={"weeks": 1})
    glow.consent("02-02", "expiry")
    glow.tick("02-10")
    assert glow.refund("02-11")["amount"] == 50000
    assert glow.accounts() == {"4030": -8333, "4900": 8333}


def test_a_lower_price_is_spread_over_the_paid_units() -> None:
    """A credit note of 100.00 leaves 400.00; two used at 80.00 each."""
    glow = buy_five_get_one(BONUS_LAST)
    glow.sell("02-02", "six", subscription="s-2")
    glow.note("02-02", 10000, subscription="s-2")
    glow.pay("02-02", 40000, subscription="s-2")
    glow.visit("02-03", "v1", "session:2", prefer=["s-2"])
    assert glow.refund("02-10", subscription="s-2")["amount"] == 24000


def test_a_part_paid_package_with_bonus_gives_back_no_more_than_was_paid() -> None:
    """300.00 of 500.00 paid, three used at 100.00 each: nothing is left."""
    glow = buy_five_get_one(BONUS_LAST)
    glow.sell("02-02", "six", subscription="s-2")
    glow.pay("02-02", 30000, subscription="s-2")
    glow.visit("02-03", "v1", "session:3", prefer=["s-2"])
    assert glow.refund("02-10", subscription="s-2").code is Code.REFUND_EXCEEDS
    shown = {row["formula"]: row["amount"] for row in quotes(glow.contract("s-2"), day("02-10"))}
    assert (shown["pro_rata"], shown["bonus_last"]) == (5000, 0)
