"""Each format to the byte, and the traps of accounting.md 17 one by one."""

import csv
import io
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from projections.exports.batch import controls
from projections.exports.formats import WRITERS, Unbalanced, export
from projections.exports.text import cell, shortened
from projections.exports.xero import LONGEST_FILE, TooLong
from tests.exports.story import MAPPING, entry, exported, journal, line, scope

GOLDEN = Path(__file__).parent / "golden"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("detail", ["line", "summary"])
@pytest.mark.parametrize("form", WRITERS)
def test_the_story_is_written_so_and_never_otherwise(form: str, detail: str) -> None:
    [text] = exported(form, detail).texts
    assert text.encode() == (GOLDEN / f"{form}.{detail}.txt").read_bytes()


@pytest.mark.parametrize("form", WRITERS)
def test_the_same_entries_give_the_same_bytes_with_plain_line_ends(form: str) -> None:
    first, again = exported(form), exported(form)
    assert first == again
    assert all("\r" not in text and text.endswith("\n") for text in first.texts)


def test_detail_and_summary_come_to_the_same_by_account_and_have_the_same_controls() -> None:
    sums = []
    for detail in ("line", "summary"):
        made = exported("csv", detail)
        totals: dict[str, Decimal] = {}
        for row in rows(made.texts[0]):
            moved = Decimal(row["debit"]) - Decimal(row["credit"])
            totals[row["account"]] = totals.get(row["account"], Decimal(0)) + moved
        sums.append((totals, made.totals))
    assert sums[0] == sums[1]
    assert sums[0][0]["24.000"] == Decimal("-1050.00")


def test_a_summary_says_which_entries_it_stands_for() -> None:
    found = {row["journal_id"]: row["memo"] for row in rows(exported("csv", "summary").texts[0])}
    assert found == {
        "20260105-4": "Non-cancellable instalment falls due (1 entry)",
        "20260105-5": "Payment received on a receivable (1 entry)",
        "20260110-9": "Session redeemed (2 entries)",
        "20260110-9-202512": "Session redeemed (1 entry)",
        "20260131-14": "Access over time, accrued by day (1 entry)",
    }


def test_control_totals_count_our_entries() -> None:
    totals = controls(journal())
    assert (totals.entries, totals.lines) == (6, 12)
    assert totals.debit == totals.credit == 2 * 150000 + 3 * 15000 + 1234567
    changed = journal()
    changed[0]["service_date"] = "2026-01-04"
    assert controls(changed).sha256 != totals.sha256


def test_books_out_of_balance_are_given_to_nobody() -> None:
    torn = [entry("e-1-1", "2026-01-05", "9", line("2100", 100), line("4000", credit=99))]
    with pytest.raises(Unbalanced):
        export(torn, scope("csv"), {})


@pytest.mark.parametrize(
    ("currency", "written"), [("USD", "12345.67"), ("JPY", "1234567"), ("KWD", "1234.567")]
)
@pytest.mark.parametrize("form", WRITERS)
def test_amounts_have_the_places_of_their_currency(form: str, currency: str, written: str) -> None:
    [text] = exported(form, currency=currency).texts
    assert re.search(rf"(?<![0-9.]){re.escape(written)}(?![0-9.])", text)
    assert not re.search(r"12[,' ]345|1[,' ]234", text)


def test_iif_blocks_sum_to_zero_and_receivables_have_a_name() -> None:
    lines = [row.split("\t") for row in exported("iif").texts[0].splitlines()]
    block = Decimal(0)
    for row in lines[3:]:
        if row == ["ENDTRNS"]:
            assert block == 0
            continue
        block = Decimal(row[6]) + (block if row[0] == "SPL" else 0)
        assert (row[4] != "") == (row[3] == "Accounts receivable")
        assert len(row[7]) <= 11
    assert {len(row) for row in lines} == {9, 1}


def test_quickbooks_online_leaves_the_other_side_blank() -> None:
    for row in rows(exported("qbo").texts[0]):
        assert sorted([row["Debits"] == "", row["Credits"] == ""]) == [False, True]
        assert len(row["JournalNo"]) <= 21


def many(count: int) -> list[dict[str, object]]:
    return [
        entry(f"e-{n}-1", "2026-01-05", "9", line("2100", 100), line("4000", credit=100))
        for n in range(1, count + 1)
    ]


@pytest.mark.parametrize(
    ("journals", "files"), [(149, [149]), (150, [149, 1]), (400, [149, 149, 102])]
)
def test_xero_takes_300_lines_a_file_and_no_journal_is_divided(
    journals: int, files: list[int]
) -> None:
    texts = export(many(journals), scope("xero"), {}).texts
    assert [len(text.splitlines()) - 1 for text in texts] == [2 * count for count in files]
    for text in texts:
        assert len(text.splitlines()) <= LONGEST_FILE
        assert sum(Decimal(row["Amount"]) for row in rows(text)) == 0


def test_xero_cannot_take_a_journal_that_fills_more_than_a_file() -> None:
    lines = [line("2100", 1, at={"line": str(number)}) for number in range(299)]
    long = [entry("e-1-1", "2026-01-05", "9", *lines, line("4000", credit=299))]
    with pytest.raises(TooLong, match="e-1-1 has 300 lines"):
        export(long, scope("xero"), {})


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-north", "'-north"),
        ("@sum", "'@sum"),
        ("\n=1", "'=1"),
        ("a\tb\r\nc\x00d", "a b c d"),
        ("north", "north"),
    ],
)
def test_text_is_one_line_and_never_a_formula(text: str, written: str) -> None:
    assert cell(text) == written


def test_long_ids_stay_apart_when_shortened() -> None:
    long = [f"c-2026-01-14-subscription-{number}" for number in (1, 2)]
    first, second = (shortened(name, 21) for name in long)
    assert first != second
    assert len(first) == len(second) == 21
    assert shortened("e-1-1", 21) == "e-1-1"


@pytest.mark.parametrize("form", WRITERS)
def test_an_empty_period_has_its_head_alone(form: str) -> None:
    [text] = export([], scope(form), MAPPING).texts
    assert text.endswith("\n")
    assert "2026-01-" not in text.replace("glow-2026-01-v1", "")


#: Where each form has the id of a journal.
IDS = {
    "csv": r"^([^,]+),\d",
    "iif": r"^(?:TRNS|SPL)\t(?:[^\t]*\t){6}([^\t]+)\t",
    "qbo": r"^([^,]+),\d",
    "xero": r"^(\S+) ",
    "netsuite": r"^([^,]+),\d",
    "beancount": r"\^(\S+)$",
    "hledger": r"^[\d-]+ [*!] \((\S+)\) ",
}


@pytest.mark.parametrize("detail", ["line", "summary"])
@pytest.mark.parametrize("form", WRITERS)
def test_no_journal_of_other_books_has_an_id_of_the_clinics_own(form: str, detail: str) -> None:
    """Both may be imported into one program, which passes over an id that it has."""
    own, cash, ifrs = (ids(form, detail, books) for books in (None, "cash", "ifrs"))
    assert len(own) == len(cash) == len(ifrs) == (6 if detail == "line" else 5)
    assert len(own | cash | ifrs) == 3 * len(own)


def ids(form: str, detail: str, books: str | None) -> set[str]:
    [text] = export(journal(), replace(scope(form, detail), books=books), MAPPING).texts
    return set(re.findall(IDS[form], text, re.MULTILINE))
