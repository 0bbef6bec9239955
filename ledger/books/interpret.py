"""Posting rules read against the body of an event: the row-by-row journal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ledger.books.entries import GIVEN, Dimensions, Entry, Line, Movement, Source, arranged
from ledger.books.placing import Close, place
from ledger.books.posting import BREAKS_AT, Leg, Posting
from ledger.calendar import MONTHS, Calendar

Body = Mapping[str, Any]
Rules = Mapping[str, Sequence[Posting]]


def by_event(postings: Iterable[Posting]) -> Rules:
    """The rules of each event type, in row order."""
    rules: dict[str, list[Posting]] = {}
    for posting in postings:
        rules.setdefault(posting.event, []).append(posting)
    return rules


def interpret(rules: Rules, event: str, body: Body) -> list[tuple[str, tuple[Line, ...]]]:
    """Rows with their lines, for an event whose body is JSON values; rows without lines left out.

    Raises KeyError when a field that chooses an account is missing or has a value no rule knows.
    """
    posted = (
        (posting.row, arranged(_movements(posting, body)))
        for posting in rules.get(event, ())
        if _holds(posting, body)
    )
    return [(row, lines) for row, lines in posted if lines]


def entries_of(
    rules: Rules,
    source: Source,
    effective_on: date,
    body: Body,
    closes: Sequence[Close],
    calendar: Calendar = MONTHS,
) -> list[Entry]:
    """The entries of one recorded event, placed by the closes in force."""
    placed = place(effective_on, source.position, closes, calendar)
    return [
        Entry(
            entry=f"e-{source.position}-{n}",
            posting_date=placed.posting_date,
            period=placed.period,
            service_date=effective_on,
            rule=row,
            lines=lines,
            prior_period_of=placed.prior_period_of,
            event=source,
            n=n,
        )
        for n, (row, lines) in enumerate(interpret(rules, source.type, body), start=1)
    ]


def _holds(posting: Posting, body: Body) -> bool:
    return all(body.get(field) in values for field, values in posting.when)


def _movements(posting: Posting, body: Body) -> Iterator[Movement]:
    for leg in posting.legs:
        for item in _items(leg, body):
            account = leg.account
            if not isinstance(account, str):
                account = account.code(item.get(account.field))
            yield Movement(leg.side, account, _amount(leg, item), _dimensions(leg, body, item))


def _items(leg: Leg, body: Body) -> Sequence[Body]:
    return (body,) if leg.each is None else body.get(leg.each, ())


def _amount(leg: Leg, item: Body) -> int:
    total = 0
    for field in leg.amount:
        total += -item.get(field[1:], 0) if field.startswith("-") else item.get(field, 0)
    return total


def _dimensions(leg: Leg, body: Body, item: Body) -> Dimensions:
    if leg.place == "none":
        return Dimensions()
    if leg.place == "site":
        return Dimensions(location=body.get("location"), provider=body.get("provider"))
    if leg.place == "given":
        return Dimensions(**{name: item.get(name) for name in GIVEN})
    sale = item.get("sale") or body["sale"]
    if leg.place == "contract":
        return Dimensions(subscription=sale["subscription"])
    # The value of a used unit belongs to the place that delivered it (accounting.md 6.6).
    site = body if leg.place == "visit" else sale
    breaks_at = body.get(BREAKS_AT) if leg.place == "deliverer" else None
    return Dimensions(
        location=breaks_at or site.get("location"),
        program=sale.get("program"),
        provider=site.get("provider"),
        offer=sale.get("offer"),
        service=body.get("service") if leg.place == "visit" else None,
        subscription=sale["subscription"],
        line=item.get("line"),
        grant=None if leg.place == "visit" else item.get("grant"),
    )
