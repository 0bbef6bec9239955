"""Posting rules compiled to SQL: the same table the journal reads row by row (architecture.md 6).

Everything put into a statement here comes from the rules, never from an event.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations

import orjson

from ledger.books.placing import Close
from ledger.books.posting import Chosen, Leg, Posting
from ledger.calendar import Period

_PLACE = ("location", "program", "provider", "offer", "service", "subscription", "line")
_SALE = dict.fromkeys(("location", "program", "provider", "offer", "subscription"), "VARCHAR")
# Within one event the line and the contract decide the other dimensions.
_MERGED = ", ".join(
    name if name in ("subscription", "line") else f"any_value({name}) AS {name}" for name in _PLACE
)

# Dimensions by the leg's place; {sale} is the sale's struct, {item} the item or the event.
_SITES: dict[str, tuple[str, ...]] = {
    "sale": (
        "{sale}.location",
        "{sale}.program",
        "{sale}.provider",
        "{sale}.offer",
        "NULL",
        "{sale}.subscription",
        "{item}.line",
    ),
    "visit": (
        "b.location",
        "{sale}.program",
        "b.provider",
        "{sale}.offer",
        "b.service",
        "{sale}.subscription",
        "{item}.line",
    ),
    "contract": ("NULL", "NULL", "NULL", "NULL", "NULL", "{sale}.subscription", "NULL"),
    "none": ("NULL",) * 7,
}


def statement(event: str, postings: Sequence[Posting], closes: Sequence[Close]) -> str:
    """INSERTs into ``views.journal_line`` what the table `chunk` holds of one event type."""
    for posting in postings:
        _refuse_shared_accounts(posting)
    moved = "\nUNION ALL\n".join(
        _leg_sql(_number(postings, number), posting, order, leg)
        for number, posting in enumerate(postings)
        for order, leg in enumerate(posting.legs)
    )
    return f"""
WITH parsed AS MATERIALIZED (
    SELECT position, effective_on, stream, json_transform(body, '{_shape(postings)}') AS b
    FROM chunk WHERE type = '{event}'
), moved (
    position, effective_on, stream, n, rule, leg, item, account, signed, {", ".join(_PLACE)}
) AS ({moved})
INSERT INTO views.journal_line
SELECT NULL, CASE WHEN signed > 0 THEN 0 ELSE 1000000 END + leg * 10000 + item,
       position, n, 0, '', rule, {posting_date(closes)} AS posting_date,
       effective_on, strftime(posting_date, '%Y-%m'), {prior_period(closes)}, '{event}', stream,
       false, account, greatest(signed, 0), greatest(-signed, 0), {", ".join(_PLACE)}
FROM moved
"""  # noqa: S608 - made of the rules


def posting_date(closes: Sequence[Close]) -> str:
    """The rule of accounting.md 14.2 over the columns `effective_on` and `position`."""
    late = "CASE WHEN effective_on <= DATE '{last}' THEN DATE '{next}' ELSE effective_on END"
    return _by_lock(closes, late, "effective_on")


def prior_period(closes: Sequence[Close]) -> str:
    """The tag of a late event: the period it is dated in, else null."""
    late = "CASE WHEN effective_on <= DATE '{last}' THEN strftime(effective_on, '%Y-%m') END"
    return _by_lock(closes, late, "NULL")


def _by_lock(closes: Sequence[Close], late: str, otherwise: str) -> str:
    if not closes:
        return otherwise
    # The latest period first: it is the one in force for a position beyond its cut.
    ordered = sorted(closes, key=lambda close: close.period, reverse=True)
    cases = " ".join(
        f"WHEN position > {close.cut} THEN {_dated(late, close.period)}" for close in ordered
    )
    return f"CASE {cases} ELSE {otherwise} END"


def _dated(late: str, period: Period) -> str:
    return late.format(last=period.last, next=period.next().first)


def _number(postings: Sequence[Posting], number: int) -> str:
    """The number of an entry among those of its event: one more than the earlier ones written."""
    earlier = [
        f"CAST({_condition(posting)} AND ({_written(posting)}) AS INTEGER)"
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
    return {code for _, code in leg.account.accounts}


def _leg_sql(number: str, posting: Posting, order: int, leg: Leg) -> str:
    sign = "" if leg.side == "debit" else "-"
    row = f"'{posting.row}' AS rule, {order} AS leg"
    if leg.each is None:
        dimensions = _dimensions(leg, "b", "b.sale")
        return f"""
SELECT position, effective_on, stream, {number} AS n, {row}, 0 AS item,
       {_account(leg, "b")} AS account,
       {sign}({_amount(leg, "b")}) AS signed, {dimensions}
FROM parsed WHERE {_condition(posting)} AND ({_amount(leg, "b")}) <> 0"""  # noqa: S608
    return f"""
SELECT position, any_value(effective_on), any_value(stream), any_value(n), {row},
       min(item), account, CAST({sign}sum(amount) AS BIGINT), {_MERGED}
FROM (
    SELECT position, effective_on, stream, n, item, {_account(leg, "x")} AS account,
           {_amount(leg, "x")} AS amount, {_dimensions(leg, "x", "coalesce(x.sale, sale)")}
    FROM (
        SELECT position, effective_on, stream, {number} AS n, b.sale AS sale,
               unnest(b.{leg.each}) AS x, generate_subscripts(b.{leg.each}, 1) AS item
        FROM parsed WHERE {_condition(posting)}
    )
)
GROUP BY position, account, subscription, line HAVING sum(amount) <> 0"""  # noqa: S608 - made of the rules


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
    return f"CASE {field} {cases} ELSE {unknown} END"


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
        f"CAST({value} AS VARCHAR) AS {name}" for value, name in zip(values, _PLACE, strict=True)
    )


def _shape(postings: Iterable[Posting]) -> str:
    """What to read of a body, as `json_transform` wants it; each body is parsed once."""
    event: dict[str, object] = {
        "sale": _SALE,
        **dict.fromkeys(("line", "location", "provider", "service"), "VARCHAR"),
    }
    lists: dict[str, dict[str, object]] = {}
    for posting in postings:
        for field, values in posting.when:
            event[field] = "BOOLEAN" if isinstance(values[0], bool) else "VARCHAR"
        for leg in posting.legs:
            if leg.each is None:
                event.update(_fields(leg))
            else:
                item = lists.setdefault(leg.each, {"sale": _SALE, "line": "VARCHAR"})
                item.update(_fields(leg))
    return orjson.dumps({**event, **{name: [item] for name, item in lists.items()}}).decode()


def _fields(leg: Leg) -> dict[str, object]:
    fields: dict[str, object] = {field.lstrip("-"): "BIGINT" for field in leg.amount}
    if isinstance(leg.account, Chosen):
        fields[leg.account.field] = "VARCHAR"
    return fields
