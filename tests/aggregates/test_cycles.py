"""Cycles of a membership: due on their first day, granted when paid, lapsed when not (6.3)."""

from datetime import timedelta

import pytest

from aggregates.subscription import cycle_events as c
from aggregates.subscription import events as e
from ledger.codes import Code, Refused
from tests.support.clinic import counts, day
from tests.support.club import MASSAGE, SAUNA, Club

SILVER = {"2110 sauna": -6857, "2110 massage": -5143}


@pytest.fixture
def club() -> Club:
    return Club().offers()


def test_the_story_of_a_third_cycle_unpaid(club: Club) -> None:
    """accounting.md 21.3, up to the upgrade: nothing is booked, nothing owed for cycle 3."""
    club.joins("01-15", paid=12000)
    club.consent("01-15", "refund", "cancellation", "expiry")
    club.visit("01-20", "v-1", "massage")
    club.passes("02-15")
    club.pay("02-15", 12000)
    club.passes("03-15")
    for on, attempt in (("03-15", "a1"), ("03-16", "a2"), ("03-18", "a3"), ("03-25", "a4")):
        assert club.fails(on, attempt) == {"attempt": attempt, "cycle": 3}
    [row] = club.visit("03-20", "v-2", "sauna")
    assert (row["covered"], row["reason"]) == ("0", "unpaid")
    club.passes("04-15")
    assert club.contract().owed == 12000
    club.pay("04-15", 12000)
    assert club.journal() == [
        ("01-15", "6", {"1020": 12000, **SILVER}),
        ("01-20", "9", {"2110 massage": 5143, "4000": -5143}),
        ("02-15", "6", {"1020": 12000, **SILVER}),
        ("03-14", "20", {"2110 massage": 5143, "4030": -5143}),
        ("04-15", "6", {"1020": 12000, **SILVER}),
    ]
    assert club.cycles() == [
        ("01-15", "02-14", "granted"),
        ("02-15", "03-14", "granted"),
        ("03-15", "04-14", "lapsed"),
        ("04-15", "05-14", "granted"),
    ]
    accrued = [club.lot("sauna").accrued(day("01-31")), club.lot("sauna").accrued(day("02-28"))]
    assert accrued == [3760, 6857]
    assert (club.contract().owed, club.credit()) == (0, 0)
    assert club.passes("04-15") == []


def test_sale_payment_and_grant_are_one_append(club: Club) -> None:
    club.joins("01-15", paid=12000)
    assert [type(item.event).__name__ for item in club.history[-5:]] == [
        "PackageSold",
        "SubscriptionAdded",
        "PaymentReceived",
        "PaymentRegistered",
        "CycleGranted",
    ]


def test_before_it_is_paid_a_cycle_grants_accrues_and_books_nothing(club: Club) -> None:
    club.joins("01-15")
    lot, sauna = club.lot("massage"), club.lot("sauna")
    assert counts(lot.granted, lot.remaining) == ["0", "0"]
    assert (sauna.accrued(day("02-14")), club.journal(), club.contract().owed) == (0, [], 12000)
    [row] = club.visit("01-20", "v-1", "massage")
    assert (row["covered"], row["reason"]) == ("0", "unpaid")


def test_the_first_payment_at_the_first_visit_is_not_asked_for_twice(club: Club) -> None:
    """product.md 67: the subscription is billed from the next cycle on."""
    club.joins("01-15")
    club.pay("01-15", 12000)
    club.visit("01-15", "v-1", "massage")
    assert club.contract().owed == 0
    assert club.passes("02-14") == []
    assert club.passes("02-15") == [("02-15", "renew"), ("02-15", "signal")]


MONTH_ENDS = [
    # first day, first days of the cycles that follow
    ("2026-01-31", ["02-28", "03-31", "04-30", "05-31"]),
    ("2026-01-30", ["02-28", "03-30", "04-30", "05-30"]),
    ("2027-12-31", ["01-31", "02-29", "03-31", "04-30"]),
    ("2026-01-15", ["02-15", "03-15", "04-15", "05-15"]),
]


@pytest.mark.parametrize(("start", "following"), MONTH_ENDS)
def test_cycles_are_anchored_to_the_first_day(club: Club, start: str, following: list[str]) -> None:
    club.joins(start)
    club.passes(str(day(start) + timedelta(days=125)))
    cycles = club.contract().cycles
    assert [f"{cycle.starts:%m-%d}" for cycle in cycles.values()][1:5] == following
    ends = [cycle.ends for cycle in cycles.values()]
    assert [cycle.starts for cycle in cycles.values()][1:] == ends[:-1]


@pytest.mark.parametrize(
    ("every", "second", "third"),
    [
        ("week", "2028-03-07", "2028-03-14"),
        ("quarter", "2028-05-29", "2028-08-29"),
        ("year", "2029-02-28", "2030-02-28"),
    ],
)
def test_a_cycle_may_be_a_week_a_quarter_or_a_year(every: str, second: str, third: str) -> None:
    club = Club().offers(billing={"every": every})
    club.joins("2028-02-29")
    club.passes(third)
    cycles = club.contract().cycles
    assert (cycles[2].starts, cycles[3].starts) == (day(second), day(third))


def test_each_cycle_has_lots_of_its_own(club: Club) -> None:
    club.joins("01-15", paid=12000)
    club.passes("02-15")
    club.pay("02-15", 12000)
    lots = club.contract().lots
    assert list(lots) == ["sauna.1", "massage.1", "sauna.2", "massage.2"]
    lot = lots["massage.2"]
    assert (lot.starts, lot.expires, lot.allocated) == (day("02-15"), day("03-14"), 5143)


def test_a_payment_needs_no_tick_before_it(club: Club) -> None:
    """It brings what fell due and lapsed by its day in the same append, on its own days."""
    club.joins("01-15", paid=12000)
    club.pay("04-15", 12000)
    told = [
        (f"{item.effective_on:%m-%d}", type(item.event).__name__)
        for item in club.history[-8:]
        if item.stream == "glow/subscription/s-1"
    ]
    assert told == [
        ("02-15", "CycleDue"),
        ("03-14", "CycleLapsed"),
        ("03-15", "CycleDue"),
        ("04-14", "CycleLapsed"),
        ("04-15", "CycleDue"),
        ("04-15", "PaymentReceived"),
        ("04-15", "CycleGranted"),
    ]
    assert club.passes("04-15") == [("02-14", "expire")]


class TestPayingAhead:
    def test_one_cycle_may_be_paid_ahead(self, club: Club) -> None:
        club.joins("01-15", paid=12000)
        assert club.pay("02-10", 12000) == {"payment": "pay-2", "owed": 0}
        lot = club.contract().lots["sauna.2"]
        assert (lot.starts, lot.accrued(day("02-14")), lot.accrued(day("03-14"))) == (
            day("02-15"),
            0,
            6857,
        )
        [row] = club.visit("02-12", "v-1", "massage:2")
        assert (row["covered"], row["draws"][0]["grant"]) == ("1", "massage.1")
        assert club.passes("02-15") == []

    def test_not_two(self, club: Club) -> None:
        club.joins("01-15", paid=12000)
        refused = club.pay("02-10", 24000)
        assert isinstance(refused, Refused)
        assert (refused.code, refused.field) == (Code.AMOUNT_MISMATCH, "data.amount")
        club.pay("02-10", 12000)
        assert isinstance(club.pay("02-11", 1), Refused)
        assert club.cycles()[-1] == ("02-15", "03-14", "granted")

    def test_a_part_is_due_on_the_first_day(self, club: Club) -> None:
        club.joins("01-15", paid=12000)
        club.pay("02-10", 5000)
        assert (club.contract().owed, club.due("02-10"), club.due("02-15")) == (7000, 0, 7000)
        assert club.lot("sauna").unfunded == 0
        club.pay("02-15", 7000)
        assert club.cycle(2).status == "granted"

    def test_what_a_service_reports_beyond_that_is_overpaid(self, club: Club) -> None:
        club.joins("01-15", paid=12000)
        club.pay("02-10", 30000, role="service")
        assert club.journal()[-1] == ("02-10", "6", {"1020": 30000, **SILVER, "2180": -18000})

    def test_a_cycle_is_paid_in_full_before_the_next_one_gets_anything(self, club: Club) -> None:
        club.joins("01-15")
        club.pay("01-15", 20000)
        assert club.journal()[-1][2] == {"1020": 20000, "2110 sauna": -11428, "2110 massage": -8572}
        assert [club.cycle(number).status for number in (1, 2)] == ["granted", "due"]
        assert club.contract().owed == 4000


def test_a_part_payment_of_a_lapsed_cycle_becomes_store_credit() -> None:
    """Row 20a, and its tax with it; nothing is owed for the cycle."""
    club = Club().offers()
    club.joins("01-15", tax=1200)
    club.pay("01-15", 6600)
    club.passes("02-15")
    assert club.journal() == [
        ("01-15", "6", {"1020": 6600, "2110 sauna": -3429, "2110 massage": -2571, "2200": -600}),
        ("02-14", "20a", {"2110 sauna": 3429, "2110 massage": 2571, "2200": 600, "2180": -6600}),
    ]
    contract = club.contract()
    assert (contract.paid, contract.owed, club.credit()) == (0, 13200, 6600)
    club.pay("02-15", 13200)
    assert club.journal()[-1][2]["2200"] == -1200
    assert club.contract().owed == 0


class TestCommitment:
    """Within `commitment_cycles` a cycle is receivable when it falls due, and stays owed (10.3)."""

    @pytest.fixture
    def bound(self) -> Club:
        club = Club().offers(billing={"commitment_cycles": 3})
        club.joins("01-15", paid=12000)
        club.passes("02-15")
        return club

    def test_what_falls_due_is_receivable(self, bound: Club) -> None:
        assert bound.journal()[-1] == ("02-15", "4", {"1100": 12000, **SILVER})
        bound.pay("02-15", 12000)
        assert bound.journal()[-1] == ("02-15", "5", {"1020": 12000, "1100": -12000})
        assert bound.cycle(2).status == "granted"

    def test_money_settles_the_earliest_first(self, bound: Club) -> None:
        bound.passes("03-15")
        bound.pay("03-15", 15000)
        lots = bound.contract().lots
        assert [lots[f"massage.{number}"].billed for number in (2, 3)] == [0, 3857]
        assert [cycle.status for cycle in bound.contract().cycles.values()][1:] == [
            "granted",
            "due",
        ]

    def test_it_does_not_lapse(self, bound: Club) -> None:
        bound.passes("03-15")
        assert bound.cycles()[1:] == [("02-15", "03-14", "due"), ("03-15", "04-14", "due")]
        assert (bound.contract().owed, bound.overdue("03-15")) == (24000, day("02-15"))
        [row] = bound.visit("03-16", "v-1", "massage")
        assert row["reason"] == "unpaid"

    def test_after_the_commitment_it_lapses_again(self, bound: Club) -> None:
        bound.passes("06-15")
        statuses = [cycle.status for cycle in bound.contract().cycles.values()]
        assert statuses == ["granted", "due", "due", "lapsed", "lapsed", "due"]
        assert bound.contract().receivable == 24000

    def test_paid_ahead_it_is_funded_and_only_the_rest_falls_due(self, bound: Club) -> None:
        bound.pay("02-15", 12000)
        bound.pay("03-01", 5000)
        assert bound.journal()[-1][1] == "6"
        bound.passes("03-15")
        date, row, lines = bound.journal()[-1]
        assert (date, row, lines["1100"]) == ("03-15", "4", 7000)
        assert bound.contract().receivable == bound.contract().owed == 7000

    def test_a_contract_sold_ahead_falls_due_on_its_first_day(self) -> None:
        club = Club().offers(billing={"commitment_cycles": 2})
        club.joins("01-05", starts=day("01-15"))
        assert club.journal() == []
        assert club.passes("01-15") == [("01-15", "renew"), ("01-15", "signal")]
        assert club.journal() == [("01-15", "4", {"1100": 12000, **SILVER})]


class TestSetupFee:
    """It stays in 2140 and is earned by day over the commitment, else the first cycle (5.8)."""

    @pytest.mark.parametrize(("cycles", "last"), [(None, "02-14"), (3, "04-14")])
    def test_it_is_asked_for_and_funded_with_the_first_cycle(
        self, cycles: int | None, last: str
    ) -> None:
        more = {} if cycles is None else {"commitment_cycles": cycles}
        club = Club().offers(billing={"setup_fee": 9000} | more)
        club.joins("01-15")
        assert club.contract().owed == 21000
        club.pay("01-15", 21000)
        lot = club.lot("setup_fee")
        assert lot.funded == 9000
        assert lot.accrued(day(last)) == 9000
        assert lot.accrued(day(last) - timedelta(days=1)) < 9000
        club.passes("02-15")
        assert club.contract().owed == 12000

    def test_it_may_be_spread_over_the_months_that_members_stay(self) -> None:
        """Policy `setup_fee_months`: 12 months of 7.50, whatever the first cycle is (5.8)."""
        club = Club({"escheat": "exempt", "setup_fee_months": 12})
        club.offers(billing={"setup_fee": 9000}).joins("01-01")
        club.pay("01-01", 21000)
        lot = club.lot("setup_fee")
        assert lot.ends == day("2027-01-01")
        assert [lot.accrued(day(on)) for on in ("01-31", "12-31")] == [764, 9000]

    def test_an_unpaid_one_waits_with_its_cycle(self) -> None:
        club = Club().offers(billing={"setup_fee": 9000})
        club.joins("01-15")
        club.pay("01-15", 20000)
        assert club.lot("setup_fee").accrued(day("02-14")) == 0
        club.passes("02-15")
        assert (club.credit(), club.contract().owed) == (20000, 12000)


class TestTheEnd:
    def test_a_contract_that_does_not_renew_ends_with_its_commitment(self) -> None:
        club = Club().offers(billing={"auto_renew": False, "commitment_cycles": 2})
        club.joins("01-15", paid=12000)
        club.passes("12-31")
        assert list(club.contract().cycles) == [1, 2]

    def test_without_commitment_with_its_first_cycle(self) -> None:
        club = Club().offers(billing={"auto_renew": False})
        club.joins("01-15", paid=12000)
        club.passes("12-31")
        assert list(club.contract().cycles) == [1]
        assert isinstance(club.pay("12-31", 12000), Refused)

    def test_a_person_renews_it_for_one_cycle(self) -> None:
        club = Club().offers(billing={"auto_renew": False})
        club.joins("01-15", paid=12000)
        answer = club.renew("02-10")
        cycle = {"cycle": 2, "starts": "2026-02-15", "ends": "2026-03-15", "amount": 12000}
        assert answer == {"cycles": [cycle]}
        assert club.renew("02-11") == {"cycles": []}
        club.pay("02-15", 12000)
        club.passes("12-31")
        assert list(club.contract().cycles) == [1, 2]

    def test_after_a_gap_the_renewed_cycle_starts_at_once(self) -> None:
        club = Club().offers(billing={"auto_renew": False})
        club.joins("01-15", paid=12000)
        club.passes("05-03")
        club.renew("05-03")
        assert club.cycles()[-1] == ("05-03", "06-02", "due")
        club.renew("06-10")
        assert club.cycles()[-1] == ("06-10", "07-09", "due")

    def test_no_cycle_starts_after_the_term(self) -> None:
        club = Club().offers(term={"months": 3})
        club.joins("01-15", paid=12000)
        club.passes("12-31")
        assert list(club.contract().cycles) == [1, 2, 3]

    def test_only_a_membership_renews(self, club: Club) -> None:
        club.publish("pack", 6000, [MASSAGE])
        club.sell("01-15", "pack")
        refused = club.renew("01-15")
        assert isinstance(refused, Refused)
        assert (refused.code, refused.field) == (Code.INVALID, "data.subscription")


def test_a_cycle_that_costs_nothing_is_granted_at_once() -> None:
    club = Club().offers(price=0)
    club.joins("01-15")
    assert club.lot("massage").remaining == 1
    assert club.passes("02-15") == [("02-14", "expire"), ("02-15", "renew")]
    assert [cycle.status for cycle in club.contract().cycles.values()] == ["granted"] * 2
    [row] = club.visit("02-15", "v-1", "massage")
    assert row["covered"] == "1"


def test_a_failed_attempt_books_nothing_and_is_recorded_once(club: Club) -> None:
    club.joins("01-15")
    assert club.fails("01-15", "a1") == {"attempt": "a1", "cycle": 1}
    [failed] = club.events(c.PaymentFailed)
    assert (failed.amount, failed.code, failed.cycle) == (12000, "card_declined", 1)
    again = club.fails("01-16", "a1")
    assert isinstance(again, Refused)
    assert again.code is Code.DUPLICATE
    assert (club.journal(), club.contract().owed) == ([], 12000)


def test_a_quota_without_a_stated_worth_is_earned_by_day() -> None:
    """A unit below 5 % of the fee is access (policy `quota_membership`), yet it is counted."""
    club = Club().offers(lines=[SAUNA | {"ssp": 200000}, MASSAGE | {"ssp": 100}], price=200000)
    club.joins("01-15", paid=200000)
    lot = club.lot("massage")
    assert counts(lot.granted, lot.remaining) == ["1", "1"]
    [row] = club.visit("01-20", "v-1", "massage")
    assert (row["covered"], row["prepaid"]) == ("1", 0)
    assert not club.events(e.UnitsDrawn)[0].amount
