"""The stories of accounting.md 21 that need only events and closes, to the cent."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from aggregates.payout.events import PayoutRecorded
from ledger.books.entries import Entry, Source
from ledger.books.rollforward import COLUMNS
from ledger.calendar import Period
from projections.close.books import Books, Sealed
from projections.close.figures import checks, exceptions
from tests.books.stories import Story, late_visit, lost_dispute, paid, program

JANUARY, FEBRUARY, MARCH, APRIL, MAY = (Period(2026, month) for month in range(1, 6))


def sealed(period: Period, cut: int, digest: str = "") -> Sealed:
    event = Source(cut + 1, "PeriodClosed", f"glow/period/{period}")
    return Sealed(period, 1, cut, "2026-1", digest, event)


@contextmanager
def told(story: Story, closes: Sequence[Sealed] = ()) -> Iterator[Books]:
    with Books("glow", len(story.events), closes) as books:
        books.load([story.chunk()])
        books.settle()
        yield books


def row_of(entry: Entry) -> tuple[str, str, str, str]:
    """Posting date, row, debits and credits, as the tables of accounting.md 21 print them."""

    def side(amounts: Sequence[tuple[str, str | None, int]]) -> str:
        return "; ".join(
            f"{account} {line} {amount}"
            if line and account.startswith("2")
            else f"{account} {amount}"
            for account, line, amount in amounts
            if amount
        )

    debits = side([(line.account, line.at.line, line.debit) for line in entry.lines])
    credits_ = side([(line.account, line.at.line, line.credit) for line in entry.lines])
    return entry.posting_date.strftime("%m-%d"), entry.rule, debits, credits_


def rolled(books: Books, account: str, period: Period) -> dict[str, int]:
    row = books.rollforward(period)[account]
    return {column: row[column] for column in COLUMNS if row[column]}


def balances(books: Books, period: Period) -> dict[str, int]:
    return {row.account: row.balance for row in books.totals(period.last) if row.balance}


def test_events_that_come_and_are_posted_one_by_one_make_the_same_books(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story = lost_dispute()
    with told(story) as books:
        books.close_now(MAY)
        at_once = list(books.entries()), checks(books, MAY), exceptions(books, MAY)
    monkeypatch.setattr("projections.close.feeding.MANY", 1)
    with Books("glow", len(story.events), []) as books:
        chunk = story.chunk()
        books.load(chunk.slice(number, 1) for number in reversed(range(chunk.num_rows)))
        books.close_now(MAY)
        assert (list(books.entries()), checks(books, MAY), exceptions(books, MAY)) == at_once


def test_program_posts_every_entry_of_the_story() -> None:
    with told(program()) as books:
        books.close_now(APRIL)
        found = [row_of(entry) for entry in books.entries()]
    follow_up = ("2100 follow_up 14026", "4000 14026")
    assert found == [
        (
            "01-05",
            "6",
            "1020 180000",
            (
                "2100 initial 23377; 2100 follow_up 70130; 2100 scan 16831; 2100 lab 37403; "
                "2100 injection 19636; 2100 messaging 12623"
            ),
        ),
        ("01-05", "47", "6100 5250", "1020 5250"),
        ("01-05", "9", "2100 initial 23377", "4000 23377"),
        ("01-05", "9", "2100 scan 5610", "4000 5610"),
        ("01-05", "9", "2100 lab 37403", "4000 37403"),
        ("01-12", "9", *follow_up),
        ("01-12", "9", "2100 injection 3273", "4000 3273"),
        ("01-26", "9", *follow_up),
        ("01-26", "9", "2100 injection 3272", "4000 3272"),
        ("01-31", "14", "2100 messaging 3787", "4010 3787"),
        ("02-09", "9", *follow_up),
        ("02-09", "9", "2100 scan 5611", "4000 5611"),
        ("02-09", "9", "2100 injection 3273", "4000 3273"),
        ("02-16", "18", "2100 follow_up 14026", "4040 14026"),
        ("02-28", "14", "2100 messaging 3927", "4010 3927"),
        ("03-09", "9", *follow_up),
        ("03-09", "9", "2100 injection 3273", "4000 3273"),
        ("03-29", "20", "2100 scan 5610", "4030 5610"),
        ("03-29", "20", "2100 injection 6545", "4030 6545"),
        ("03-31", "14", "2100 messaging 4348", "4010 4348"),
        ("04-30", "14", "2100 messaging 561", "4010 561"),
    ]


def test_program_rolls_forward_and_balances() -> None:
    with told(program()) as books:
        books.close_now(APRIL)
        assert [rolled(books, "2100", period) for period in (JANUARY, FEBRUARY, MARCH, APRIL)] == [
            {"additions": 180000, "recognized_from_additions": -104774, "closing": 75226},
            {"opening": 75226, "recognized_from_opening": -40863, "closing": 34363},
            {
                "opening": 34363,
                "recognized_from_opening": -21647,
                "breakage": -12155,
                "closing": 561,
            },
            {"opening": 561, "recognized_from_opening": -561},
        ]
        assert balances(books, JANUARY) == {
            "1020": 174750,
            "2100": -75226,
            "4000": -100987,
            "4010": -3787,
            "6100": 5250,
        }
        assert balances(books, APRIL) == {
            "1020": 174750,
            "4000": -141196,
            "4010": -12623,
            "4030": -12155,
            "4040": -14026,
            "6100": 5250,
        }
        assert all(check.ok for check in checks(books, APRIL)), checks(books, APRIL)


def test_late_visit_and_reversal_post_in_the_open_period_and_keep_their_dates() -> None:
    story, cut = late_visit()
    with told(story, [sealed(JANUARY, cut)]) as books:
        books.close_now(FEBRUARY)
        found = [
            (entry.event and entry.event.position, *row_of(entry), entry.prior_period_of)
            for entry in books.entries()
        ]
        assert found == [
            (2, "01-08", "6", "1010 100000", "2100 session 100000", None),
            (3, "01-12", "9", "2100 session 14286", "4000 14286", None),
            (4, "01-20", "9", "2100 session 14285", "4000 14285", None),
            (5, "02-01", "9", "2100 session 14286", "4000 14286", "2026-01"),
            (7, "02-01", "9", "4000 14285", "2100 session 14285", "2026-01"),
            (6, "02-06", "9", "2100 session 14286", "4000 14286", None),
            (8, "02-17", "9", "2100 session 14285", "4000 14285", None),
        ]
        assert rolled(books, "2100", FEBRUARY) == {
            "opening": 71429,
            "recognized_from_opening": -28572,
            "closing": 42857,
        }
        assert balances(books, JANUARY) == {"1010": 100000, "2100": -71429, "4000": -28571}
        assert balances(books, FEBRUARY) == {"1010": 100000, "2100": -42857, "4000": -57143}


def test_what_is_recorded_after_the_cut_leaves_the_sealed_period_as_it_was() -> None:
    story, cut = late_visit()
    with told(Story(story.events[:cut])) as books:
        books.close_now(JANUARY)
        before = books.digest(JANUARY)
    with told(story, [sealed(JANUARY, cut)]) as books:
        assert books.digest(JANUARY) == before
    with told(story) as books:
        books.close_now(JANUARY)
        assert books.digest(JANUARY) != before


def test_lost_dispute_takes_tax_undelivered_and_delivered() -> None:
    with told(lost_dispute()) as books:
        books.close_now(MAY)
        assert [row_of(entry) for entry in books.entries(APRIL.first)] == [
            ("04-10", "37", "1130 95400; 6110 1500", "1020 96900"),
            ("05-20", "38", "2100 session 45000; 2200 5400; 4910 45000", "1130 95400"),
        ]
        assert rolled(books, "2100", MAY) == {"opening": 45000, "disputes": -45000}
        assert balances(books, MAY) == {
            "1020": -4297,
            "4000": -45000,
            "4910": 45000,
            "6100": 2797,
            "6110": 1500,
        }
        assert all(check.ok for check in checks(books, MAY)), checks(books, MAY)


def test_what_a_person_should_look_at_is_listed_until_it_is_settled() -> None:
    story = lost_dispute()
    story.on("2026-05-21", paid([], payment="pay-2", excess=900))
    story.on("2026-05-22", payout(unmatched=-250), "glow/payout/po-1")
    with told(story) as books:
        books.close_now(APRIL)
        assert exceptions(books, APRIL) == ()
        assert [(one.kind, one.id, one.amount) for one in exceptions(books, MAY)] == [
            ("overpaid", "pay-2", 900),
            ("payout_unmatched", "po-1", -250),
        ]
    with told(Story(story.events[:6])) as books:
        assert [(one.kind, one.id) for one in exceptions(books, APRIL)] == [("open_dispute", "d-1")]


def payout(unmatched: int) -> PayoutRecorded:
    return PayoutRecorded(payout="po-1", amount=1, fees=0, payments=(), unmatched=unmatched)
