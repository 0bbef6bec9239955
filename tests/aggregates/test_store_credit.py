"""Store credit spent on a visit or paid out (row 34a)."""

from typing import Any

import pytest

from ledger.codes import Code
from tests.support.corrections import Desk, desk


def credited() -> Desk:
    """A patient whose package became 900.00 of store credit."""
    glow = desk(90000, 6)
    glow.sell("01-05", "six")
    glow.pay("01-05", 90000)
    glow.tick("04-05")
    return glow


def test_a_visit_is_paid_with_it() -> None:
    glow = credited()
    glow.visit("04-10", "v1", "session")
    assert glow.use_credit("04-10", 20000, {"visit": "v1"}) == {"use": "u-1", "store_credit": 70000}
    assert glow.journal()[-1] == ("04-10", "34a", {"2180": 20000, "4000": -20000})
    assert glow.state("patient", "p-1").store_credit == 70000


def test_it_is_paid_out() -> None:
    glow = credited()
    glow.use_credit("04-10", 90000)
    assert glow.journal()[-1] == ("04-10", "34a", {"2180": 90000, "1010": -90000})
    assert glow.accounts() == {"1010": -90000, "1020": 90000}


@pytest.mark.parametrize(
    ("amount", "purpose", "fields", "code", "field"),
    [
        (1, {"visit": "v9"}, {}, Code.UNKNOWN_VISIT, "data.for.visit"),
        (1, {"visit": "v1"}, {"patient": "p-2"}, Code.UNKNOWN_VISIT, "data.for.visit"),
        (90001, "payout", {"use": "u-0"}, Code.DUPLICATE, "data.use"),
        (1, "payout", {"use": "u-0", "patient": "p-2"}, Code.DUPLICATE, "data.use"),
        (80001, "payout", {}, Code.NOT_ENOUGH_CREDIT, "data.amount"),
        (1, "payout", {"patient": "p-2"}, Code.NOT_ENOUGH_CREDIT, "data.amount"),
    ],
)
def test_what_is_refused(
    amount: int, purpose: Any, fields: dict[str, Any], code: Code, field: str
) -> None:
    glow = credited()
    glow.visit("04-10", "v1", "session")
    glow.use_credit("04-10", 10000, use="u-0")
    refused = glow.use_credit("04-11", amount, purpose, **fields)
    assert (refused.code, refused.field) == (code, field)
