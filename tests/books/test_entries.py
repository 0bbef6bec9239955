"""Entries: arrangement, the sealed bytes, presentation, and the roll-forward's split."""

import hashlib
from datetime import date

import pytest
import rfc8785

from aggregates.effects import POSTINGS
from ledger.books.chart import CHART, CONTRACT_LIABILITIES
from ledger.books.checks import Figures, checked
from ledger.books.digest import journal_digest
from ledger.books.entries import (
    Dimensions,
    Entry,
    Line,
    Movement,
    Source,
    arranged,
    report_shape,
    sealed_shape,
)
from ledger.books.interpret import by_event, entries_of, interpret
from ledger.books.posting import Leg, Posting
from ledger.books.presentation import presented
from ledger.books.rollforward import COLUMNS, Moved, column_of, roll_forward
from ledger.books.rows import ROWS
from projections.close.compile import statements
from tests.books.stories import body_of, drawn, paid, share

RULES = by_event(POSTINGS)
S1, S2 = Dimensions(subscription="s-1"), Dimensions(subscription="s-2")


def test_equal_lines_merge_zeros_vanish_and_debits_come_first() -> None:
    lines = arranged(
        (
            Movement("credit", "2100", 100, S1),
            Movement("debit", "1020", 0),
            Movement("debit", "1020", 300),
            Movement("credit", "2100", 150, S2),
            Movement("credit", "2100", 50, S1),
        )
    )
    assert lines == (
        Line("1020", 300, 0),
        Line("2100", 0, 150, S1),
        Line("2100", 0, 150, S2),
    )


def test_agent_cost_above_the_allocation_is_a_loss_on_revenue() -> None:
    [(row, lines)] = interpret(RULES, "UnitsDrawn", body_of(drawn("lab", 300, payable=500)))
    assert row == "9"
    assert [(line.account, line.debit, line.credit) for line in lines] == [
        ("2100", 300, 0),
        ("4000", 200, 0),
        ("2000", 0, 500),
    ]


def test_entries_are_numbered_as_they_are_written() -> None:
    body = body_of(paid([share("a", 100)], receivable=40, fee=3))
    numbered = entries_of(RULES, Source(9, "PaymentReceived", "x"), date(2026, 1, 5), body, [])
    assert [(entry.entry, entry.rule) for entry in numbered] == [
        ("e-9-1", "5"),
        ("e-9-2", "6"),
        ("e-9-3", "47"),
    ]
    body = body_of(paid([share("a", 100)], fee=3))
    numbered = entries_of(RULES, Source(9, "PaymentReceived", "x"), date(2026, 1, 5), body, [])
    assert [(entry.entry, entry.rule) for entry in numbered] == [("e-9-1", "6"), ("e-9-2", "47")]


def test_every_rule_is_in_the_printed_table_and_on_the_chart() -> None:
    for posting in POSTINGS:
        assert posting.row in ROWS
        for leg in posting.legs:
            chosen = leg.account
            codes = {chosen} if isinstance(chosen, str) else {code for _, code in chosen.accounts}
            assert codes <= CHART.keys()
            if codes & set(CONTRACT_LIABILITIES):
                column_of(posting.row, posting.event)


def test_legs_that_could_meet_on_an_account_are_not_compiled() -> None:
    twice = Posting("X", "9", (Leg("debit", "1020", ("a",)), Leg("debit", "1020", ("b",))))
    with pytest.raises(ValueError, match="overlap"):
        statements("X", [twice], [])


def entry(name: str = "e-1-1", rule: str = "9", closing: int = 0) -> Entry:
    return Entry(
        entry=name,
        posting_date=date(2026, 1, 5),
        period="2026-01",
        service_date=date(2026, 1, 5),
        rule=rule,
        lines=(Line("2100", 5, 0, S1), Line("4000", 0, 5, S1)),
        event=Source(1, "UnitsDrawn", "glow/subscription/s-1"),
        closing=closing,
    )


def test_digest_is_over_the_canonical_form_of_the_list() -> None:
    entries = [entry(), entry("c-2026-01-14-s-1-a.1", "14", closing=1)]
    shapes = [sealed_shape(one) for one in entries]
    assert journal_digest(entries) == hashlib.sha256(rfc8785.dumps(shapes)).hexdigest()
    assert journal_digest([]) == hashlib.sha256(b"[]").hexdigest()
    assert shapes[1]["event"] is None


def test_report_adds_names_and_memo_and_nothing_to_the_seal() -> None:
    report = report_shape(entry())
    assert report["memo"] == "Session redeemed"
    assert [line["name"] for line in report["lines"]] == [
        "Contract liability, packages",
        "Services",
    ]
    assert "memo" not in sealed_shape(entry())


def test_contracts_that_count_as_one_are_netted_as_one() -> None:
    """One owes 50.00 and another holds 80.00; then one holds 30.00 only (accounting.md 10.2)."""

    def party(*amounts: int) -> dict[str, dict[tuple[str, Dimensions], int]]:
        return {
            f"s-{n}": {("2100", Dimensions(subscription=f"s-{n}", line="a")): amount}
            for n, amount in enumerate(amounts, 1)
        }

    together, day = {"s-1": "s-1", "s-2": "s-1"}, date(2026, 1, 31)
    assert presented(party(5000, -8000), day, parties=together) == []
    assert len(presented(party(5000, -8000), day)) == 2
    entries = presented(party(5000, -3000), day, parties=together)
    assert [(entry.entry, entry.posting_date.day) for entry in entries] == [
        ("c-2026-01-53-s-1", 31),
        ("c-2026-01-53-s-1-reversal", 1),
        ("c-2026-01-53-s-2", 31),
        ("c-2026-01-53-s-2-reversal", 1),
    ]
    assets = [
        line.debit - line.credit
        for entry in entries
        for line in entry.lines
        if line.account == "1120" and entry.posting_date == day
    ]
    assert assets == [5000, -3000]


def test_contract_asset_is_presented_and_reversed_the_next_day() -> None:
    owes = {("2100", Dimensions(subscription="s-1", line="a")): 700}
    mixed = {
        ("2100", Dimensions(subscription="s-2", line="a")): 900,
        ("2100", Dimensions(subscription="s-2", line="b")): -300,
    }
    paid_for = {("2100", Dimensions(subscription="s-3", line="a")): -100}
    entries = presented({"s-3": paid_for, "s-2": mixed, "s-1": owes}, date(2026, 1, 31))
    assert [
        (
            one.entry,
            one.posting_date.isoformat(),
            *((line.account, line.at.line, line.debit - line.credit) for line in one.lines),
        )
        for one in entries
    ] == [
        ("c-2026-01-53-s-1", "2026-01-31", ("1120", None, 700), ("2100", "a", -700)),
        ("c-2026-01-53-s-1-reversal", "2026-02-01", ("2100", "a", 700), ("1120", None, -700)),
        (
            "c-2026-01-53-s-2",
            "2026-01-31",
            ("1120", None, 600),
            ("2100", "b", 300),
            ("2100", "a", -900),
        ),
        (
            "c-2026-01-53-s-2-reversal",
            "2026-02-01",
            ("2100", "a", 900),
            ("1120", None, -600),
            ("2100", "b", -300),
        ),
    ]
    assert all(one.balanced for one in entries)


SPLITS = [
    # opening, recognised, from opening, from additions
    (1000, 400, -400, 0),
    (1000, 1400, -1000, -400),
    (0, 300, 0, -300),
    (1000, -200, 200, 0),
    (0, -200, 200, 0),
]


@pytest.mark.parametrize(("opening", "net", "from_opening", "from_additions"), SPLITS)
def test_recognised_comes_from_opening_first(
    opening: int, net: int, from_opening: int, from_additions: int
) -> None:
    rows = roll_forward(
        [
            Moved("s-1", "2100", "opening", opening),
            Moved("s-1", "2100", "additions", 5000),
            Moved("s-1", "2100", "recognised", -net),
        ]
    )
    row = rows["2100"]
    assert row["recognized_from_opening"] == from_opening
    assert row["recognized_from_additions"] == from_additions
    assert row["closing"] == sum(row[column] for column in COLUMNS if column != "closing")
    assert rows["total"] == row


def test_one_contract_does_not_use_up_the_opening_of_another() -> None:
    rows = roll_forward(
        [
            Moved("s-1", "2100", "opening", 1000),
            Moved("s-2", "2100", "additions", 500),
            Moved("s-2", "2100", "recognised", -500),
        ]
    )
    assert rows["2100"]["recognized_from_additions"] == -500


def test_each_identity_can_fail() -> None:
    names = list(Figures.__dataclass_fields__)
    sound = dict.fromkeys(names, 0)
    assert all(check.ok for check in checked(Figures(**sound)))
    for name in names:
        broken = checked(Figures(**{**sound, name: 1}))
        assert any(not check.ok for check in broken), name
