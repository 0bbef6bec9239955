"""Cancellation: notice, the last day, the penalty, where the value left goes (7.6, 8.3)."""

from typing import Any

import pytest

from aggregates.subscription import change_events as c
from aggregates.subscription import events as e
from ledger.codes import Code
from tests.support.alterations import Altered
from tests.support.clinic import at, counts, day

UNITS = {"kind": "units", "line": "massage", "services": ["massage"], "quantity": "5"}


def club(**policies: Any) -> Altered:
    club = Altered({"escheat": "exempt"} | policies)
    club.offers()
    return club


def pack(paid: int = 30000, *, signed: bool = True, **more: Any) -> Altered:
    """5 massages for 300.00, of which one is used."""
    glow = club(**more.pop("policies", {}))
    glow.publish("pack", 30000, [UNITS], **({"term": {"days": 90}} | more))
    glow.sell("05-01", "pack")
    if signed:
        glow.consent("05-01", "cancellation")
    if paid:
        glow.pay("05-01", paid)
        glow.visit("05-02", "v1", "massage")
    return glow


DESTINATIONS: list[tuple[bool, dict[str, Any], dict[str, int], dict[str, int]]] = [
    # signed, policies, answer, trial balance besides 1020 and 4000
    (True, {}, {"forfeited": 24000}, {"4040": -24000}),
    (False, {}, {"credited": 24000}, {"2180": -24000}),
    (True, {"escheat": "subject"}, {"held": 24000}, {"2100": -24000}),
    (False, {"forfeiture_guard": "off"}, {"forfeited": 24000}, {"4040": -24000}),
]


@pytest.mark.parametrize(("signed", "policies", "answer", "accounts"), DESTINATIONS)
def test_the_guard_says_where_the_value_left_goes(
    signed: bool, policies: dict[str, Any], answer: dict[str, int], accounts: dict[str, int]
) -> None:
    glow = pack(signed=signed, policies=policies)
    nothing = {"forfeited": 0, "credited": 0, "held": 0, "owed": 0}
    ends = {"ends": "2026-05-10", "penalty": 0}
    assert glow.cancel("05-10") == ends | nothing | answer
    assert glow.accounts() == {"1020": 30000, "4000": -6000} | accounts
    assert glow.credit() == answer.get("credited", 0)
    held = [event.missing for event in glow.events(e.ForfeitureHeld)]
    assert held == ([("clause cancellation",)] if "credited" in answer else [])
    lot = glow.lot("massage")
    assert counts(lot.remaining, lot.expired, lot.used) == ["0", "4", "1"]


def test_the_rows_of_the_end() -> None:
    glow = pack()
    glow.cancel("05-10")
    assert glow.journal()[-1] == ("05-10", "20", {"2100 massage": 24000, "4040": -24000})
    glow = pack(signed=False)
    glow.cancel("05-10")
    assert glow.journal()[-1] == ("05-10", "20a", {"2100 massage": 24000, "2180": -24000})


def test_only_what_was_paid_moves_and_the_rest_is_not_owed() -> None:
    glow = pack(paid=12000)
    assert glow.cancel("05-10")["forfeited"] == 6000
    assert (glow.contract().owed, glow.contract().deferred(day("05-10"))) == (0, 0)


def test_what_was_billed_stays_owed() -> None:
    glow = pack(paid=0, billing={"kind": "once", "cancellable": False})
    assert glow.cancel("05-10")["owed"] == 30000
    glow.pay("05-11", 30000)
    assert glow.accounts() == {"1020": 30000, "4040": -30000}


def test_an_unpaid_sale_leaves_nothing() -> None:
    glow = pack(paid=0)
    answer = glow.cancel("05-10")
    assert (answer["forfeited"], answer["credited"], answer["owed"]) == (0, 0, 0)
    assert glow.journal() == []


def test_the_day_counts_as_used() -> None:
    glow = club()
    glow.joins("04-15", paid=12000)
    glow.consent("04-15", "cancellation")
    glow.cancel("04-24")
    [ended] = glow.events(c.ContractEnded)
    sauna = 6857 - round(6857 * 10 / 30)
    assert [(lot.grant, lot.recognised, lot.forfeited) for lot in ended.lots] == [
        ("sauna.1", 6857 - sauna, sauna),
        ("massage.1", 0, 5143),
    ]
    assert glow.accrued("sauna.1", "05-14") == 6857 - sauna


def test_no_cycle_follows_one_that_was_cancelled() -> None:
    """product.md pain 24: charging after cancellation."""
    glow = club()
    glow.joins("04-15", paid=12000)
    assert glow.cancel("04-20", "period_end")["ends"] == "2026-05-14"
    assert glow.contract().ended is None
    assert glow.visit("05-14", "v1", "massage")[0]["covered"] == "1"
    glow.passes("08-01")
    assert glow.cycles() == [("04-15", "05-14", "granted")]
    assert [day_ for day_, _ in glow.told(c.ContractEnded)] == ["05-14"]
    assert glow.contract().owed == 0
    [row] = glow.visit("05-15", "v2", "sauna")
    assert (row["covered"], row["reason"]) in [("0", "cancelled"), ("0", "expired")]


LAST_DAYS: list[tuple[dict[str, Any], str, dict[str, Any], str]] = [
    # terms of cancellation, effective, more of the command, last day
    ({}, "now", {}, "2026-04-20"),
    ({}, "period_end", {}, "2026-05-14"),
    ({}, "2026-05-01", {}, "2026-05-01"),
    ({"notice_days": 14}, "now", {}, "2026-05-04"),
    ({"notice_days": 14}, "period_end", {}, "2026-05-14"),
    ({"notice_days": 30}, "period_end", {}, "2026-06-14"),
    ({"notice_days": 60}, "period_end", {}, "2026-07-14"),
    ({"notice_days": 14}, "2026-05-04", {}, "2026-05-04"),
    ({"notice_days": 14}, "now", {"received_at": at("04-10")}, "2026-04-24"),
    ({"notice_days": 5}, "2026-04-16", {"received_at": at("04-11")}, "2026-04-16"),
]


@pytest.mark.parametrize(("terms", "effective", "more", "ends"), LAST_DAYS)
def test_the_last_day(
    terms: dict[str, Any], effective: str, more: dict[str, Any], ends: str
) -> None:
    glow = club()
    glow.offers("bound", 12000, cancellation=terms)
    glow.joins("04-15", offer="bound", paid=12000)
    assert glow.cancel("04-20", effective, **more)["ends"] == ends


def test_a_cycle_paid_ahead_is_part_of_the_period() -> None:
    glow = club()
    glow.joins("04-15", paid=12000)
    glow.pay("04-20", 12000)
    assert glow.cancel("04-20", "period_end")["ends"] == "2026-06-14"


def test_a_package_has_its_own_last_day() -> None:
    glow = pack()
    assert glow.cancel("05-10", "period_end")["ends"] == "2026-07-29"
    glow = pack(term=None)
    assert glow.cancel("05-10", "period_end").field == "data.effective"


PENALTIES: list[tuple[dict[str, int], str, int]] = [
    # penalty, last day, what it costs: 12 committed cycles of 120.00 from 15 April 2026
    ({"percent": 20}, "2026-05-14", 26400),
    ({"percent": 20}, "2026-05-01", 26400),
    ({"percent": 100}, "2027-03-13", 12000 * 11),
    ({"amount": 9900}, "2026-05-14", 9900),
    ({"amount": 9900}, "2027-04-13", 9900),
    ({"amount": 9900}, "2027-04-14", 0),
    ({"percent": 20}, "2027-04-14", 0),
]


@pytest.mark.parametrize(("penalty", "ends", "cost"), PENALTIES)
def test_what_leaving_within_the_commitment_costs(
    penalty: dict[str, int], ends: str, cost: int
) -> None:
    glow = committed(penalty)
    assert glow.cancel("04-20", ends)["penalty"] == cost


def committed(penalty: dict[str, int]) -> Altered:
    glow = club()
    terms = {"cancellation": {"penalty": penalty}, "billing": {"commitment_cycles": 12}}
    glow.offers("bound", 12000, **terms)
    glow.joins("04-15", offer="bound", paid=12000)
    glow.consent("04-15", "cancellation")
    return glow


def test_the_value_left_covers_the_penalty_and_the_rest_is_owed() -> None:
    """8.3; row 19 when it is paid."""
    glow = committed({"percent": 20})
    answer = glow.cancel("04-24")
    left = 12000 - 2286
    assert (answer["penalty"], answer["forfeited"]) == (26400, left)
    assert answer["owed"] == 26400 - left
    assert glow.pay("04-25", 20000).code is Code.AMOUNT_MISMATCH
    glow.pay("04-25", 10000)
    assert glow.journal()[-1] == ("04-25", "19", {"1020": 10000, "4040": -10000})
    assert glow.contract().owed == 26400 - left - 10000
    glow.pay("04-26", 26400 - left - 10000)
    assert glow.contract().owed == 0


def test_without_the_clause_the_penalty_takes_nothing_that_was_paid() -> None:
    glow = club()
    terms = {"cancellation": {"penalty": {"amount": 5000}}, "billing": {"commitment_cycles": 12}}
    glow.offers("bound", 12000, **terms)
    glow.joins("04-15", offer="bound", paid=12000)
    answer = glow.cancel("04-24")
    assert (answer["forfeited"], answer["credited"], answer["owed"]) == (0, 9714, 5000)
    glow.pay("04-25", 5000, tender="store_credit")
    assert glow.journal()[-1] == ("04-25", "19", {"2180": 5000, "4040": -5000})
    assert glow.credit() == 4714


def test_under_escheat_the_penalty_is_kept_and_the_rest_held() -> None:
    glow = Altered({})
    terms = {"cancellation": {"penalty": {"amount": 5000}}, "billing": {"commitment_cycles": 12}}
    glow.offers("bound", 12000, **terms)
    glow.joins("04-15", offer="bound", paid=12000)
    glow.consent("04-15", "cancellation")
    answer = glow.cancel("04-24")
    assert (answer["forfeited"], answer["held"], answer["owed"]) == (5000, 4714, 0)
    assert glow.contract().deferred(day("04-24")) == 4714


def test_a_part_payment_for_a_cycle_never_granted_becomes_store_credit() -> None:
    glow = club()
    glow.joins("04-15", tax=1200)
    glow.consent("04-15", "cancellation")
    glow.pay("04-16", 6600)
    answer = glow.cancel("04-20")
    assert (answer["forfeited"], answer["credited"], answer["owed"]) == (0, 6600, 0)
    assert glow.accounts() == {"1020": 6600, "2180": -6600}
    assert glow.credit() == 6600


def test_a_committed_cycle_that_nobody_paid_is_owed_and_grants_nothing_after_the_end() -> None:
    """It cannot be cancelled (6.3, 10.3): what falls due for good is forfeited with the rest."""
    glow = club()
    glow.offers("bound", 12000, billing={"commitment_cycles": 3})
    glow.joins("04-15", offer="bound", paid=12000)
    glow.consent("04-15", "cancellation")
    glow.passes("05-20")
    assert glow.cancel("05-20")["forfeited"] == 12000
    glow.pay("05-21", 12000)
    assert glow.cycles()[-1] == ("05-15", "06-14", "due")
    assert glow.contract().deferred(day("06-20")) == 0
    assert glow.accounts()["4040"] == -12000


def test_an_end_that_was_past_is_booked_on_its_day() -> None:
    glow = pack()
    glow.cancel("05-20", "2026-05-10", received_at=at("05-09"))
    assert [item[0] for item in glow.told(c.ContractEnded)] == ["05-10"]


def test_the_request_says_how_it_came() -> None:
    glow = pack()
    glow.cancel("05-10", "period_end", channel="post", communication="mail-1")
    [asked] = glow.events(c.CancellationRequested)
    assert (asked.channel, asked.communication, asked.received_on) == (
        "post",
        "mail-1",
        day("05-10"),
    )
    assert asked.ends == day("07-29")


def test_a_notice_may_be_brought_forward_but_not_repeated() -> None:
    glow = pack()
    glow.cancel("05-10", "period_end")
    assert glow.cancel("05-11", "period_end").code is Code.CANCELLED
    assert glow.cancel("05-11", "2026-06-01")["ends"] == "2026-06-01"
    glow.passes("06-02")
    assert glow.contract().ended_on == day("06-01")
    assert glow.cancel("06-03").code is Code.CANCELLED


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("2026-05-09", {}, "data.effective"),
    ("now", {"received_at": at("05-11")}, "data.received_at"),
]


@pytest.mark.parametrize(("effective", "more", "field"), REFUSALS)
def test_what_cannot_be_cancelled(effective: str, more: dict[str, Any], field: str) -> None:
    refusal = pack().cancel("05-10", effective, **more)
    assert (refusal.code, refusal.field) == (Code.INVALID, field)


def test_a_notice_that_is_not_over_is_named() -> None:
    glow = pack(cancellation={"notice_days": 10})
    refusal = glow.cancel("05-10", "2026-05-19")
    assert (refusal.code, refusal.details) == (Code.INVALID, {"earliest": "2026-05-20"})
