"""Extension, expiry and its guard, voids and credit notes (accounting.md 7.6, 7.7, 8.6, 8.8)."""

from typing import Any

import pytest

from aggregates.subscription import events as e
from ledger.codes import Code
from tests.support.clinic import Glow, counts, day, sessions


def ten(paid: int = 100000, **more: Any) -> Glow:
    glow = sessions(100000, 10, each=12000, **more)
    glow.sell("01-05", "six")
    if paid:
        glow.pay("01-05", paid)
    return glow


def test_an_extension_keeps_the_value_on_the_units() -> None:
    glow = ten()
    glow.visit("01-06", "v1", "session:4")
    assert glow.extend("03-01", "2026-06-30") == {"until": "2026-06-30", "lots": ["session.1"]}
    assert glow.tick("04-06") == {"expired": []}
    assert glow.visit("06-30", "v2", "session:3")[0]["prepaid"] == 30000
    assert glow.contract().last_day == day("06-30")
    assert glow.lot().expires == day("06-30")


def test_a_fee_joins_what_is_unrecognised() -> None:
    glow = ten()
    glow.visit("01-06", "v1", "session:4")
    glow.extend("03-01", "2026-06-30", fee=12000)
    assert glow.contract().owed == 12000
    glow.pay("03-01", 12000)
    assert glow.visit("03-02", "v2", "session")[0]["prepaid"] == 12000
    assert glow.accounts() == {"1020": 112000, "2100": -60000, "4000": -52000}


@pytest.mark.parametrize(
    ("on", "until", "line", "code"),
    [
        ("03-01", "2026-06-30", "facial", Code.INVALID),
        ("03-01", "2026-04-04", None, Code.INVALID),
        ("04-05", "2026-06-30", None, Code.EXPIRED),
        ("04-07", "2026-06-30", None, Code.EXPIRED),
    ],
)
def test_what_cannot_be_extended(on: str, until: str, line: str | None, code: Code) -> None:
    glow = ten()
    if on == "04-07":
        glow.tick("04-06")
    assert glow.extend(on, until, line=line).code is code


def test_a_used_up_or_ended_contract_is_not_extended() -> None:
    glow = ten()
    glow.visit("01-06", "v1", "session:10")
    assert glow.extend("01-07", "2026-06-30").code is Code.NOT_ENOUGH_UNITS
    glow = ten()
    glow.refund("01-06")
    assert glow.extend("01-07", "2026-06-30").code is Code.CANCELLED


def test_grace_is_shown_without_and_answered_with() -> None:
    glow = ten(grace_days=10)
    glow.consent("01-05")
    assert (glow.lot().expires, glow.lot().lapses) == (day("04-04"), day("04-14"))
    assert glow.visit("04-14", "v1", "session")[0]["covered"] == "1"
    assert glow.visit("04-15", "v2", "session")[0]["reason"] == "expired"
    glow.extend("04-14", "2026-05-04")
    assert (glow.lot().expires, glow.lot().lapses) == (day("05-04"), day("05-14"))


def test_units_never_outlive_the_contract() -> None:
    glow = Glow()
    glow.service("session", 10000)
    for line, months in (("short", 1), ("long", 9)):
        units = {"kind": "units", "line": line, "services": ["session"], "quantity": 2}
        units |= {"expires_after": {"months": months}}
        glow.publish(line, 20000, [units], term={"months": 3}, grace_days=5)
        glow.sell("01-05", line, subscription=line)
    assert glow.lot("short", "short").lapses == day("02-04")
    long = glow.lot("long", "long")
    assert (long.expires, long.lapses) == (day("04-04"), day("04-09"))


def test_a_time_line_is_spread_again_over_the_days_that_follow() -> None:
    glow = Glow()
    access = {"kind": "access", "line": "lounge", "access": ["lounge"]}
    glow.publish("lounge", 9000, [access], term={"days": 90})
    glow.sell("01-01", "lounge")
    glow.pay("01-01", 9000)
    glow.extend("01-30", "2026-06-29")
    lounge = glow.lot("lounge")
    assert lounge.accrued(day("01-30")) == 3000
    assert lounge.accrued(day("02-28")) == 3000 + round(6000 * 29 / 150)
    assert lounge.accrued(day("06-29")) == 9000
    assert lounge.value_left(day("01-30")) == 6000


def test_a_contract_without_a_last_day_keeps_none() -> None:
    glow = ten(term=None)
    assert glow.extend("01-06", "2027-01-01").code is Code.INVALID
    assert glow.tick("2030-01-01") == {"expired": []}
    assert glow.contract().last_day is None


NOTICES: dict[str, Any] = {"notices": {"before_expiry_days": [30, 10]}}


def promised(glow: Glow, *sent: tuple[str, str]) -> Glow:
    glow.consent("01-05")
    for number, (on, status) in enumerate(sent):
        glow.log(on, f"m-{number}", "expiry", status=status)
    return glow


@pytest.mark.parametrize(
    ("sent", "missing"),
    [
        ([], ("notice 30 days before", "notice 10 days before")),
        ([("03-05", "sent")], ("notice 10 days before",)),
        ([("03-04", "sent"), ("03-26", "sent")], ()),
        ([("03-24", "opened")], ("notice 10 days before",)),
        ([("03-05", "sent"), ("03-25", "bounced")], ("notice 10 days before",)),
        ([("04-04", "delivered")], ()),
        ([("04-05", "sent")], ("notice 30 days before", "notice 10 days before")),
    ],
)
def test_promised_notices_are_asked_for(
    sent: list[tuple[str, str]], missing: tuple[str, ...]
) -> None:
    glow = promised(ten(**NOTICES), *sent)
    glow.tick("04-05")
    assert tuple(name for held in glow.events(e.ForfeitureHeld) for name in held.missing) == missing
    assert glow.accounts() == {"1020": 100000, "2180" if missing else "4030": -100000}


def test_a_notice_that_bounces_later_is_none_and_keeps_its_day() -> None:
    glow = promised(ten(**NOTICES), ("03-26", "sent"))
    glow.log("03-28", "m-0", "expiry", status="bounced")
    assert [(n.sent_on, n.failed) for n in glow.contract().notices] == [(day("03-26"), True)]
    assert glow.log("03-28", "m-0", "expiry", status="bounced").code is Code.DUPLICATE
    glow.log("03-29", "m-9", "expiry", direction="in", status="received")
    glow.tick("04-05")
    assert len(glow.events(e.ForfeitureHeld)[0].missing) == 2


@pytest.mark.parametrize(
    ("policies", "clauses", "account"),
    [
        ({}, ("refund",), "2180"),
        ({}, ("expiry",), "2100"),
        ({"escheat": "exempt"}, ("refund",), "2180"),
        ({"escheat": "exempt"}, ("expiry",), "4030"),
        ({"escheat": "exempt", "forfeiture_guard": "off"}, ("refund",), "4030"),
        ({"forfeiture_guard": "off"}, ("refund",), "2100"),
    ],
)
def test_the_guard_in_its_order(
    policies: dict[str, str], clauses: tuple[str, ...], account: str
) -> None:
    glow = ten(clinic=Glow(policies))
    glow.consent("01-05", *clauses)
    glow.tick("04-05")
    assert glow.accounts() == {"1020": 100000, account: -100000}
    credit = 100000 if account == "2180" else 0
    assert glow.state("patient", "p-1").store_credit == credit
    assert glow.lot().remaining == 0


def test_value_held_for_the_state_comes_back_without_an_entry() -> None:
    glow = ten(clinic=Glow({}))
    glow.consent("01-05", "expiry")
    glow.tick("04-05")
    assert glow.lot().held == 100000
    assert glow.visit("04-01", "v1", "session:4")[0]["prepaid"] == 40000
    assert glow.accounts() == {"1020": 100000, "2100": -60000, "4000": -40000}
    assert (glow.lot().held, glow.lot().deferred(day("04-05"))) == (60000, 60000)
    assert glow.refund("04-06").code is Code.REFUND_EXCEEDS


def test_what_was_never_paid_is_no_longer_owed() -> None:
    glow = sessions(100000, 10)
    glow.sell("01-05", "six", tax=10000)
    glow.consent("01-05")
    glow.pay("01-05", 55000)
    glow.visit("01-06", "v1", "session:2")
    glow.tick("04-05")
    [expired] = glow.events(e.LotExpired)
    assert (expired.forfeited, expired.waived, expired.waived_tax) == (30000, 50000, 5000)
    assert glow.contract().owed == 0
    assert glow.lot().deferred(day("04-05")) == 0


def test_a_lot_never_lapses_before_its_last_day_is_over() -> None:
    glow = ten()
    glow.clock = day("04-04")
    assert glow.tick("04-04") == {"expired": []}
    glow.clock = day("04-05")
    assert glow.tick("04-04") == {"expired": ["session.1"]}


def test_units_that_are_not_frozen_expire_alone() -> None:
    glow = sessions(100000, 10)
    glow.sell("01-05", "six")
    glow.consent("01-05")
    glow.pay("01-05", 60000, charge="ch-1")
    glow.pay("01-06", 40000)
    glow.dispute("03-01", 60000)
    assert glow.tick("04-05") == {"expired": ["session.1"]}
    lot = glow.lot()
    assert counts(lot.remaining, lot.frozen, lot.expired) == ["6", "6", "4"]
    assert glow.visit("04-01", "v1", "session:2")[0]["prepaid"] == 20000
    glow.close_dispute("05-01", "won")
    assert glow.accounts() == {"1020": 100000, "4000": -20000, "4030": -80000}
    assert counts(glow.lot().expired, glow.lot().remaining) == ["8", "0"]


def test_an_unpaid_sale_is_void_without_an_entry() -> None:
    glow = ten(0)
    assert glow.void("01-06") == {"voided": True}
    assert glow.journal() == []
    assert (glow.contract().ended, glow.contract().owed) == ("voided", 0)
    assert glow.lot().remaining == 0
    assert glow.void("01-07").code is Code.CANCELLED
    assert ten().void("01-06").code is Code.AMOUNT_MISMATCH


BILLED: dict[str, Any] = {
    "billing": {"kind": "once", "cancellable": False, "draw_before_payment": True}
}


def test_a_billed_sale_is_unwound() -> None:
    glow = sessions(100000, 10, **BILLED)
    glow.sell("01-05", "six", tax=8000)
    assert glow.journal() == [
        ("01-05", "4", {"1100": 108000, "2100 session": -100000, "2200": -8000})
    ]
    glow.visit("01-06", "v1", "session:2")
    glow.void("01-07")
    assert glow.journal()[-1] == (
        "01-07",
        "36",
        {"2100 session": 80000, "4920": 20000, "2200": 8000, "1100": -108000},
    )


def test_a_credit_note_before_payment_is_a_discount() -> None:
    glow = ten(40000)
    glow.visit("01-06", "v1", "session:2")
    assert glow.note("01-07", 20000) == {"price": 80000, "owed": 40000}
    assert glow.journal()[-1][1] == "9"
    assert glow.visit("01-08", "v2", "session")[0]["prepaid"] == 7500
    glow.pay("01-09", 40000)
    assert glow.visit("01-10", "v3", "session:7")[0]["prepaid"] == 52500
    assert glow.note("01-11", 1, "n-2").code is Code.AMOUNT_MISMATCH
    assert glow.note("01-11", 1).code is Code.DUPLICATE


def test_a_credit_note_on_what_was_billed_posts() -> None:
    glow = sessions(100000, 10, **BILLED)
    glow.sell("01-05", "six", tax=10000)
    glow.visit("01-06", "v1", "session:9")
    assert glow.note("01-07", 22000, lines=["facial"]).code is Code.INVALID
    glow.note("01-07", 22000)
    assert glow.journal()[-1] == (
        "01-07",
        "35",
        {"2100 session": 10000, "4920": 10000, "2200": 2000, "1100": -22000},
    )
    glow.pay("01-08", 88000)
    contract = glow.contract()
    assert (contract.receivable, contract.owed, contract.paid_ex_tax) == (0, 0, 80000)
