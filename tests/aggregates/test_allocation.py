"""How a price is allocated by the clinic's policies (accounting.md 4; IFRS 15 IE164-IE177)."""

from typing import Any

import pytest

from aggregates.subscription import events as e
from ledger.codes import Code, Refused
from tests.support.clinic import Glow, day

Lines = list[dict[str, Any]]


def units(*names: str, **more: Any) -> Lines:
    return [
        {"kind": "units", "line": name, "services": [name], "quantity": 1, **more} for name in names
    ]


def clinic(prices: dict[str, int], **policies: Any) -> Glow:
    glow = Glow({"escheat": "exempt", **policies})
    for name, price in prices.items():
        glow.service(name, price)
    return glow


def sold(glow: Glow, price: int, lines: Lines, **more: Any) -> Any:
    answer = glow.publish("offer", price, lines, **more)
    return answer if isinstance(answer, Refused) else glow.sell("01-05", "offer")


def allocated(answer: Any) -> list[int]:
    assert not isinstance(answer, Refused), answer
    return [row["allocated"] for row in answer["lines"]]


def test_a_discount_spreads_over_all_lines() -> None:
    """Example 33: three products at 50, 25 and 75 are sold for 100."""
    glow = clinic({"a": 5000, "b": 2500, "c": 7500})
    assert allocated(sold(glow, 10000, units("a", "b", "c"))) == [3333, 1667, 5000]


#: Example 34: B and C are regularly sold together for 60, A alone for 40.
PRICES = {"a": 4000, "b": 5500, "c": 4500, "d": 3000}
BUNDLE = {"lines": ["b", "c"], "price": 6000, "evidence": "till of 2025: 212 sold as a pair"}


@pytest.mark.parametrize(
    ("policy", "price", "parts", "to"),
    [
        # Case A: the pair has the whole discount of 40
        ("on", 10000, [4000, 3300, 2700], ("b", "c")),
        ("off", 10000, [2857, 3929, 3214], None),
        # 40.50 is essentially the same discount: the pair keeps its price, A takes the rest
        ("on", 9950, [3950, 3300, 2700], ("b", "c")),
        # 45 is another one
        ("on", 9500, [2714, 3732, 3054], None),
        ("on", 14000, [4000, 5500, 4500], None),
    ],
)
def test_a_discount_that_belongs_to_a_bundle(
    policy: str, price: int, parts: list[int], to: tuple[str, ...] | None
) -> None:
    glow = clinic(PRICES, discount_exception=policy)
    assert allocated(sold(glow, price, units("a", "b", "c"), bundle=BUNDLE)) == parts
    lines = glow.events(e.PackageSold)[0].lines
    assert tuple(line.line for line in lines if line.bundled) == (to or ())


@pytest.mark.parametrize(
    ("price", "parts", "left"),
    [
        # Case B: D has no price of its own yet, and 30 is within what it was sold for
        (13000, [4000, 3300, 2700, 3000], None),
        # Case C: 5 of 105 is no price for D
        (10500, None, 500),
        (9000, None, -1000),
        (0, None, -10000),
    ],
)
def test_the_residual_comes_after_the_discount(
    price: int, parts: list[int] | None, left: int | None
) -> None:
    glow = clinic(PRICES, discount_exception="on")
    lines = [*units("a", "b", "c"), *units("d", residual=True)]
    answer = sold(glow, price, lines, bundle=BUNDLE)
    if parts is not None:
        assert allocated(answer) == parts
        assert [row["ssp"] for row in answer["lines"]] == [4000, 5500, 4500, 3000]
    else:
        assert answer.code is Code.AMOUNT_MISMATCH if price else Code.INVALID
        if price:
            assert answer.details == {"line": "d", "residual": left, "price": price}


def test_a_residual_without_a_bundle() -> None:
    glow = clinic(PRICES)
    assert allocated(sold(glow, 8000, [*units("a"), *units("d", residual=True)])) == [4000, 4000]


@pytest.mark.parametrize(
    ("lines", "more", "field"),
    [
        (units("a", "b"), {"bundle": BUNDLE}, "data.bundle.lines"),
        (units("b", "c"), {"bundle": BUNDLE}, "data.bundle.lines"),
        ([*units("a", "b"), *units("c", residual=True)], {"bundle": BUNDLE}, "data.bundle.lines"),
        (units("a", residual=True), {}, "data.lines"),
        ([*units("a"), *units("b", "c", residual=True)], {}, "data.lines"),
        ([*units("a"), *units("b", residual=True, ssp=100)], {}, "data.lines"),
    ],
)
def test_what_no_offer_can_say(lines: Lines, more: dict[str, Any], field: str) -> None:
    refusal = clinic(PRICES).publish("offer", 10000, lines, **more)
    assert (refusal.code, refusal.field) == (Code.INVALID, field)


def test_a_price_that_nothing_can_carry() -> None:
    answer = sold(clinic({"a": 0, "b": 0}), 10000, units("a", "b"))
    assert (answer.code, answer.field) == (Code.INVALID, "data.offer")
    assert answer.details == {"lines": ["a", "b"]}
    assert allocated(sold(clinic({"a": 0, "b": 0}), 0, units("a", "b"))) == [0, 0]


@pytest.mark.parametrize(
    ("price", "point", "ssp"),
    [
        # at list price, 200.00, and with a third off, 133.33: both lie in the range
        (30000, "mid", 20000),
        (20000, "mid", "40000/3"),
        # 80.00 lies below, 400.00 above
        (12000, "low", 10000),
        (12000, "mid", 15000),
        (12000, "high", 30000),
        (60000, "low", 10000),
        (60000, "mid", 15000),
        (15000, "mid", 10000),
        (45000, "mid", 30000),
    ],
)
def test_a_price_in_the_range_stands(price: int, point: str, ssp: int | str) -> None:
    glow = Glow({"ssp_range": point})
    glow.service("session", 20000, ssp={"low": 10000, "mid": 15000, "high": 30000})
    glow.service("facial", 10000)
    answer = sold(glow, price, units("session", "facial"))
    assert [row["ssp"] for row in answer["lines"]] == [ssp, 10000]


@pytest.mark.parametrize(
    ("remainder", "parts"),
    [
        ("largest_remainder", [3334, 3333, 3333]),
        ("last_line", [3333, 3333, 3334]),
        ("largest_line", [3334, 3333, 3333]),
    ],
)
def test_who_takes_the_cent_that_is_left(remainder: str, parts: list[int]) -> None:
    glow = clinic({"a": 50, "b": 50, "c": 50}, allocation_remainder=remainder)
    assert allocated(sold(glow, 10000, units("a", "b", "c"))) == parts


@pytest.mark.parametrize(
    ("rounding", "drawn"), [("half_even", [62, 63, 63, 62]), ("half_up", [63, 62, 63, 62])]
)
def test_halves_of_a_unit_price(rounding: str, drawn: list[int]) -> None:
    """Four units of 250: 62.5, 125, 187.5 and 250 are the cumulative shares."""
    glow = clinic({"a": 100}, rounding=rounding)
    glow.publish("offer", 250, units("a", quantity=4))
    glow.sell("01-05", "offer")
    glow.pay("01-05", 250)
    for number in range(4):
        glow.visit(f"01-0{number + 6}", f"v{number}", "a")
    assert [draw.amount for draw in glow.events(e.UnitsDrawn)] == drawn


def test_a_contract_keeps_the_policies_of_its_sale() -> None:
    """Access for 90.00 from 15 January, sold under full months; the clinic's default is days."""
    lines: Lines = [{"kind": "access", "line": "chat", "access": ["chat"], "ssp": 9000}]
    earned = {}
    for option in ("actual_days", "full_months", "exact_seconds"):
        glow = clinic({}, day_count=option)
        glow.publish("offer", 9000, lines, term={"months": 3})
        glow.sell("01-15", "offer")
        glow.pay("01-15", 9000)
        [line] = glow.contract().sold.lines  # type: ignore[union-attr]
        assert line.timezone == ("America/New_York" if option == "exact_seconds" else None)
        earned[option] = [glow.contract().deferred(day(on)) for on in ("01-31", "03-31", "04-14")]
    assert earned == {
        "actual_days": [7300, 1400, 0],
        "full_months": [6750, 2250, 0],
        "exact_seconds": [7299, 1401, 0],
    }


@pytest.mark.parametrize(
    ("framework", "said", "carried"),
    [("asc606", None, 0), ("ifrs15", None, 396), ("asc606", 0, 396), ("ifrs15", 5, 0)],
)
def test_only_us_gaap_has_a_relief_for_what_is_immaterial(
    framework: str, said: int | None, carried: int
) -> None:
    policies = {} if said is None else {"immaterial_percent": said}
    glow = clinic({"a": 9600}, framework=framework, **policies)
    lines = [*units("a"), {"kind": "access", "line": "chat", "access": ["chat"], "ssp": 400}]
    answer = sold(glow, 9900, lines, term={"months": 3})
    assert allocated(answer) == [9900 - carried, carried]
