"""Access earned by day: what is accrued when, and what a closed period turns out to be worth."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.books.accrual import Obligation, Step, Window, accruals, accrued, earned
from ledger.books.entries import Dimensions, Entry
from ledger.calendar import Period

JANUARY, FEBRUARY, MARCH = (Period(2026, month) for month in (1, 2, 3))
SPAN = Step(date(2026, 1, 5), "start", 12623, date(2026, 1, 5), date(2026, 4, 5))


def step(on: str, kind: str, amount: int = 0, starts: str = "", ends: str = "") -> Step:
    days = [date.fromisoformat(day) if day else None for day in (starts, ends)]
    return Step(date.fromisoformat(on), kind, amount, *days)  # type: ignore[arg-type]


def obligation(
    *steps: Step, funded: int = 12623, on: date = SPAN.on, runs_ahead: bool = False
) -> Obligation:
    at = Dimensions(subscription="s-1", line="messaging")
    return Obligation("messaging.1", "2100", at, runs_ahead, steps, ((on, funded),))


EARNED = [
    # steps, through, cumulative
    ([SPAN], "2026-01-04", 0),
    ([SPAN], "2026-01-05", 140),
    ([SPAN], "2026-01-31", 3787),
    ([SPAN], "2026-02-28", 7714),
    ([SPAN], "2026-04-04", 12623),
    ([SPAN], "2027-01-01", 12623),
    # a refund on 20 January fixes what was earned through that day
    ([SPAN, step("2026-01-20", "fix", 2244)], "2026-01-31", 2244),
    ([SPAN, step("2026-01-20", "fix", 2244)], "2026-01-19", 2104),
    # an extension spreads the rest over a longer stretch
    (
        [
            SPAN,
            step("2026-02-01", "fix", 3787),
            step("2026-02-01", "start", 8836, "2026-02-01", "2026-06-01"),
        ],
        "2026-02-28",
        3787 + 2062,
    ),
    # a credit note lowers what is running, a void stops it
    ([SPAN, step("2026-01-10", "less", 2623)], "2026-04-04", 10000),
    ([SPAN, step("2026-01-10", "stop")], "2026-04-04", 842),
    # ten frozen days: time stands still, then the stretch lasts ten days longer (6.4)
    ([SPAN, step("2026-01-10", "freeze", 0, "2026-01-15", "2026-01-25")], "2026-01-20", 1403),
    ([SPAN, step("2026-01-10", "freeze", 0, "2026-01-15", "2026-01-25")], "2026-04-05", 11361),
    ([SPAN, step("2026-01-10", "freeze", 0, "2026-01-15", "2026-01-25")], "2026-04-14", 12623),
    ([SPAN, Step(date(2026, 1, 10), "freeze", 0, date(2026, 1, 15))], "2026-04-14", 1403),
    (
        [
            SPAN,
            Step(date(2026, 1, 10), "freeze", 0, date(2026, 1, 15)),
            step("2026-01-25", "freeze", 0, "2026-01-15", "2026-01-25"),
        ],
        "2026-04-05",
        11361,
    ),
    # a pause taken back before it began has never been
    (
        [
            SPAN,
            Step(date(2026, 1, 10), "freeze", 0, date(2026, 1, 15)),
            step("2026-01-12", "freeze", 0, "2026-01-15", "2026-01-15"),
        ],
        "2026-01-31",
        3787,
    ),
]


@pytest.mark.parametrize(("steps", "through", "cumulative"), EARNED)
def test_earned(steps: list[Step], through: str, cumulative: int) -> None:
    assert earned(steps, date.fromisoformat(through)) == cumulative


def test_nothing_is_earned_that_was_not_paid_unless_the_contract_runs_ahead() -> None:
    assert accrued(obligation(SPAN, funded=1000), JANUARY.last) == 1000
    assert accrued(obligation(SPAN, on=date(2026, 2, 3)), JANUARY.last) == 0
    assert accrued(obligation(SPAN, funded=0, runs_ahead=True), JANUARY.last) == 3787


def test_one_entry_per_open_period() -> None:
    window = Window((JANUARY, FEBRUARY), FEBRUARY.last)
    entries = accruals(obligation(SPAN), {}, window)
    assert [(entry.entry, entry.posting_date, entry.lines[0].debit) for entry in entries] == [
        ("c-2026-01-14-s-1-messaging.1", JANUARY.last, 3787),
        ("c-2026-02-14-s-1-messaging.1", FEBRUARY.last, 3927),
    ]


def test_a_line_that_stood_still_earns_beyond_the_last_day_it_was_given() -> None:
    paused = obligation(SPAN, step("2026-02-01", "freeze", 0, "2026-02-01", "2026-04-01"))
    months = tuple(JANUARY.until(Period(2026, 8)))
    entries = accruals(paused, {}, Window(months, months[-1].last))
    assert [(entry.period, entry.lines[0].debit) for entry in entries] == [
        ("2026-01", 3787),
        ("2026-04", 4208),
        ("2026-05", 4347),
        ("2026-06", 281),
    ]


def test_days_in_closed_periods_are_accrued_one_entry_each_and_tagged() -> None:
    late = obligation(SPAN)
    entries = accruals(late, {}, Window((MARCH,), MARCH.last, closed=FEBRUARY))
    assert [
        (entry.entry, entry.posting_date, entry.service_date, entry.prior_period_of)
        for entry in entries
    ] == [
        ("c-2026-03-14-s-1-messaging.1-2026-01", MARCH.first, JANUARY.last, "2026-01"),
        ("c-2026-03-14-s-1-messaging.1-2026-02", MARCH.first, FEBRUARY.last, "2026-02"),
        ("c-2026-03-14-s-1-messaging.1", MARCH.last, MARCH.last, None),
    ]
    assert [entry.lines[0].debit for entry in entries] == [3787, 3927, 4348]


def test_a_late_refund_takes_back_what_a_closed_period_accrued() -> None:
    refunded = obligation(SPAN, step("2026-01-20", "fix", 2244))
    [entry] = accruals(
        refunded, {"2026-01": 3787}, Window((FEBRUARY,), FEBRUARY.last, closed=JANUARY)
    )
    assert (entry.entry, entry.prior_period_of) == (
        "c-2026-02-14-s-1-messaging.1-2026-01",
        "2026-01",
    )
    assert [(line.account, line.debit, line.credit) for line in entry.lines] == [
        ("4010", 1543, 0),
        ("2100", 0, 1543),
    ]


def test_a_report_in_mid_month_is_provisional_and_stops_at_its_day() -> None:
    window = Window((JANUARY,), date(2026, 1, 20), provisional=True)
    [entry] = accruals(obligation(SPAN), {}, window)
    assert entry.provisional
    assert (entry.entry, entry.posting_date) == (
        "p-2026-01-14-s-1-messaging.1",
        date(2026, 1, 20),
    )


DAYS = st.dates(date(2025, 11, 1), date(2026, 12, 31))
AMOUNTS = st.integers(1_000, 20_000)
SOLD = st.builds(
    lambda on, amount, length: Step(on, "start", amount, on, on + timedelta(days=length)),
    DAYS,
    AMOUNTS,
    st.integers(0, 120),
)
LATER = st.one_of(
    SOLD,
    st.builds(Step, DAYS, st.sampled_from(["fix", "less"]), AMOUNTS),
    st.builds(Step, DAYS, st.sampled_from(["stop", "finish", "start"])),
    st.builds(Step, DAYS, st.just("freeze"), st.just(0), DAYS, st.one_of(DAYS, st.none())),
)
FUNDING = st.lists(st.tuples(DAYS, AMOUNTS), min_size=1, max_size=2)


@given(SOLD, st.lists(LATER, max_size=2), FUNDING, st.booleans())
def test_a_first_close_leaves_no_month_out_in_which_something_was_earned(
    sold: Step, later: list[Step], funding: list[tuple[date, int]], ahead: bool
) -> None:
    at = Dimensions(subscription="s-1", line="messaging")
    line = Obligation("messaging.1", "2100", at, ahead, (sold, *later), tuple(funding))
    window = Window(tuple(Period(2025, 10).until(Period(2027, 3))), date(2027, 3, 31))
    entries = accruals(line, {}, window)
    for period in window.periods:
        posted = sum(_earned(entry) for entry in entries if entry.posting_date <= period.last)
        assert posted == accrued(line, period.last)


def _earned(entry: Entry) -> int:
    return sum(line.debit - line.credit for line in entry.lines if line.account == "2100")
