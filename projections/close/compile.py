"""Posting rules compiled to SQL: the same table the journal reads row by row (architecture.md 6).

Everything put into a statement here comes from the rules, never from an event.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import orjson

from ledger.books.entries import GIVEN
from ledger.books.placing import Close
from ledger.books.posting import BREAKS_AT, Chosen, Leg, Posting
from ledger.calendar import Period
from projections.journal.tables import PLACE

#: What to read of a body: DuckDB's type of each field, or the fields of an object, or a list.
Fields = Mapping[str, object]
_SALE = dict.fromkeys(("location", "program", "provider", "offer", "subscription"), "VARCHAR")
# Within one event the contract, the line and the lot decide the other dimensions, unless each
# item gives its own.
_KEYS = ("subscription", "line", "grant_id")

_ITEM: Fields = {"sale": _SALE, "line": "VARCHAR", "grant": "VARCHAR"}

# Dimensions by the leg's place; {sale} is the sale's struct, {item} the item or the event.
_SOLD = (
    "{sale}.program",
    "{sale}.provider",
    "{sale}.offer",
    "NULL",
    "{sale}.subscription",
    "{item}.line",
    '{item}."grant"',
)
_SITES: dict[str, tuple[str, ...]] = {
    "sale": ("{sale}.location", *_SOLD),
    "deliverer": (f"coalesce(b.{BREAKS_AT}, {{sale}}.location)", *_SOLD),
    "visit": (
        "b.location",
        "{sale}.program",
        "b.provider",
        "{sale}.offer",
        "b.service",
        "{sale}.subscription",
        "{item}.line",
        "NULL",
    ),
    "site": ("b.location", "NULL", "b.provider", *("NULL",) * 5),
    "given": (*(f"{{item}}.{name}" for name in GIVEN), "NULL"),
    "contract": (*("NULL",) * 5, "{sale}.subscription", "NULL", "NULL"),
    "none": ("NULL",) * len(PLACE),
}


def parsing(event: str, shapes: Iterable[Fields]) -> str:
    """SELECTs from the table `chunk` the events of one type, as `parsed` holds them.

    `b` has the fields of all `shapes`, so that each body is parsed once. Raises ValueError
    when two shapes disagree.
    """
    fields: Fields = {}
    for shape in shapes:
        fields = _merged(fields, shape)
    return f"""
SELECT position, effective_on, stream, json_transform(body, '{orjson.dumps(fields).decode()}') AS b
FROM chunk WHERE type = '{event}'
"""  # noqa: S608 - made of the rules


def _merged(one: Fields, other: Fields) -> Fields:
    same = one.keys() & other.keys()
    return {**one, **other, **{field: _agreed(one[field], other[field]) for field in same}}


def _agreed(one: object, other: object) -> object:
    match one, other:
        case dict(), dict():
            return _merged(one, other)
        case [of_one], [of_other]:
            return [_agreed(of_one, of_other)]
        case _ if one == other:
            return one
    raise ValueError(f"a field is read as {one} and as {other}")


def asked(postings: Sequence[Posting]) -> str:
    """SELECTs of the table `parsed`, for each posting, whether any event may write it."""
    found = ", ".join(
        f"bool_or({_condition(posting)} AND ({_moves(posting)}))" for posting in postings
    )
    return f"SELECT {found} FROM parsed"  # noqa: S608 - made of the rules


def statements(event: str, postings: Sequence[Posting], closes: Sequence[Close]) -> tuple[str, ...]:
    """For each posting, an INSERT into `posted` of what `parsed` holds of the event type.

    Raises ValueError when two legs of a posting could meet on an account.
    """
    for posting in postings:
        _refuse_shared_accounts(posting)
    day = posting_date(closes)
    return tuple(_statement(event, postings, number, day) for number in range(len(postings)))


def _statement(event: str, postings: Sequence[Posting], number: int, day: str) -> str:
    nth = _number(postings, number)
    moved = "\nUNION ALL\n".join(
        _leg_sql(nth, postings[number], order, leg)
        for order, leg in enumerate(postings[number].legs)
    )
    return f"""
INSERT INTO posted
SELECT CASE WHEN signed > 0 THEN 0 ELSE 1000000 END + leg * 10000 + item, position, n,
       '{postings[number].row}', {day}, effective_on, '{event}', stream, account, signed,
       {", ".join(PLACE)}
FROM ({moved})
"""  # noqa: S608 - made of the rules


def _moves(posting: Posting) -> str:
    """Whether an entry may have lines: some leg has an amount, or items that may have one."""
    return " OR ".join(
        f"({_amount(leg, 'b')}) <> 0" if leg.each is None else f"len(b.{leg.each}) > 0"
        for leg in posting.legs
    )


def posting_date(closes: Sequence[Close]) -> str:
    """The rule of accounting.md 14.2 over the columns `effective_on` and `position`."""
    if not closes:
        return "effective_on"
    # The latest period first: it is the one in force for a position beyond its cut.
    ordered = sorted(closes, key=lambda close: close.period, reverse=True)
    cases = " ".join(
        f"WHEN position > {close.cut} THEN {_placed(close.period)}" for close in ordered
    )
    return f"CASE {cases} ELSE effective_on END"


def _placed(period: Period) -> str:
    first = period.next().first
    return (
        f"CASE WHEN effective_on <= DATE '{period.last}' THEN DATE '{first}' ELSE effective_on END"
    )


def _number(postings: Sequence[Posting], number: int) -> str:
    """The number of an entry among those of its event: one more than the earlier ones written."""
    earlier = [
        f"CAST(coalesce({_condition(posting)}, false) AND ({_written(posting)}) AS INTEGER)"
        for posting in postings[:number]
        if not _exclusive(posting, postings[number])
    ]
    return " + ".join(("1", *earlier))


def _written(posting: Posting) -> str:
    """Whether an entry has lines: some leg has an amount."""
    return " OR ".join(
        f"({_amount(leg, 'b')}) <> 0"
        if leg.each is None
        else f"coalesce(list_sum([{_amount(leg, 'x')} for x in b.{leg.each}]), 0) <> 0"
        for leg in posting.legs
    )


def _exclusive(one: Posting, other: Posting) -> bool:
    fields = dict(one.when)
    return any(
        field in fields and not set(fields[field]) & set(values) for field, values in other.when
    )


def _refuse_shared_accounts(posting: Posting) -> None:
    """Lines are merged within a leg; two legs of a side must not meet on an account."""
    for one, other in combinations(posting.legs, 2):
        if one.side == other.side and _accounts(one) & _accounts(other):
            raise ValueError(f"row {posting.row} of {posting.event} has legs that overlap")


def _accounts(leg: Leg) -> set[str]:
    if isinstance(leg.account, str):
        return {leg.account}
    return set(leg.account.codes)


def _leg_sql(number: str, posting: Posting, order: int, leg: Leg) -> str:
    sign = "" if leg.side == "debit" else "-"
    if leg.each is None:
        dimensions = _dimensions(leg, "b", "b.sale")
        return f"""
SELECT position, effective_on, stream, {number} AS n, {order} AS leg, 0 AS item,
       {_account(leg, "b")} AS account,
       {sign}({_amount(leg, "b")}) AS signed, {dimensions}
FROM parsed WHERE {_condition(posting)} AND ({_amount(leg, "b")}) <> 0"""  # noqa: S608
    keys = PLACE if leg.place == "given" else _KEYS
    return f"""
SELECT position, any_value(effective_on) AS effective_on, any_value(stream) AS stream,
       any_value(n) AS n, {order} AS leg, min(item) AS item, account,
       CAST({sign}sum(amount) AS BIGINT) AS signed, {_merged_place(keys)}
FROM (
    SELECT position, effective_on, stream, n, item, {_account(leg, "x")} AS account,
           {_amount(leg, "x")} AS amount, {_dimensions(leg, "x", "coalesce(x.sale, sale)")}
    FROM (
        SELECT position, effective_on, stream, {number} AS n, b.sale AS sale,
               unnest(b.{leg.each}) AS x, generate_subscripts(b.{leg.each}, 1) AS item
        FROM parsed WHERE {_condition(posting)}
    )
)
GROUP BY position, account, {", ".join(keys)} HAVING sum(amount) <> 0"""  # noqa: S608 - made of the rules


def _merged_place(keys: Sequence[str]) -> str:
    return ", ".join(name if name in keys else f"any_value({name}) AS {name}" for name in PLACE)


def _condition(posting: Posting) -> str:
    terms = [
        f"b.{field} IN ({', '.join(_literal(value) for value in values)})"
        for field, values in posting.when
    ]
    return " AND ".join(terms) or "true"


def _literal(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else f"'{value}'"


def _account(leg: Leg, row: str) -> str:
    if isinstance(leg.account, str):
        return f"'{leg.account}'"
    field = f"{row}.{leg.account.field}"
    cases = " ".join(f"WHEN '{value}' THEN '{code}'" for value, code in leg.account.accounts)
    unknown = f"error('no account for {leg.account.field} ' || coalesce({field}, 'null'))"
    chosen = f"CASE {field} {cases} ELSE {unknown} END"
    if leg.account.otherwise is None:
        return chosen
    return f"CASE WHEN {field} IS NULL THEN '{leg.account.otherwise}' ELSE {chosen} END"


def _amount(leg: Leg, row: str) -> str:
    terms = (
        f"- coalesce({row}.{field[1:]}, 0)"
        if field.startswith("-")
        else f"+ coalesce({row}.{field}, 0)"
        for field in leg.amount
    )
    return " ".join(terms)


def _dimensions(leg: Leg, item: str, sale: str) -> str:
    values = (site.format(item=item, sale=f"({sale})") for site in _SITES[leg.place])
    return ", ".join(
        f"CAST({value} AS VARCHAR) AS {name}" for value, name in zip(values, PLACE, strict=True)
    )


def shape(postings: Iterable[Posting]) -> Fields:
    """What the postings of one event type read of a body."""
    event: dict[str, object] = {
        "sale": _SALE,
        **dict.fromkeys(("line", "grant", "location", "provider", "service"), "VARCHAR"),
    }
    lists: dict[str, dict[str, object]] = {}
    for posting in postings:
        for field, values in posting.when:
            event[field] = "BOOLEAN" if isinstance(values[0], bool) else "VARCHAR"
        for leg in posting.legs:
            if leg.each is None:
                event.update(_fields(leg))
            else:
                item = lists.setdefault(leg.each, dict(_ITEM))
                item.update(_fields(leg))
    return {**event, **{name: [item] for name, item in lists.items()}}


def _fields(leg: Leg) -> dict[str, object]:
    fields: dict[str, object] = {field.lstrip("-"): "BIGINT" for field in leg.amount}
    if isinstance(leg.account, Chosen):
        fields[leg.account.field] = "VARCHAR"
    if leg.place == "deliverer":
        fields[BREAKS_AT] = "VARCHAR"
    if leg.place == "given":
        fields |= dict.fromkeys(GIVEN, "VARCHAR")
    return fields
