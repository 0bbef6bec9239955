"""The posting rules as a table an accountant can read: event, row, accounts, amount, paragraph.

Written from the rules themselves, so that it cannot say anything else than what is posted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ledger.books.chart import CHART
from ledger.books.posting import Leg, Posting, Side
from ledger.books.rows import ROWS, Row

#: The columns of `cells`, and of the page.
COLUMNS = ("event", "when", "rule", "title", "debit", "credit", "paragraph")
#: The event of the rows that the books compute at a close.
_CLOSE = "PeriodClosed"
_COMPUTED = "computed at the close"


def rule_table(postings: Sequence[Posting], *, closing: bool = True) -> list[dict[str, Any]]:
    """One object for each event and row; the rows of a close, if it has any, after those of events.

    `debit` and `credit` are legs {accounts, chosen_by, amount, each}: one of the `accounts` by
    the field `chosen_by`, moved by the sum of the fields in `amount` (a leading "-" subtracts),
    once for the event or for `each` item of a list.
    """
    posted = {posting.row for posting in postings}
    computed = (row for row in ROWS.values() if closing and row.number not in posted)
    return [*map(_of_event, postings), *map(_of_close, computed)]


def cells(table: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    """The table as text in the order of `COLUMNS`."""
    for rule in table:
        yield (
            rule["event"],
            "; ".join(
                f"{field} is {' or '.join(values)}" for field, values in rule["when"].items()
            ),
            rule["rule"],
            rule["title"],
            "; ".join(map(_leg_text, rule["debit"])),
            "; ".join(map(_leg_text, rule["credit"])),
            rule["paragraph"],
        )


def formula(posting: Posting) -> str:
    """What an entry amounts to, in the words of the rule: the sum of its debits."""
    return " + ".join(
        _amount_text(leg.amount, leg.each) for leg in posting.legs if leg.side == "debit"
    )


def page(title: str, rows: Iterable[Sequence[str]]) -> str:
    """The table in Markdown."""
    lines = [f"# {title}", "", _INTRODUCTION, "", _line(COLUMNS), _line(["---"] * len(COLUMNS))]
    return "\n".join([*lines, *map(_line, rows)]) + "\n"


_INTRODUCTION = (
    "What each event posts, written by `ledger rules --markdown` from the rules that the books\n"
    "follow. `2100 = amount` moves the account by that field of the event; `2100/2110 = amount of\n"
    "each shares` does so for each item of a list, on the account that the item's `liability`,\n"
    "`revenue` or `tender` names. Amounts are decided with the event; an entry of nothing is not\n"
    "written. Paragraphs are those of ASC 606 and of the accounting rules."
)


def _of_event(posting: Posting) -> dict[str, Any]:
    row = ROWS[posting.row]
    return {
        "event": posting.event,
        "when": {field: [_word(value) for value in values] for field, values in posting.when},
        "rule": row.number,
        "title": row.title,
        "debit": _legs(posting, "debit"),
        "credit": _legs(posting, "credit"),
        "paragraph": row.paragraph,
    }


def _of_close(row: Row) -> dict[str, Any]:
    def leg(accounts: str) -> list[dict[str, Any]]:
        return [
            {"accounts": [account], "chosen_by": None, "amount": [_COMPUTED], "each": None}
            for account in accounts.split("; ")
        ]

    return {
        "event": _CLOSE,
        "when": {},
        "rule": row.number,
        "title": row.title,
        "debit": leg(row.debit),
        "credit": leg(row.credit),
        "paragraph": row.paragraph,
    }


def _word(value: str | bool) -> str:
    return value if isinstance(value, str) else str(value).lower()


def _legs(posting: Posting, side: Side) -> list[dict[str, Any]]:
    return [_leg(leg) for leg in posting.legs if leg.side == side]


def _leg(leg: Leg) -> dict[str, Any]:
    chosen = None if isinstance(leg.account, str) else leg.account
    codes = [str(leg.account)] if chosen is None else list(chosen.codes)
    return {
        "accounts": codes,
        "chosen_by": None if chosen is None else chosen.field,
        "amount": list(leg.amount),
        "each": leg.each,
    }


def _leg_text(leg: Mapping[str, Any]) -> str:
    accounts = "any account" if set(leg["accounts"]) == set(CHART) else "/".join(leg["accounts"])
    return f"{accounts} = {_amount_text(leg['amount'], leg['each'])}"


def _amount_text(fields: Sequence[str], each: str | None) -> str:
    terms = " + ".join(fields).replace("+ -", "− ")
    return terms if each is None else f"{terms} of each {each}"


def _line(values: Iterable[str]) -> str:
    return f"| {' | '.join(values)} |"
