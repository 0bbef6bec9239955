"""Value nobody claims: due to the state, paid to it, or claimed before (7.8, rows 21 to 23).

The rows are examples of how a law is written down, not law.
"""

from typing import Any

import pytest

from aggregates import dormancy, dormant_credit, due, unclaimed
from aggregates.dormant_credit import dormant_credits, has_credit_law
from aggregates.patient.events import StoreCreditDormant
from aggregates.patient.orders import (
    ClaimUnclaimed,
    CreditDormancy,
    RemitUnclaimed,
)
from aggregates.subscription import events as e
from aggregates.subscription.cycle_orders import Dormancy
from ledger.codes import Code, Refused
from tests.aggregates.test_lawtables import law
from tests.support.clinic import consent, day, parsed, sessions
from tests.support.corrections import Desk

HELD = law("AL", dormancy_months=36, trigger="expiry")
CREDIT = law("AL", "credit_balance", dormancy_months=12, trigger="last_activity")
UNCASHED = law("AL", "refund_uncashed", dormancy_months=12, trigger="expiry")
SOLD = "01-05"


class Owner(Desk):
    """p-1 lives in Alabama, whose law has a row for each kind of value."""

    def opens(self, **more: Any) -> "Owner":
        sessions(100000, 10, clinic=self)
        self.sell(SOLD, "six", consent=consent(), **more)
        self.pay("01-06", 100000)
        return self

    def elapses(self, on: str) -> Any:
        context = self.context(on)
        order = Dormancy(subscription="s-1")
        return self.take(context, dormancy.reach_dormancy(context, order, self.contract()))

    def credit_elapses(self, on: str) -> Any:
        context, patient = self.context(on), self.state("patient", "p-1")
        order = CreditDormancy(patient="p-1")
        decision = dormant_credit.reach_credit_dormancy(
            context, order, patient, self.state("clinic")
        )
        return self.take(context, decision)

    def remits(self, on: str, amount: int) -> Any:
        fields = {"remittance": "al-1", "amount": amount}
        order = parsed(RemitUnclaimed, fields | {"subscriptions": ("s-1",), "patients": ("p-1",)})
        context = self.context(on)
        contracts, patients = {"s-1": self.contract()}, {"p-1": self.state("patient", "p-1")}
        decision = unclaimed.remit_unclaimed(context, order, contracts, patients)
        return self.take(context, decision)

    def claims(self, on: str) -> Any:
        context, patient = self.context(on), self.state("patient", "p-1")
        order = ClaimUnclaimed(patient="p-1")
        contracts = {"s-1": self.contract()}
        return self.take(context, unclaimed.claim_unclaimed(context, order, patient, contracts))

    def rows(self) -> list[tuple[str, dict[str, int]]]:
        """The entries of rows 21 to 23."""
        return [(row, lines) for _, row, lines in self.journal() if row in ("21", "22", "23")]


def clinic(**policies: Any) -> Owner:
    owner = Owner({"escheat": [HELD, CREDIT, UNCASHED]} | policies)
    owner.registers("al")
    return owner


def dormant() -> Owner:
    """Ten sessions for 1,000.00 that lapsed on 4 April 2026, due to the state since 2029."""
    owner = clinic().opens()
    owner.tick("04-05")
    assert owner.elapses("2029-04-05") == {"dormant": ["session.1"]}
    return owner


def test_the_state_is_paid_what_the_books_say_is_due() -> None:
    owner = dormant()
    refusal = owner.remits("2029-11-01", 99999)
    assert isinstance(refusal, Refused)
    assert (refusal.code, refusal.details) == (Code.AMOUNT_MISMATCH, {"due": 100000})
    assert owner.remits("2029-11-01", 100000) == {"remittance": "al-1", "owners": 1}
    assert owner.rows() == [
        ("21", {"2100 session": 100000, "2300": -100000}),
        ("22", {"2300": 100000, "1010": -100000}),
    ]
    assert owner.accounts() == {"1010": -100000, "1020": 100000}
    again = owner.remits("2029-11-02", 100000)
    assert isinstance(again, Refused)
    late = owner.claims("2029-11-02")
    assert isinstance(late, Refused)
    assert late.code is Code.CONFLICT


def test_an_owner_who_comes_back_in_time_has_his_units_reinstated() -> None:
    """Row 23, then 7.7: value that is held comes back without an entry."""
    owner = dormant()
    assert owner.claims("2029-06-01") == {"patient": "p-1", "amount": 100000}
    assert owner.rows()[-1] == ("23", {"2300": 100000, "2100 session": -100000})
    assert (owner.lot().held, owner.lot().unclaimed, owner.lot().escheated) == (100000, 0, 0)
    owner.reinstate("2029-06-01", until="2029-12-31")
    assert [row["prepaid"] for row in owner.visit("2029-07-01", "v1", "session")] == [10000]
    assert owner.accounts() == {"1020": 100000, "2100": -90000, "4000": -10000}


def test_what_was_claimed_grows_dormant_anew_from_that_day() -> None:
    owner = dormant()
    owner.claims("2029-06-01")
    assert due.next_due(owner.contract()) == day("2032-06-01")
    assert owner.elapses("2032-06-02") == {"dormant": ["session.1"]}
    assert owner.accounts() == {"1020": 100000, "2300": -100000}


def refunded() -> Owner:
    """A refund of all 1,000.00 on 1 February that nobody cashed."""
    owner = clinic().opens()
    owner.refund("02-01", paid=False)
    return owner


def test_a_refund_nobody_cashed_goes_to_the_state_after_its_months() -> None:
    owner = refunded()
    assert owner.elapses("2027-02-01") == {"dormant": []}
    assert owner.elapses("2027-02-02") == {"dormant": ["r-1"]}
    assert owner.rows() == [("21", {"2170": 100000, "2300": -100000})]
    assert owner.elapses("2030-01-01") == {"dormant": []}
    assert owner.remits("2027-11-01", 100000) == {"remittance": "al-1", "owners": 1}
    refusal = owner.settle("2027-12-01", "paid")
    assert isinstance(refusal, Refused)
    assert refusal.code is Code.CONFLICT


def test_a_refund_cashed_before_the_state_was_paid_is_the_owners_again() -> None:
    owner = refunded()
    owner.elapses("2027-02-02")
    owner.settle("2027-05-01", "paid")
    assert owner.rows()[-1] == ("23", {"2300": 100000, "2170": -100000})
    assert owner.accounts() == {}
    assert owner.elapses("2031-01-01") == {"dormant": []}


@pytest.mark.parametrize("status", ["paid", "failed"])
def test_a_refund_is_uncashed_only_while_it_is_payable(status: str) -> None:
    owner = refunded()
    owner.settle("02-03", "paid")
    owner.settle("03-03", status)
    expected = [] if status == "paid" else ["r-1"]
    assert owner.elapses("2027-03-03") == {"dormant": []}
    assert owner.elapses("2027-03-04") == {"dormant": expected}


def credited() -> Owner:
    """1,000.00 of store credit since 1 February."""
    owner = clinic().opens()
    owner.refund("02-01", to="store_credit")
    return owner


def test_store_credit_nobody_spends_goes_to_the_state() -> None:
    owner = credited()
    assert owner.credit_elapses("2027-02-01") == {"patient": "p-1", "parts": 0}
    assert owner.credit_elapses("2027-02-02") == {"patient": "p-1", "parts": 1}
    assert owner.rows() == [("21", {"2180": 100000, "2300": -100000})]
    assert owner.state("patient", "p-1").store_credit == 0
    assert owner.credit_elapses("2040-01-01") == {"patient": "p-1", "parts": 0}
    assert owner.remits("2027-11-01", 100000) == {"remittance": "al-1", "owners": 1}
    assert owner.accounts() == {"1010": -100000, "1020": 100000}


def test_spending_some_of_it_is_an_act_of_the_owner() -> None:
    owner = credited()
    owner.use_credit("06-01", 40000)
    [(on, event)] = dormant_credits(owner.state("patient", "p-1"), owner.state("clinic"))
    assert (on, event.amount) == (day("2027-06-01"), 60000)


def test_credit_claimed_in_time_can_be_spent_again() -> None:
    owner = credited()
    owner.credit_elapses("2027-02-02")
    assert isinstance(owner.use_credit("2027-03-01", 1), Refused)
    assert owner.claims("2027-03-01") == {"patient": "p-1", "amount": 100000}
    assert owner.rows()[-1] == ("23", {"2300": 100000, "2180": -100000})
    assert owner.use_credit("2027-03-01", 100000) == {"use": "u-1", "store_credit": 0}


def test_the_states_percent_goes_once_and_the_rest_stays_the_owners() -> None:
    owner = clinic(escheat=[CREDIT | {"percent": 60}]).opens()
    owner.refund("02-01", to="store_credit")
    owner.credit_elapses("2027-02-02")
    owner.credit_elapses("2029-02-02")
    [event] = owner.events(StoreCreditDormant)
    assert (event.amount, owner.state("patient", "p-1").store_credit) == (60000, 40000)


def test_credit_is_spent_from_the_oldest_on() -> None:
    """Two refunds a month apart, by an owner whom only the day of each credit counts for."""
    owner = clinic(escheat=[CREDIT | {"trigger": "sale"}]).opens()
    owner.refund("02-01", to="store_credit", lines=({"line": "session", "quantity": "4"},))
    owner.refund("03-01", refund="r-2", to="store_credit")
    owner.use_credit("03-02", 50000)
    found = dormant_credits(owner.state("patient", "p-1"), owner.state("clinic"))
    assert [(on, event.amount) for on, event in found] == [(day("2027-03-01"), 50000)]


@pytest.mark.parametrize("policy", ["subject", "exempt", [HELD], [CREDIT | {"subject": False}]])
def test_without_a_row_for_credit_it_stays_the_owners(policy: Any) -> None:
    owner = clinic(escheat=policy).opens()
    owner.refund("02-01", to="store_credit")
    assert not has_credit_law(owner.state("clinic"))
    assert owner.credit_elapses("2090-01-01") == {"patient": "p-1", "parts": 0}
    assert owner.events(e.Refunded)
