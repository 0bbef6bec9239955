"""What Beancount and hledger read in our exports is what our trial balance says."""

import csv
import io
import subprocess
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Transaction

from ledger.calendar import Period
from ledger.money import major
from projections.close.books import Books, Sealed
from projections.exports.batch import Scope
from projections.exports.formats import Export, export
from projections.reports import accounting
from tests.books.stories import Story, late_visit, lost_dispute, program, time_lines
from tests.books.test_stories import sealed, told
from tests.exports.story import MAPPING, exported

JANUARY, FEBRUARY, MARCH, APRIL, MAY = (Period(2026, month) for month in range(1, 6))
Balances = dict[str, Decimal]


def handed_on(
    books: Books, periods: Sequence[Period], form: str, detail: str, currency: str = "USD"
) -> list[Export]:
    """An export for each period."""
    return [
        export(
            accounting.journal(books, period.first, period.last),
            Scope("glow", currency, str(period), 1, 9, form, detail),
            {},
        )
        for period in periods
    ]


def trial_balance(books: Books, period: Period, currency: str = "USD") -> Balances:
    report = accounting.trial_balance(books, period.last)
    return {
        row["account"]: major(row["balance"], currency)
        for row in report["accounts"]
        if row["balance"]
    }


def by_beancount(folder: Path, texts: Sequence[str]) -> Balances:
    """The balances by code; one text is read as it is, several are included in a file."""
    for number, text in enumerate(texts):
        (folder / f"{number}.beancount").write_text(text)
    main = folder / "0.beancount"
    if len(texts) > 1:
        included = [f'include "{number}.beancount"' for number in range(len(texts))]
        main = folder / "main.beancount"
        main.write_text("\n".join(['plugin "beancount.plugins.auto_accounts"', *included]))
    entries, errors, _ = loader.load_file(str(main))
    assert errors == []
    found: Balances = {}
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                assert posting.units is not None
                code = posting.account.split(":")[1].split("-")[0]
                found[code] = found.get(code, Decimal(0)) + (posting.units.number or Decimal(0))
    return {code: amount for code, amount in found.items() if amount}


def by_hledger(folder: Path, texts: Sequence[str]) -> Balances:
    """The balances by code; hledger also checks that everything is declared and balances."""
    for number, text in enumerate(texts):
        (folder / f"{number}.journal").write_text(text)
    files = [part for number in range(len(texts)) for part in ("-f", f"{number}.journal")]
    hledger(folder, *files, "check", "--strict")
    listed = hledger(folder, *files, "balance", "--flat", "--no-total", "-O", "csv")
    rows = csv.DictReader(io.StringIO(listed))
    return {
        row["account"].split(":")[1].split(" ")[0]: Decimal(row["balance"].split(" ")[0])
        for row in rows
    }


def hledger(folder: Path, *arguments: str) -> str:
    """Its answer; it must be installed (`apt-get install hledger`)."""
    done = subprocess.run(
        ["hledger", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


READERS = {"beancount": by_beancount, "hledger": by_hledger}
#: hledger is a system package and comes with no Python: `scripts/test tests/exports -m system`.
FORMS = ("beancount", pytest.param("hledger", marks=pytest.mark.system))
STORIES: dict[str, tuple[Callable[[], Story], Sequence[Period]]] = {
    "program": (program, (JANUARY, FEBRUARY, MARCH, APRIL)),
    "dispute": (lost_dispute, (FEBRUARY, MARCH, APRIL, MAY)),
    "access": (time_lines, (JANUARY, FEBRUARY)),
}


@pytest.mark.parametrize("detail", ["line", "summary"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", STORIES)
def test_month_by_month_it_comes_to_our_trial_balance(
    name: str, form: str, detail: str, tmp_path: Path
) -> None:
    tell, periods = STORIES[name]
    with told(tell()) as books:
        books.close_now(periods[-1])
        made = handed_on(books, periods, form, detail)
        expected = trial_balance(books, periods[-1])
    assert expected
    assert READERS[form](tmp_path, [text for one in made for text in one.texts]) == expected


@pytest.mark.parametrize(("currency", "clearing"), [("JPY", "174750"), ("KWD", "174.750")])
@pytest.mark.parametrize("form", FORMS)
def test_currencies_with_other_places_are_read_right(
    form: str, currency: str, clearing: str, tmp_path: Path
) -> None:
    with told(program()) as books:
        books.close_now(JANUARY)
        [made] = handed_on(books, [JANUARY], form, "line", currency)
        expected = trial_balance(books, JANUARY, currency)
    found = READERS[form](tmp_path, made.texts)
    assert found == expected
    assert found["1020"] == Decimal(clearing)


@pytest.mark.parametrize("form", FORMS)
def test_names_and_ids_with_awkward_characters_are_read(form: str, tmp_path: Path) -> None:
    found = READERS[form](tmp_path, exported(form).texts)
    deferred = {"beancount": "24", "hledger": "24.000"}[form]
    assert MAPPING["2100"]["code"] == "24.000"
    assert found == {
        "1020": Decimal(1500),
        deferred: Decimal(-1050),
        "2110": Decimal("12345.67"),
        "4000": Decimal(-450),
        "4010": Decimal("-12345.67"),
    }


def closed(story: Story, cut: int) -> Books:
    """The books with January closed at a position."""
    close: Sealed = sealed(JANUARY, cut)
    books = Books("glow", len(story.events), [close])
    books.load([story.chunk()])
    books.settle()
    return books


def test_the_control_hash_of_a_closed_period_is_the_digest_of_its_close() -> None:
    with told(program()) as books:
        books.close_now(JANUARY)
        [made] = handed_on(books, [JANUARY], "xero", "summary")
        assert made.totals.sha256 == books.digest(JANUARY)
        assert made.totals.entries == books.entry_count(JANUARY)


@pytest.mark.parametrize("form", ["csv", "iif", "qbo", "xero", "netsuite", "beancount", "hledger"])
def test_what_comes_after_a_close_changes_no_byte_of_its_export(form: str) -> None:
    story, cut = late_visit()
    at_once = Story(story.events[:cut])
    with closed(at_once, cut) as books:
        first = handed_on(books, [JANUARY], form, "line")
    with closed(story, cut) as books:
        again = handed_on(books, [JANUARY], form, "line")
        later = handed_on(books, [FEBRUARY], form, "line")
    assert again == first
    assert "2026-01" in later[0].texts[0] or form not in {"beancount", "hledger"}
