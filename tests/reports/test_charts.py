"""Charts are the same bytes for the same figures, and draw what the reports say."""

from collections.abc import Callable
from typing import Any

import pytest

from ledger.books.rollforward import COLUMNS
from projections.charts.drawing import Form
from projections.charts.rollforward import rollforward_chart
from projections.charts.utilization import utilization_chart
from projections.charts.waterfall import waterfall_chart


def booked(month: str, amount: int, recognized: dict[str, int], refunded: int) -> dict[str, Any]:
    left = amount - sum(recognized.values()) - refunded
    return {
        "booked": month,
        "amount": amount,
        "recognized": recognized,
        "refunded": refunded,
        "remaining": left,
    }


WATERFALL = {
    "as_of": "2026-03-31",
    "rows": [
        booked("2026-01", 180000, {"2026-01": 104774, "2026-02": 40863, "2026-03": 33802}, 0),
        booked("2026-02", 120000, {"2026-02": 60000, "2026-03": 20000}, 10000),
        booked("2026-03", 0, {"2026-03": 15000}, 0),
    ],
}
MOVEMENTS = {
    "opening": 75226,
    "additions": 90000,
    "recognized_from_opening": -40863,
    "recognized_from_additions": -30000,
    "refunds": -6667,
}
ROLLED = {
    "period": "2026-02",
    "total": dict.fromkeys(COLUMNS, 0) | MOVEMENTS | {"closing": sum(MOVEMENTS.values())},
}
UTILIZED: list[dict[str, Any]] = [
    {
        "offer": "program",
        "line": "scan",
        "granted": "3",
        "used": "2",
        "expired": "1",
        "refunded": "0",
        "remaining": "0",
        "rate": "0.667",
    },
    {
        "offer": "program",
        "line": "messaging",
        "granted": None,
        "used": "0",
        "expired": "0",
        "refunded": "0",
        "remaining": None,
        "rate": None,
    },
    {
        "offer": "six",
        "line": "laser",
        "granted": "6",
        "used": "3",
        "expired": "0",
        "refunded": "1.5",
        "remaining": "1.5",
        "rate": "0.5",
    },
]
CHARTS: dict[str, Callable[[Form], bytes]] = {
    "waterfall": lambda form: waterfall_chart(WATERFALL, "USD", form),
    "waterfall of nothing": lambda form: waterfall_chart(
        {"as_of": "2026-03-31", "rows": []}, "USD", form
    ),
    "rollforward": lambda form: rollforward_chart(ROLLED, "USD", form),
    "utilization": lambda form: utilization_chart(UTILIZED, form),
    "utilization of nothing": lambda form: utilization_chart([], form),
}


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize(("form", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_a_chart_is_the_same_again(name: str, form: Form, begins: bytes) -> None:
    first = CHARTS[name](form)
    assert first.startswith(begins)
    assert CHARTS[name](form) == first


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_does_not_say_when_it_was_drawn(name: str) -> None:
    assert b"<dc:date>" not in CHARTS[name]("svg")


@pytest.mark.parametrize("currency", ["USD", "JPY"])
def test_amounts_are_written_in_the_currency(currency: str) -> None:
    drawn = rollforward_chart(ROLLED, currency, "svg").decode()
    closing = {"USD": "$876.96", "JPY": "¥87,696"}[currency]
    assert f"<!-- {closing} -->" in drawn
