"""Two changes of one contract that meet: what the one leaves, the other must not miss."""

from typing import Any

import pytest

from aggregates.subscription.change_events import PlanChanged
from aggregates.subscription.events import DisputeSettled, DrawReversed, LotExpired
from ledger.codes import Code
from projections.journal.steps import steps_of
from tests.support.alterations import Altered
from tests.support.clinic import Glow, counts, day, sessions
from tests.support.club import MASSAGE, SAUNA
from tests.support.corrections import Desk
from tests.support.holds import hold

THIRDS = [{"due": due, "amount": 33333 + (due == "+0d")} for due in ("+0d", "+30d", "+60d")]
PLAN = {"kind": "plan", "instalments": THIRDS, "cancellable": False}
CHAT = {"kind": "access", "line": "chat", "access": ["messaging"], "ssp": 6000}


class Whole(Altered, Desk):
    """A club with every command."""


def club() -> Whole:
    """Services are exempt from escheat; `silver` costs 120.00 a month, `gold` 200.00."""
    glow = Whole({"escheat": "exempt"})
    glow.offers()
    glow.gold()
    return glow


def plain(**more: Any) -> dict[str, Any]:
    return {"kind": "units", "line": "massage", "services": ["massage"], "quantity": 4} | more


def first_use() -> Whole:
    """Units and access that run from the first visit on; the visit is still to come."""
    glow = club()
    glow.publish("gym", 30000, [plain(), CHAT], term={"days": 60}, validity="first_use")
    glow.sell("04-01", "gym")
    glow.consent("04-01", "cancellation")
    glow.pay("04-01", 30000, charge="ch-1")
    return glow


def liability(glow: Glow) -> int:
    return -sum(amount for code, amount in glow.accounts().items() if "2100" <= code <= "2140")


def test_a_void_sale_holds_nothing_for_a_booking_and_owes_no_tax() -> None:
    billing = {"kind": "once", "cancellable": False, "draw_before_payment": True}
    glow = sessions(60000, 6, billing=billing)
    glow.sell("01-05", "six", tax=600)
    hold(glow, "01-06", "b-1", "01-20", "session")
    glow.void("01-07")
    contract, lot = glow.contract(), glow.lot()
    assert counts(lot.granted, lot.remaining, lot.free) == ["0", "0", "0"]
    assert (dict(contract.holds), contract.tax_funded, glow.accounts()) == ({}, 0, {})


def test_what_is_written_off_cannot_be_void() -> None:
    glow = club()
    glow.publish("due", 24000, [plain()], billing={"kind": "once", "cancellable": False})
    glow.sell("04-01", "due", tax=1000)
    assert glow.write_off("04-02", 25000)["delivered"] == 1000
    assert glow.void("04-03").code is Code.AMOUNT_MISMATCH


def test_a_credit_note_takes_off_only_what_stands_unpaid() -> None:
    """Row 35: what time has earned of the instalment is delivered, to the cent."""
    glow = club()
    glow.publish("owed", 100000, [plain(), CHAT], term={"days": 100}, billing=PLAN)
    glow.sell("04-01", "owed")
    glow.note("04-01", 33333)
    assert all(lot.funded >= 0 for lot in glow.contract().lots.values())
    assert glow.accounts()["4920"] == 199


def test_a_credit_note_leaves_lines_that_are_paid_alone() -> None:
    glow = club()
    glow.publish("pack", 24000, [plain()], term={"days": 60})
    glow.sell("04-01", "pack")
    glow.pay("04-01", 24000)
    glow.modify("04-02", 6000, {"line": "massage", "quantity": "1"}, method="separate")
    glow.note("04-03", 100)
    lots = glow.contract().lots.values()
    assert [(lot.allocated, lot.unfunded) for lot in lots] == [(24000, 0), (5900, 5900)]


def test_what_is_written_off_of_a_committed_cycle_is_not_asked_for_again() -> None:
    glow = club()
    glow.offers("bound", 12000, billing={"commitment_cycles": 3})
    glow.joins("04-15", offer="bound")
    glow.write_off("04-16", 5000)
    glow.passes("04-20")
    contract = glow.contract()
    assert (contract.owed, contract.receivable, liability(glow)) == (7000, 7000, 7000)


def test_a_line_that_has_not_begun_ends_once_and_does_not_run_afterwards() -> None:
    """Its value ends with the contract (7.6), whatever late visit begins its days."""
    glow = first_use()
    assert glow.cancel("04-10")["forfeited"] == 30000
    glow.visit("04-09", "v1", "massage")
    assert glow.lot("chat").value_left(day("04-11")) == 0
    assert (liability(glow), glow.contract().deferred(day("07-01"))) == (0, 0)


def test_what_is_held_of_a_line_that_has_not_begun_is_not_earned_by_a_late_visit() -> None:
    glow = Whole({})
    glow.publish("gym", 30000, [SAUNA, CHAT], term={"days": 60}, validity="first_use")
    glow.sell("04-01", "gym")
    glow.consent("04-01", "cancellation")
    glow.pay("04-01", 30000)
    assert glow.cancel("04-10")["held"] == 30000
    glow.visit("04-09", "v1", "sauna")
    assert glow.contract().deferred(day("07-01")) == 30000


def test_a_line_that_has_not_begun_loses_a_part_to_a_dispute() -> None:
    glow = first_use()
    glow.dispute("04-05", 1000)
    glow.close_dispute("04-06", "lost", amount=1000)
    [settled] = glow.events(DisputeSettled)
    body = settled.model_dump(mode="json", exclude_none=True)
    kinds = [row[6] for row in steps_of("DisputeSettled", "s-1", 1, day("04-06"), body)]
    assert kinds == ["fix"]
    glow.visit("04-09", "v1", "massage")
    lot = glow.lot("chat")
    assert lot.accrued(day("07-01")) == lot.allocated == lot.funded


def test_a_plan_changes_around_units_that_a_dispute_holds() -> None:
    glow = club()
    glow.joins("04-15")
    glow.pay("04-15", 12000, charge="ch-1")
    glow.change_plan("04-16", "gold", "04-20")
    glow.dispute("04-17", 12000)
    glow.passes("04-21")
    assert counts(glow.lot("massage").remaining, glow.lot("massage").free) == ["1", "0"]
    assert glow.lot("massage").value_left(day("04-21")) == 5143


def test_what_was_over_before_the_end_expires_though_nobody_ticked() -> None:
    glow = club()
    glow.joins("04-15", paid=12000)
    glow.consent("04-15", "expiry", "cancellation")
    glow.cancel("06-20")
    assert glow.contract().deferred(day("06-20")) == 0
    assert glow.lot("massage").expired == 1


def test_units_that_thaw_after_the_end_expire_at_once() -> None:
    glow = club()
    glow.joins("04-15")
    glow.consent("04-15", "cancellation")
    glow.pay("04-15", 12000, charge="ch-1")
    glow.dispute("04-17", 12000)
    glow.cancel("04-18")
    glow.close_dispute("04-20", "won")
    assert counts(glow.lot("massage").remaining, glow.lot("massage").expired) == ["0", "1"]
    assert glow.contract().deferred(day("04-20")) == 0


def test_units_from_elsewhere_take_no_tax_of_a_membership_along() -> None:
    """What lapses with a cycle gives back only tax that was paid for it (row 20a)."""
    glow = club()
    glow.publish("pack", 24000, [plain(line="peel")], term={"days": 40}, transferable=True)
    glow.joins("04-15", subscription="s-2", tax=600, paid=12600)
    glow.sell("04-15", "pack")
    glow.transfer("04-16", "1", line="peel", to_patient="p-1")
    for to in ("05-14", "05-20", "06-20", "07-20"):
        glow.passes(to, "s-2")
    assert (glow.contract("s-2").tax_funded, glow.accounts()["2200"]) == (600, -600)


def test_tax_that_was_given_back_is_not_credited_with_a_lapsed_cycle() -> None:
    glow = club()
    glow.joins("04-15", tax=1000, paid=13000)
    glow.pay("04-16", 12999)
    glow.refund("04-17", amount=25000, goodwill=True)
    glow.passes("06-20")
    contract = glow.contract()
    assert 0 <= contract.tax_returned <= contract.tax_funded


def duo(glow: Whole) -> None:
    """A massage for 60.00 and a peel for 100.00 a month; a massage more for 50.00, unpaid, and both
    of them used: 50.00 of the peel's money stand for them.
    """
    glow.service("peel", 10000)
    peel = {"kind": "units", "line": "peel", "services": ["peel"], "quantity": "1"}
    glow.offers("duo", 16000, lines=[MASSAGE, peel])
    glow.joins("01-15", offer="duo", paid=16000)
    glow.consent("01-15", "expiry", "cancellation")
    glow.modify("01-20", 5000, {"line": "massage", "quantity": "1"}, method="catch_up")
    for visit in ("v-1", "v-2"):
        assert glow.visit("01-21", visit, "massage")[0]["covered"] == "1"


def test_a_cycle_is_granted_once_what_is_owed_is_paid_whatever_lapsed_before() -> None:
    glow = club()
    duo(glow)
    glow.passes("02-15")
    assert glow.contract().owed == 16000
    glow.pay("02-15", 16000)
    assert glow.contract().owed == 0
    assert [status for *_, status in glow.cycles()] == ["granted", "granted"]
    assert glow.visit("02-16", "v-3", "peel", "massage")[1]["covered"] == "1"
    assert glow.ties("02-16")


def test_money_that_is_kept_for_what_was_drawn_ahead_is_kept_once() -> None:
    """The peel of January gives up 50.00 for the massages; that of February nothing more."""
    glow = club()
    duo(glow)
    glow.passes("02-15")
    glow.pay("02-15", 16000)
    glow.passes("03-15")
    lapsed = [(new.grant, new.forfeited, new.waived) for new in glow.events(LotExpired)]
    assert lapsed == [("peel.1", 5000, 5000), ("massage.2", 6000, 0), ("peel.2", 10000, 0)]
    assert glow.contract().deferred(day("03-15")) == 0


@pytest.mark.parametrize(
    ("price", "refunds", "back"),
    [(-40000, False, [10000, 2000]), (-40000, True, [10000, 2000]), (20000, False, [10000, 14000])],
)
def test_what_a_catch_up_measured_anew_is_not_taken_back_twice(
    price: int, refunds: bool, back: list[int]
) -> None:
    """Two of ten sessions at 100.00 each, then 60.00 or 120.00 with hindsight: revenue of what is
    undone is taken back to the cent, and never falls below nothing.
    """
    glow = Whole({"escheat": "exempt"})
    glow.service("session", 10000)
    line = {"kind": "units", "line": "session", "services": ["session"], "quantity": 10}
    glow.publish("ten", 100000, [line], term={"months": 6})
    glow.sell("01-05", "ten")
    glow.pay("01-05", 100000)
    for visit in ("v-1", "v-2"):
        glow.visit("01-06", visit, "session")
    glow.modify("02-01", price, method="catch_up")
    if refunds:
        glow.refund("02-02")
    for visit in ("v-1", "v-2"):
        glow.reverse("02-03", visit)
    assert [draw.amount for draw in glow.events(DrawReversed)] == back
    assert glow.lot().earned == 0
    assert glow.ties("02-03")


def test_a_change_arranged_for_a_day_in_a_pause_waits_for_its_end() -> None:
    """Nobody knows yet when the clock goes on; from the first day back on it is the new plan."""
    glow = club()
    glow.sell("01-05", "silver")
    glow.pay("01-05", 12000)
    glow.change_plan("01-06", "gold", "2026-01-12")
    glow.pause("01-07", "01-08")
    glow.passes("01-20")
    assert glow.contract().changes_on == day("01-12")
    glow.resume("01-21")
    glow.passes("01-22")
    [changed] = glow.events(PlanChanged)
    assert (changed.starts, changed.ends) == (day("01-21"), day("02-18"))
