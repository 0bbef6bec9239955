"""Whatever happens to contracts of every kind: one history, and every reading of it agrees."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ledger.books.entries import Entry
from ledger.books.trialbalance import Total
from ledger.calendar import Period
from ledger.events import NewEvent
from projections.balances.report import contract, presented
from projections.balances.serial import restored, sale_text, state_text
from projections.close.books import Books
from projections.close.figures import checks, figures
from projections.close.replay import replay
from projections.journal.steps import steps_of
from projections.journal.tables import Tuple
from projections.reports.accounting import bring_up_to
from tests.books.clinic import open_clinic
from tests.books.stories import Happened, body_of, chunk_of
from tests.properties.test_journal_equals_replay import row_by_row
from tests.support.lives import CARD, CLUB, CREDIT, GIFT, KEYS, PACK, START, Life
from tests.support.servers import fresh_database

keys, sold = st.sampled_from(KEYS), st.sampled_from([CLUB, PACK, CREDIT, CARD])
days, cents = st.integers(1, 25), st.integers(1, 20000)
modes = st.sampled_from(["stop_clock", "benefits_usable", "skip_billing"])
agos = st.sampled_from([0, 0, 0, 9])
quantities = st.sampled_from(["1", "2", "0.5"])
steps = st.one_of(
    st.tuples(st.just("days"), days),
    st.tuples(st.just("settle"), sold, agos),
    st.tuples(st.just("pay"), sold, cents, st.sampled_from(["card", "cash", "store_credit"]), agos),
    st.tuples(
        st.just("visit"),
        st.sampled_from(["massage", "sauna"]),
        st.sampled_from(["completed", "completed", "no_show"]),
        st.sampled_from([0, 0, 333]),
        st.sampled_from([0, 0, 7]),
        agos,
    ),
    st.tuples(st.just("reverse"), st.integers(1, 4)),
    st.tuples(
        st.just("refund"),
        keys,
        st.sampled_from(["original", "store_credit"]),
        st.sampled_from([0, 0, 777]),
    ),
    st.tuples(st.just("transfer"), quantities),
    st.tuples(st.just("goodwill"), sold),
    st.tuples(st.just("reinstate"), keys, days),
    st.tuples(st.just("extend"), keys, st.integers(20, 120), st.sampled_from([0, 0, 500])),
    st.tuples(st.just("write_off"), keys, cents),
    st.tuples(st.just("note"), keys, cents),
    st.tuples(st.just("pause"), keys, st.integers(-3, 20), st.integers(0, 15), modes),
    st.tuples(st.just("resume"), keys),
    st.tuples(
        st.just("plan"),
        st.sampled_from(["gold", "silver"]),
        st.sampled_from(["days", "none"]),
        st.sampled_from(["now", "next_cycle"]),
    ),
    st.tuples(
        st.just("modify"),
        st.sampled_from([CLUB, PACK]),
        st.integers(-900, 9000),
        st.sampled_from(["-1", "1", "3"]),
        st.sampled_from(["auto", "separate", "prospective", "catch_up"]),
    ),
    st.tuples(st.just("sign"), st.integers(1, 3)),
    st.tuples(st.just("cancel"), keys, st.sampled_from(["now", "period_end"])),
    st.tuples(st.just("dispute"), cents, st.sampled_from(["won", "lost", "lost", "withdrawn"])),
    st.tuples(st.just("win_late"), st.integers(0, 3)),
)
#: A law whose months are over within a life, by the owner's last act.
LAWS = [
    {"state": "AL", "kind": kind, "subject": True, "effective_from": "2020-01-01"}
    | {"dormancy_months": 1, "trigger": "last_activity", "percent": 60}
    for kind in ("service_entitlement", "stored_value")
]
histories = st.lists(steps, min_size=5, max_size=25)
policies = st.sampled_from(
    [
        {},
        {"draw_before_payment": True},
        {"escheat": "subject"},
        {"escheat": LAWS},
        {"forfeiture_guard": "off"},
        {"late_cycle": "extend"},
        {"quota_membership": "ratable"},
        {"dispute_model": "contra_on_open"},
        {"rounding": "half_up", "allocation_remainder": "last_line", "day_count": "exact_seconds"},
        {"day_count": "full_months", "quota_membership": "ratable"},
        {"unit_trigger": "signed"},
        {"financing_expedient": "off", "draw_before_payment": True},
        {"day_count": "months_prorated", "allocation_remainder": "largest_line"},
        {"gross_up": "always", "draw_before_payment": True},
        {"gross_up": "never"},
        {"material_right_exercise": "modification", "tax": "per_tax"},
        {"breakage_location": "deliverer", "interlocation": "accounts"},
    ]
)
#: A part of the money is lost while the clock stands still, nobody knows until when.
LOST_IN_A_PAUSE = [
    ("pause", PACK, 0, 0, "stop_clock"),
    ("dispute", 9000, "lost"),
    ("days", 9),
    ("resume", PACK),
]
#: Instalments hold interest; what is paid ahead, noted, given away and written off of them.
FINANCED = [
    ("pay", PACK, 21000, "card", 0),
    ("days", 9),
    ("visit", "massage", "completed", 0, 0, 0),
    ("note", PACK, 700),
    ("transfer", "1"),
    ("days", 25),
    ("write_off", PACK, 900),
    ("days", 25),
]
#: What time is left of a line goes on after a late win, and comes to this day where none is.
WON_AFTER_ALL = [("dispute", 9001, "lost"), ("days", 9), ("win_late", 0), ("days", 30)]
WON_TOO_LATE = [("dispute", 9000, "lost"), ("days", 90), ("win_late", 1), ("days", 9)]
#: Nobody comes for a month; a visit is taken back, and the owner comes after all.
DORMANT = [
    ("visit", "massage", "completed", 0, 0, 0),
    ("days", 40),
    ("reverse", 1),
    ("days", 3),
    ("reinstate", PACK, 60),
    ("days", 40),
]
lives = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
few = settings(lives, max_examples=4, derandomize=True)


def told(
    policies: dict[str, Any], paid: bool, history: list[tuple[Any, ...]], *, together: bool = False
) -> Life:
    life = Life(policies, paid=paid, together=together)
    for step in history:
        life.take(step)
    return life


@lives
@given(policies, st.booleans(), st.booleans(), histories)
@example({}, True, False, LOST_IN_A_PAUSE)
@example({"financing_expedient": "off"}, False, False, FINANCED)
@example({}, True, False, WON_AFTER_ALL)
@example({"dispute_model": "contra_on_open"}, True, True, WON_TOO_LATE)
@example({"escheat": LAWS}, True, False, DORMANT)
def test_every_reading_of_a_history_agrees(
    policies: dict[str, Any], paid: bool, together: bool, history: list[tuple[Any, ...]]
) -> None:
    life = told(policies, paid, history, together=together)
    _read_model_holds_the_states(life)
    _balances_add_up(life)
    _books_say_the_same(life)
    _time_brings_the_same_with_and_without_tick(life)


@few
@given(policies, histories, st.integers(0, 30))
def test_a_closed_month_and_what_comes_late_are_the_same_row_by_row(
    migrated_url: str, policies: dict[str, Any], history: list[tuple[Any, ...]], late: int
) -> None:
    """What is recorded after the cut is posted late, time of the closed month included."""
    life = told(policies, True, history, together=late % 2 == 1)
    life.take(("days", 40))
    events = life.happened()
    with fresh_database(migrated_url) as url, open_clinic(url) as clinic:
        cut = clinic.record(events[: len(events) - late])
        clinic.record(events[cut:])
        for period in (Period.of(START), Period.of(START).next()):
            clinic.close(period, cut, figures(url, "glow", period, cut))
            cut = clinic.record([])
        journal = clinic.journal()
        with replay(url, "glow") as books:
            assert journal == list(books.entries())


def _read_model_holds_the_states(life: Life) -> None:
    for state in life.contracts().values():
        assert restored(sale_text(state), state_text(state)) == state
        again = restored(sale_text(state), state_text(state))
        assert state_text(again) == state_text(state)


def _balances_add_up(life: Life) -> None:
    """Today, and as of the days before, which leave out what took effect later."""
    ago = [life.on - timedelta(days=days) for days in range(0, (life.on - START).days + 1, 5)]
    states = {(key, on): life.as_of(key, on) for key in life.contracts() for on in ago}
    for (_, on), state in states.items():
        if state.sold is None:
            continue
        row = contract(presented("glow", state, on).state, on)
        assert row["deferred"] == sum(line["deferred"] for line in row["lines"])
        for line in row["lines"]:
            assert line["deferred"] == sum(grant["deferred"] for grant in line["grants"])
            if line["granted"] is not None:
                parts = ("used", "expired", "refunded", "transferred", "remaining")
                left = {part: Decimal(line[part]) for part in parts}
                assert Decimal(line["granted"]) == sum(left.values()), line
                assert min(left.values()) >= 0, line


def _books_say_the_same(life: Life) -> None:
    """Row by row and vectorised alike, and as much is deferred as the contracts hold."""
    events, period = life.happened(), Period.of(life.on)
    with Books("glow", len(events), []) as books:
        books.load([chunk_of(events)])
        assert list(books.entries()) == row_by_row(events, [])
        ordered = "SELECT * FROM views.journal_step ORDER BY position, n"
        assert [_numbered(row, 0) for row in books.rows(ordered)] == _steps(events)
        books.bring_up_to(period.last)
        assert all(entry.balanced for entry in books.entries())
        assert [check for check in checks(books, period) if not check.ok] == []
        assert _liabilities(list(books.entries(last=period.last))) == {
            key: amount
            for key in life.contracts()
            if (amount := life.as_of(key, period.last).deferred(period.last))
        }


def _numbered(row: Tuple, n: int) -> Tuple:
    """Within an event only the order counts."""
    texts = (str(value) if hasattr(value, "isoformat") else value for value in row[3:])
    return (*row[:2], n, *texts)


def _steps(events: list[Happened]) -> list[Tuple]:
    return [
        _numbered(row, 0)
        for position, happened in enumerate(events, start=1)
        for row in steps_of(
            type(happened.event).__name__,
            happened.stream.rsplit("/", 1)[1],
            position,
            happened.on,
            body_of(happened.event),
        )
    ]


def _liabilities(entries: list[Entry]) -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in entries:
        for line in entry.lines:
            if "2100" <= line.account <= "2140" or line.account == "1120":
                key = str(line.at.subscription)
                found[key] = found.get(key, 0) + line.credit - line.debit
    return {key: amount for key, amount in found.items() if amount}


def _time_brings_the_same_with_and_without_tick(life: Life) -> None:
    on = life.on + timedelta(days=40)
    before = {
        key: contract(presented("glow", state, on).state, on)
        for key, state in life.contracts().items()
    }
    expected = _totals(life, on, life.coming(on))
    life.ticked(on + timedelta(days=1))
    assert _totals(life, on, []) == expected
    after = {
        key: contract(presented("glow", life.as_of(key, on), on).state, on)
        for key in life.contracts()
    }
    assert after == before
    assert GIFT in before or GIFT not in after


def _totals(life: Life, on: date, due: list[NewEvent]) -> list[Total]:
    """The trial balance of a day, with what time brings by then."""
    events = life.happened()
    with Books("glow", len(events), []) as books:
        books.load([chunk_of(events)])
        bring_up_to(books, on, due)
        assert all(entry.balanced for entry in books.entries())
        return books.totals(on)
