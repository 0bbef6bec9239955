"""The policies by which books are handed on (accounting.md 18: `accounts`, `export_detail`)."""

from typing import Any

import pytest

from aggregates.clinic.policies import problem_with
from aggregates.subscription.events import PackageSold
from tests.support.clinic import Glow, day


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"2100": {"code": "24000", "name": "Liabilities:Prepaid packages"}},
        {"2100": {"code": "24000"}, "4000": {"name": "Treatments"}},
        # Several of ours may be one of theirs.
        {code: {"code": "24.000", "name": "Deferred revenue"} for code in ("2100", "2110")},
        # What is renumbered makes room for another.
        {"4000": {"code": "4010"}, "4010": {"code": "4000"}},
        {"4900": {"code": "4000", "name": "Services"}},
    ],
)
def test_a_chart_that_can_be_mapped(value: dict[str, Any]) -> None:
    assert problem_with("accounts", value) is None


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("2100", "accounts maps codes"),
        ({"2101": {"code": "1"}}, "'2101' is no account of the chart"),
        ({"2100": "24000"}, "2100: give a code, a name or both"),
        ({"2100": {}}, "2100: give a code, a name or both"),
        ({"2100": {"code": "1", "kind": "asset"}}, "2100: give a code, a name or both"),
        ({"2100": {"code": 24000}}, "2100: a code is"),
        ({"2100": {"code": "-1"}}, "2100: a code is"),
        ({"2100": {"code": "24 000"}}, "2100: a code is"),
        ({"2100": {"name": ""}}, "2100: a name has 1-100"),
        ({"2100": {"name": "x" * 101}}, "2100: a name has 1-100"),
        ({"2100": {"name": "Prepaid\tpackages"}}, "2100: a name is printable"),
        ({"2100": {"name": " Prepaid"}}, "2100: a name is printable"),
        ({"4000": {"code": "4010"}}, "cannot be told apart"),
        ({"4000": {"code": "1.0"}, "4010": {"code": "1-0"}}, "cannot be told apart"),
        ({"4000": {"name": "products"}}, "is the name of 4000 and of 4020"),
        ({"1190": {"code": "2000", "name": "Accounts payable"}}, "cannot be told apart"),
    ],
)
def test_a_chart_that_cannot_be_mapped(value: Any, problem: str) -> None:
    assert problem in (problem_with("accounts", value) or "")


def test_exports_are_sums_or_lines() -> None:
    assert problem_with("export_detail", "summary") is None
    assert problem_with("export_detail", "line") is None
    assert problem_with("export_detail", "entry") == "export_detail is one of 'summary', 'line'"


def test_a_contract_keeps_no_copy_of_how_books_are_handed_on() -> None:
    glow = Glow({"escheat": "exempt", "accounts": {"2100": {"code": "24000"}}})
    glow.service("scan", 6000)
    glow.publish("scans", 18000, [units_line("scan", 3)], term={"months": 3})
    glow.sell("01-05", "scans")
    [sold] = glow.events(PackageSold)
    assert sold.policies["escheat"] == "exempt"
    assert sold.policies.keys().isdisjoint({"accounts", "export_detail"})
    assert glow.state("clinic").policies(day("01-05"))["accounts"] == {"2100": {"code": "24000"}}


def units_line(service: str, quantity: int) -> dict[str, Any]:
    return {"kind": "units", "line": service, "services": [service], "quantity": str(quantity)}
