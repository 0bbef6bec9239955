"""Policy `gross_up`: which unpaid instalments are receivable, and what stays owed (10.3)."""

from typing import Any

import pytest

from tests.support.alterations import Altered
from tests.support.clinic import sessions
from tests.support.closed import balances, closed
from tests.support.corrections import Desk


class Whole(Altered, Desk):
    """A clinic with every command."""


def six(
    gross_up: str, *, cancellable: bool, draws: bool = False, guard: str = "on", tax: int = 0
) -> Whole:
    """Six sessions for 900.00, half of it paid on 5 January, the rest due on 4 February."""
    policies = {"escheat": "exempt", "gross_up": gross_up, "forfeiture_guard": guard}
    glow = Whole(policies)
    whole = (90000 + tax) // 2
    plan = {
        "kind": "plan",
        "instalments": [{"due": due, "amount": whole} for due in ("+0d", "+30d")],
        "cancellable": cancellable,
        "draw_before_payment": draws,
    }
    sessions(90000, 6, clinic=glow, billing=plan)
    glow.sell("01-05", "six", tax=tax)
    glow.consent("01-05")
    glow.pay("01-05", whole)
    return glow


@pytest.mark.parametrize(
    ("gross_up", "cancellable", "receivable"),
    [
        ("non_cancellable", False, 45000),
        ("non_cancellable", True, 0),
        ("always", False, 45000),
        ("always", True, 45000),
        ("never", False, 0),
        ("never", True, 0),
    ],
)
def test_what_is_due_and_unpaid_is_shown_gross_or_net(
    gross_up: str, cancellable: bool, receivable: int
) -> None:
    glow = six(gross_up, cancellable=cancellable)
    glow.passes("02-05")
    state = glow.contract()
    assert (state.receivable, state.owed) == (receivable, 45000)
    with closed(glow, "2026-02") as books:
        found = balances(books, "2026-02")
        assert found.get("1100", 0) == receivable
        assert found["2100"] == -45000 - receivable
    glow.pay("02-10", 45000)
    assert glow.accounts() == {"1020": 90000, "2100": -90000}


def test_a_sale_to_be_paid_at_once_is_receivable_too_where_all_is() -> None:
    glow = sessions(90000, 6, clinic=Whole({"gross_up": "always"}))
    glow.sell("01-05", "six")
    assert glow.journal() == [("01-05", "4", {"1100": 90000, "2100 session": -90000})]
    glow.pay("01-07", 90000)
    assert glow.journal()[-1] == ("01-07", "5", {"1020": 90000, "1100": -90000})


@pytest.mark.parametrize("gross_up", ["non_cancellable", "always"])
def test_what_can_be_cancelled_and_was_not_used_is_owed_no_more_however_shown(
    gross_up: str,
) -> None:
    """Two of six used, 450.00 paid: 150.00 of it is kept, and nothing is owed."""
    glow = six(gross_up, cancellable=True)
    glow.passes("02-05")
    glow.visit("02-06", "v-1", "session:2")
    assert glow.cancel("02-10")["owed"] == 0
    assert glow.accounts() == {"1020": 45000, "4000": -30000, "4040": -15000}


def test_what_was_used_ahead_of_payment_stays_owed_and_receivable() -> None:
    """Five of six used, 450.00 paid: of the 450.00 billed, 300.00 were used."""
    glow = six("always", cancellable=True, draws=True)
    glow.passes("02-05")
    glow.visit("02-06", "v-1", "session:5")
    assert glow.cancel("02-10")["owed"] == 30000
    assert glow.accounts() == {"1020": 45000, "1100": 30000, "4000": -75000}


@pytest.mark.parametrize("gross_up", ["non_cancellable", "never"])
def test_what_cannot_be_cancelled_stays_owed_however_shown(gross_up: str) -> None:
    """Two of six used: the other four are forfeited, and what is due of them is a claim."""
    glow = six(gross_up, cancellable=False)
    glow.passes("02-05")
    glow.visit("02-06", "v-1", "session:2")
    assert glow.cancel("02-10")["owed"] == 45000
    assert glow.accounts() == {"1020": 45000, "1100": 45000, "4000": -30000, "4040": -60000}
    glow.pay("02-12", 45000)
    assert glow.contract().owed == 0


@pytest.mark.parametrize("gross_up", ["non_cancellable", "never"])
def test_so_does_what_lapses(gross_up: str) -> None:
    glow = six(gross_up, cancellable=False)
    glow.passes("02-05")
    glow.passes("04-06")
    assert glow.contract().owed == 45000
    assert glow.accounts() == {"1020": 45000, "1100": 45000, "4030": -90000}


def test_the_claim_is_dated_the_last_day_and_comes_before_the_expiry() -> None:
    glow = six("never", cancellable=False)
    glow.passes("04-06")
    assert glow.journal()[1:] == [
        ("04-04", "4", {"1100": 45000, "2100 session": -45000}),
        ("04-04", "20", {"2100 session": 90000, "4030": -90000}),
    ]
    with closed(glow, "2026-04") as books:
        assert balances(books, "2026-04") == {"1020": 45000, "1100": 45000, "4030": -90000}


def test_tax_goes_with_it_both_ways() -> None:
    """45.00 of tax on 900.00: half of what was billed on cancellation is tax of nothing done."""
    glow = six("always", cancellable=True, tax=4500)
    glow.passes("02-05")
    assert glow.accounts() == {"1020": 47250, "1100": 47250, "2100": -90000, "2200": -4500}
    assert glow.cancel("02-10")["owed"] == 0
    assert glow.accounts() == {"1020": 47250, "2200": -2250, "4040": -45000}


def committed(gross_up: str) -> Whole:
    """A membership that cannot be left before its third cycle, the first one paid."""
    glow = Whole({"escheat": "exempt", "gross_up": gross_up})
    glow.offers("silver", 12000, billing={"commitment_cycles": 3})
    glow.sell("01-05", "silver")
    glow.consent("01-05")
    glow.pay("01-05", 12000)
    return glow


@pytest.mark.parametrize(
    ("gross_up", "receivable"), [("non_cancellable", 12000), ("always", 12000), ("never", 0)]
)
def test_a_committed_cycle_is_owed_and_receivable_as_the_clinic_shows_it(
    gross_up: str, receivable: int
) -> None:
    glow = committed(gross_up)
    glow.passes("02-06")
    assert (glow.contract().receivable, glow.contract().owed) == (receivable, 12000)
    assert glow.cancel("02-10")["owed"] == 12000
    assert glow.accounts()["1100"] == 12000


@pytest.mark.parametrize("gross_up", ["non_cancellable", "always", "never"])
def test_a_cycle_nobody_committed_to_is_never_receivable(gross_up: str) -> None:
    """Unpaid it grants nothing, and nothing is owed for it once it is over (6.3)."""
    glow = Whole({"escheat": "exempt", "gross_up": gross_up})
    glow.offers("silver", 12000)
    glow.sell("01-05", "silver")
    glow.passes("01-06")
    assert (glow.contract().receivable, glow.accounts()) == (0, {})


def test_what_a_change_adds_is_claimed_at_the_end_as_well() -> None:
    glow = six("never", cancellable=False)
    more: dict[str, Any] = {"line": "session", "quantity": "1"}
    assert glow.modify("01-10", 12000, more)["owed"] == 57000
    glow.passes("02-05")
    assert glow.cancel("02-10")["owed"] == 57000
    assert glow.accounts() == {"1020": 45000, "1100": 57000, "4040": -102000}
