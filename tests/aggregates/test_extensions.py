"""Extension of lots of every kind (accounting.md 7.7)."""

from typing import Any

from ledger.codes import Code
from tests.support.alterations import Altered
from tests.support.clinic import Glow, counts, day

RECURRING: dict[str, Any] = {"kind": "recurring", "every": "month", "setup_fee": 5000}


def club(paid: int = 17000) -> Glow:
    """Sauna without limit and one massage a month for 120.00, with a joining fee of 50.00."""
    glow = Glow()
    glow.service("sauna", 4000)
    glow.service("massage", 6000)
    lines = [
        {"kind": "unlimited", "line": "sauna", "services": ["sauna"], "ssp": 8000},
        {"kind": "units", "line": "massage", "services": ["massage"], "quantity": 1},
    ]
    glow.publish("silver", 12000, lines, billing=RECURRING)
    glow.sell("01-15", "silver")
    if paid:
        glow.pay("01-15", paid)
    return glow


def test_a_membership_extends_what_its_cycle_granted() -> None:
    glow = club()
    assert glow.extend("01-24", "2026-03-14")["lots"] == ["sauna.1", "massage.1"]
    sauna, massage, fee = (glow.lot(line) for line in ("sauna", "massage", "setup_fee"))
    assert (sauna.expires, massage.expires) == (day("03-14"), day("03-14"))
    assert fee.expires == day("02-14")
    earned = sauna.accrued(day("01-24"))
    assert earned == round(6857 * 10 / 31)
    assert sauna.accrued(day("02-28")) == earned + round((6857 - earned) * 35 / 49)
    assert sauna.accrued(day("03-14")) == 6857
    assert glow.visit("03-14", "v1", "massage")[0]["prepaid"] == 5143


def test_one_line_alone_is_extended() -> None:
    glow = club()
    assert glow.extend("01-24", "2026-02-28", line="massage")["lots"] == ["massage.1"]
    assert glow.lot("sauna").expires == day("02-14")


def test_a_cycle_that_is_not_paid_has_nothing_to_extend() -> None:
    refused = club(paid=0).extend("01-24", "2026-03-14")
    assert (refused.code, refused.field) == (Code.UNPAID, "data.line")


def test_time_is_not_spread_while_it_stands_still_or_is_to() -> None:
    club = Altered()
    club.service("massage", 6000)
    club.publish(
        "both",
        12000,
        [
            {"kind": "access", "line": "lounge", "access": ["lounge"], "ssp": 6000},
            {"kind": "units", "line": "massage", "services": ["massage"], "quantity": 2},
        ],
        term={"months": 3},
    )
    club.sell("01-05", "both")
    club.pay("01-05", 12000)
    club.pause("01-10", "02-01", "02-11")
    assert club.extend("01-20", "2026-06-30").code is Code.PAUSED
    assert club.extend("02-10", "2026-06-30").code is Code.PAUSED
    assert club.extend("02-10", "2026-06-30", line="massage")["lots"] == ["massage.1"]
    assert club.extend("02-11", "2026-06-30", line="lounge")["lots"] == ["lounge.1"]
    assert club.lot("lounge").accrued(day("06-30")) == club.lot("lounge").allocated


def test_credit_runs_longer_with_a_fee_in_its_value() -> None:
    glow = Glow()
    glow.service("session", 10000)
    line = {"kind": "credit", "line": "credit", "face": 55000}
    glow.publish("credit", 50000, [line], term={"months": 12})
    glow.sell("01-10", "credit")
    glow.pay("01-10", 50000)
    glow.visit("01-12", "v1", "session:2.2")
    glow.extend("12-01", "2027-06-30", fee=3000)
    assert glow.contract().owed == 3000
    glow.pay("12-02", 3000)
    [row] = glow.visit("12-03", "v3", "session:3.3")
    assert (row["credit"], row["prepaid"], row["patient_owes"]) == (33000, 33000, 0)
    assert glow.accounts() == {"1020": 53000, "4000": -53000}


def test_a_fee_is_shared_by_what_is_left_of_each_lot() -> None:
    glow = Glow()
    glow.service("session", 10000)
    glow.service("peel", 5000)
    lines = [
        {"kind": "units", "line": name, "services": [name], "quantity": 2}
        for name in ("session", "peel")
    ]
    glow.publish("both", 30000, lines, term={"months": 3})
    glow.sell("01-05", "both")
    glow.pay("01-05", 30000)
    glow.visit("01-06", "v1", "session")
    glow.extend("01-07", "2026-06-30", fee=4000)
    glow.pay("01-07", 4000)
    left = [glow.lot(name).value_left(day("01-07")) for name in ("session", "peel")]
    assert left == [12000, 12000]
    assert counts(glow.lot("session").remaining, glow.lot("peel").remaining) == ["1", "2"]
