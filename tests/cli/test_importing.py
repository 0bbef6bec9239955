"""Moving in: a clinic's spreadsheets become its ledger, once, and its old books stay closed."""

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from consumers.importing.registry import KINDS
from tests.cli.conftest import Answer, Terminal

ROOT = Path(__file__).parents[2]
CUT_OVER = ("--cut-over", "2026-01-01")
SERVICES = """\
service,label,list_price,from
lift,Lift,200.00,2024-01-01
facial,Facial,120.00,2024-01-01
"""
PACKAGES = """\
offer,name,price,from,kind,line,services,quantity,face,term,every,refund
old-10,Ten lifts,1500.00,2024-01-01,units,lifts,lift,10,,12 months,,pro_rata
duo,Duo,900.00,2024-01-01,units,lifts,lift,3,,6 months,,
duo,,,,units,facials,facial,3,,,,
money,Credit,500.00,2024-01-01,credit,,,,550.00,,,
club,Club,199.00,2024-01-01,,visits,lift facial,2,,,month,
"""
BALANCES = """\
subscription,patient,offer,sold_on,starts,price,paid,tender,service,used,remaining,used_value
b-1,p-21,old-10,2025-09-03,,,1500.00,card,,7,,
b-2,p-22,old-10,2025-11-03,,1400.00,700.00,cash,,,8,
b-3,p-23,duo,2025-10-01,,,900.00,card,lift,1,,
b-3,,,,,,,,facial,,1,
b-4,p-24,money,2025-12-01,,,500.00,check,lift,,,120.50
b-5,p-25,club,2024-03-15,2025-12-15,,199.00,card,lift,1,,
"""
OPENING = {"2100": -135750, "2110": -8844, "2120": -39045}
"""What is still owed of 3,799.00 paid, in cents."""


def put(folder: Path, text: str, name: str = "file.csv") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def imported(terminal: Terminal, folder: Path, kind: str, text: str, *more: str) -> Answer:
    return terminal.run("import", kind, put(folder, text), "--json", *more)


def wrong(answer: Answer) -> list[tuple[int, str, str]]:
    return [(bad["row"], bad["column"], bad["code"]) for bad in answer.json["bad"]]


@pytest.fixture(scope="module")
def moved_in(terminal: Terminal, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """The clinic with its old services, offers and balances."""
    folder = tmp_path_factory.mktemp("files")
    for kind, text, more in (
        ("services", SERVICES, ()),
        ("packages", PACKAGES, ()),
        ("balances", BALANCES, CUT_OVER),
    ):
        answer = imported(terminal, folder, kind, text, *more)
        assert (answer.status, answer.json["bad"]) == (0, []), answer.out
    return terminal


def position(terminal: Terminal) -> int:
    found = terminal.run("trial-balance", "--as-of", "2025-12-31", "--json").json["position"]
    assert isinstance(found, int)
    return found


def test_a_package_half_used_keeps_its_count_price_and_dates(moved_in: Terminal) -> None:
    asked = ("balance", "--patient", "p-21", "--as-of", "2026-01-01", "--json")
    [contract] = moved_in.run(*asked).json["subscriptions"]
    [line] = contract["lines"]
    assert (line["granted"], line["used"], line["remaining"]) == ("10", "7", "3")
    assert (contract["price"], contract["paid"], contract["deferred"]) == (150000, 150000, 45000)
    assert (contract["sold_on"], contract["expires"]) == ("2025-09-03", "2026-09-02")
    told = moved_in.run("history", "--subscription", "b-1").out
    assert "7 of lifts carried over as used, worth $1,050.00" in told


def test_the_books_open_with_what_is_owed_and_earn_nothing_of_it_again(moved_in: Terminal) -> None:
    accounts = moved_in.run("trial-balance", "--as-of", "2025-12-31", "--json").json["accounts"]
    found = {row["account"]: row["balance"] for row in accounts}
    assert {key: found[key] for key in OPENING} == OPENING
    assert (found.get("1020", 0), found["1010"]) == (0, 379900)
    january = moved_in.run("rollforward", "--period", "2026-01", "--json").json["accounts"]
    assert {row["account"]: -row["opening"] for row in january if row["opening"]} == OPENING
    moved = ("additions", "recognized_from_opening", "recognized_from_additions", "breakage")
    assert [row[name] for row in january for name in moved] == [0] * 4 * len(january)
    assert moved_in.run("check", "--json").status == 0


def test_what_was_carried_over_is_no_visit(moved_in: Terminal, tmp_path: Path) -> None:
    head, row = "subscription,patient,offer,sold_on,paid,tender,charge,used", "card,ch-8,4"
    text = f"{head}\nb-8,p-28,old-10,2025-11-03,1500.00,{row}\n"
    assert imported(moved_in, tmp_path, "balances", text, *CUT_OVER).status == 0
    out = tmp_path / "packet"
    now = ("--now", "2026-01-10T12:00:00-05:00")
    assert moved_in.run("evidence", "ch-8", "--out", str(out), *now).status == 0
    facts = json.loads((out / "facts.json").read_bytes())
    [lot] = facts["charge_statement"]["lots"]
    [carried] = lot["carried_over"]
    assert (facts["visits"], lot["used"], lot["remaining"]) == ([], [], "6")
    assert (carried["on"], carried["quantity"]) == ("2025-12-31", "4")
    [member] = moved_in.run("members", "--as-of", "2025-12-31", "--json").json
    assert (member["subscription"], member["visits"]) == ("b-5", 0)


def test_the_same_file_again_changes_nothing(moved_in: Terminal, tmp_path: Path) -> None:
    before = position(moved_in)
    answer = imported(moved_in, tmp_path, "balances", BALANCES, *CUT_OVER)
    assert answer.status == 0
    assert (answer.json["there"], answer.json["new"], answer.json["commands"]) == (5, 0, {})
    other = BALANCES.replace(",1500.00,", ",1500,").replace(",", ";")
    again = imported(moved_in, tmp_path, "balances", other, *CUT_OVER, "--actor", "bob")
    assert (again.status, again.json["there"]) == (0, 5)
    assert position(moved_in) == before


def test_a_changed_row_is_told_and_rows_beside_it_wait(moved_in: Terminal, tmp_path: Path) -> None:
    before = position(moved_in)
    changed = BALANCES.replace(",,7,,", ",,6,,") + "b-6,p-26,old-10,2025-12-30,,,,,,,,\n"
    answer = imported(moved_in, tmp_path, "balances", changed, *CUT_OVER)
    assert (answer.status, wrong(answer)) == (1, [(2, "", "idempotency_conflict")])
    assert (answer.json["new"], answer.json["recorded"], position(moved_in)) == (1, 0, before)
    rest = imported(moved_in, tmp_path, "balances", changed, *CUT_OVER, "--valid-only")
    assert (rest.status, rest.json["recorded"]) == (1, 1)
    asked = ("balance", "--patient", "p-21", "--as-of", "2026-01-01", "--json")
    [contract] = moved_in.run(*asked).json["subscriptions"]
    assert contract["lines"][0]["used"] == "7"


def test_more_about_an_imported_row_is_a_change_too(moved_in: Terminal, tmp_path: Path) -> None:
    """The sale of b-2 is the same; a second row would bring other use under its key."""
    more = BALANCES.replace("b-3,p-23", "b-2,,,,,,,,lift,1,,\nb-3,p-23")
    answer = imported(moved_in, tmp_path, "balances", more, *CUT_OVER, "--valid-only")
    assert wrong(answer) == [(3, "", "idempotency_conflict")]
    assert answer.json["recorded"] == 0


def test_a_dry_run_tells_everything_and_records_nothing(moved_in: Terminal, tmp_path: Path) -> None:
    before = position(moved_in)
    lines = "payment,subscription,amount,tender,at\nx-1,b-2,300.00,cash,2026-01-08\n"
    lines += "x-2,b-2,400.00,cash,2026-01-09\nx-3,b-1,1.00,cash,2026-01-09\n"
    answer = imported(moved_in, tmp_path, "payments", lines, "--dry-run")
    assert (answer.status, wrong(answer)) == (1, [(4, "amount", "amount_mismatch")])
    assert (answer.json["commands"], answer.json["paid"]) == ({"record_payment": 2}, 70000)
    assert position(moved_in) == before
    table = moved_in.run("import", "payments", put(tmp_path, lines), "--dry-run").out
    assert "not recorded" in table
    assert "$700.00" in table


def test_payments_of_one_contract_are_checked_together(moved_in: Terminal, tmp_path: Path) -> None:
    """700.00 is owed on b-2; what comes first in the file is paid first."""
    lines = ["payment,subscription,amount,tender,at"]
    lines += [f"y-{n},b-2,1.00,cash,2026-01-08" for n in range(701)]
    answer = imported(moved_in, tmp_path, "payments", "\n".join(lines), "--dry-run")
    assert wrong(answer) == [(702, "amount", "amount_mismatch")]


def test_visits_come_in_as_they_happened(moved_in: Terminal, tmp_path: Path) -> None:
    lines = (
        "visit,patient,at,service,quantity\n"
        "w-1,p-23,2026-01-05 09:30,lift,1\n"
        "w-1,,,facial,1\n"
        "w-2,p-99,2026-01-06,lift,1\n"
    )
    answer = imported(moved_in, tmp_path, "visits", lines)
    assert (answer.status, answer.json["commands"]) == (0, {"record_visit": 2})
    asked = ("balance", "--patient", "p-23", "--as-of", "2026-01-05", "--json")
    [contract] = moved_in.run(*asked).json["subscriptions"]
    assert [line["used"] for line in contract["lines"]] == ["2", "3"]


HEAD = "subscription,patient,offer,sold_on,starts,price,paid,tender,currency,service,used,used_on"
BAD = [
    ("c-1,p-1,none,2025-09-03,,,1.00,cash,,,,", "offer", "unknown_offer"),
    ("c-1,p-1,old-10,2023-09-03,,,1.00,cash,,,,", "offer", "unknown_offer"),
    ("c-1,p-1,old-10,2026-01-01,,,1.00,cash,,,,", "sold_on", "invalid"),
    ("c-1,p-1,old-10,2025-12-01,,,1.00,cash,,,,2026-01-02", "used_on", "invalid"),
    ("c-1,p-1,old-10,2025-09-03,,,1.00,,,,,", "tender", "invalid"),
    ("c-1,p-1,old-10,2025-09-03,,,1.00,gold,,,,", "tender", "invalid"),
    ("c-1,p-1,old-10,2025-09-03,,,1.00,cash,EUR,,,", "currency", "currency_mismatch"),
    ("c-1,p-1,old-10,2025-09-03,,,1500.01,cash,,,,", "paid", "amount_mismatch"),
    ("c-1,p-1,old-10,2025-09-03,,,1500.00,cash,,,11,", "used", "not_enough_units"),
    ("c-1,p-1,old-10,2025-09-03,,,150.00,cash,,,2,", "used", "unpaid"),
    ("c-1,p-1,old-10,2025-09-03,,,1500.00,cash,,facial,1,", "used", "not_covered"),
    ("c-1,p-1,old-10,2025-09-03,,,1500.00,cash,,peel,1,", "service", "unknown_service"),
    ("c-1,p-1,duo,2025-09-03,,,900.00,cash,,,1,", "service", "invalid"),
    ("c-1,p-1,old-10,2024-09-03,,,1500.00,cash,,,1,", "used", "expired"),
    ("b-1,p-1,old-10,2025-09-03,,,1500.00,cash,,,1,", "", "idempotency_conflict"),
    ("c-1,Jane Doe,old-10,2025-09-03,,,1500.00,cash,,,1,", "patient", "invalid"),
    ("c-1,p-1,old-10,03/09/2025,,,1500.00,cash,,,1,", "sold_on", "invalid"),
    ('c-1,p-1,old-10,2025-09-03,,"1,500.00",,,,,,', "price", "invalid"),
    ("c-1,p-1,old-10,2025-09-03,,1500.001,,,,,,", "price", "invalid"),
    (",p-1,old-10,2025-09-03,,1500.00,,,,,,", "subscription", "invalid"),
    ("c-1,p-1,old-10,2025-09-03,,,,,,,,,more", "", "invalid"),
    ("c-1,p-1,old-10", "", "invalid"),
    ("Total,,,,,,99.00,,,,,", "patient", "invalid"),
    ("b-9,p-1,old-10,2025-09-03,,,,,,,,\nb-9,p-2,,,,,,,,,1,", "patient", "invalid"),
    ("b-9,p-1,old-10,2025-09-03,,,,,,,1,\nb-9,,,,,,,,,,,", "used", "invalid"),
]


@pytest.mark.parametrize(("row", "column", "code"), BAD)
def test_a_bad_row_is_told_by_row_column_and_code(
    moved_in: Terminal, tmp_path: Path, row: str, column: str, code: str
) -> None:
    good = "c-0,p-1,old-10,2025-09-03,,,1500.00,cash,,,1,"
    answer = imported(moved_in, tmp_path, "balances", f"{HEAD}\n{good}\n\n{row}\n", *CUT_OVER)
    assert answer.status == 1
    assert (column, code) in [(where, what) for _, where, what in wrong(answer)]
    assert {number for number, _, _ in wrong(answer)} <= {4, 5}
    assert answer.json["recorded"] == 0


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("balances", "Subscription,Client Name\n", "client_name looks like personal data"),
        ("balances", "E-Mail,patient\n", "e_mail looks like personal data"),
        ("visits", "visit,patient,at,service,Date of Birth\n", "date_of_birth looks like"),
        ("payments", "payment,subscription,amount,tender,at,at\n", "there twice"),
        ("payments", "payment,subscription,amount,tender,at,,tax\n", "column 6 has no name"),
        ("payments", "payment,subscription,amont,tender,at\n", "did you mean amount"),
        ("payments", "payment,subscription,amount\n", "no column tender, at"),
        ("payments", "", "the file is empty"),
    ],
)
def test_a_heading_that_does_not_fit_is_refused(
    moved_in: Terminal, tmp_path: Path, kind: str, text: str, told: str
) -> None:
    more = CUT_OVER if kind == "balances" else ()
    answer = imported(moved_in, tmp_path, kind, text, *more)
    assert (answer.status, answer.out) == (2, "")
    assert told in answer.err


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("import", "patients", "x.csv"), "did you mean payments?"),
        (("import", "balances"), "--template"),
        (("import", "balances", "x.csv"), "Say --cut-over"),
        (("import", "balances", "x.csv", "--cut-over", "2026-01-02"), "no first day of a month"),
        (("import", "visits", "x.csv", *CUT_OVER), "for balances only"),
        (("import", "visits", "/nowhere/x.csv"), "No such file"),
    ],
)
def test_a_call_that_cannot_be_meant(moved_in: Terminal, typed: tuple[str, ...], told: str) -> None:
    answer = moved_in.run(*typed)
    assert answer.status == 2
    assert told in answer.err


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_is_a_file_of_its_kind(moved_in: Terminal, tmp_path: Path, kind: str) -> None:
    text = moved_in.run("import", kind, "--template").out
    [example] = csv.DictReader(io.StringIO(text))
    assert list(example) == [column.name for column in KINDS[kind].columns]
    more = CUT_OVER if kind == "balances" else ()
    answer = imported(moved_in, tmp_path, kind, text, *more, "--dry-run")
    assert {code for _, _, code in wrong(answer)} <= {
        "unknown_offer",
        "unknown_service",
        "unknown_subscription",
    }


def test_a_workbook_is_read_like_the_file_it_was_saved_from(
    moved_in: Terminal, tmp_path: Path
) -> None:
    path = tmp_path / "balances.xlsx"
    rows = [line.split(",") for line in BALANCES.splitlines()]
    with xlsxwriter.Workbook(path) as book:
        dates = book.add_format({"num_format": "dd/mm/yyyy"})
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                if number and text.count("-") == 2:
                    when = datetime.fromisoformat(text).replace(tzinfo=None)
                    page.write_datetime(number, column, when, dates)
                elif number and text.replace(".", "").isdigit():
                    page.write_number(number, column, float(text))
                elif text:
                    page.write_string(number, column, text)
    answer = moved_in.run("import", "balances", str(path), *CUT_OVER, "--json")
    assert (answer.status, answer.json["there"]) == (0, 5), answer.out


def test_once_december_is_closed_nothing_older_comes_in(moved_in: Terminal, tmp_path: Path) -> None:
    closed = moved_in.run("close", "2025-12", "--json")
    assert (closed.status, closed.json["exceptions"]) == (0, [])
    again = imported(moved_in, tmp_path, "balances", BALANCES, *CUT_OVER)
    assert (again.status, again.json["there"]) == (0, 5)
    late = BALANCES + "b-7,p-27,old-10,2025-12-30,,,,,,,,\n"
    answer = imported(moved_in, tmp_path, "balances", late, *CUT_OVER)
    assert (answer.status, wrong(answer)) == (1, [(8, "", "period_closed")])


def tables() -> dict[str, list[tuple[str, str]]]:
    """The columns of each kind as docs/importing.md lists them."""
    found: dict[str, list[tuple[str, str]]] = {}
    for part in (ROOT / "docs" / "importing.md").read_text().split("\n## ")[1:]:
        rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line[:2] == "| "]
        if rows and rows[0] == ["column", "holds"]:
            found[part.split("\n")[0].lower()] = [(name, about) for name, about in rows[1:]]
    return found


def test_the_page_lists_the_columns() -> None:
    def told(kind: Any) -> list[tuple[str, str]]:
        return [
            (f"**{column.name}**" if column.needed else column.name, column.about)
            for column in kind.columns
        ]

    assert tables() == {name: told(kind) for name, kind in KINDS.items()}


def test_help_lists_the_columns(terminal: Terminal) -> None:
    told = terminal.run("import", "--help").out
    for kind in KINDS.values():
        assert [c.name for c in kind.columns if f" {c.name} " not in told] == []
