"""What the identities compare the books with: promises, units, sums (accounting.md 15.6).

Read of the events themselves and not through the posting rules, so that each figure is reached
in two ways.
"""

from projections.close.fields import (
    LEAVING,
    LOT,
    SOLD,
    SOLD_LINE,
    SUBSCRIPTION,
    WAITS,
    Fact,
    each,
    integers,
    texts,
)

_QUANTITY, _MORE, _FEWER = (
    f"CAST(l.{name} AS DECIMAL(18, 3))" for name in ("quantity", "more", "fewer")
)
_UNTIMED = "NOT coalesce(l.time, false)"
_CAUGHT_UP = {**texts("line", "grant", "more", "fewer"), **integers("added", "taken")}


def _insert(table: str, values: str, rows: str, when: str = "true") -> str:
    return f"INSERT INTO {table} SELECT subscription, {values} FROM ({rows}) WHERE {when}"  # noqa: S608


def _unequal(when: str) -> str:
    return f"INSERT INTO unequal SELECT {SUBSCRIPTION} FROM parsed WHERE {when}"  # noqa: S608


def _sum(field: str, amount: str) -> str:
    return f"coalesce(list_sum(list_transform(b.{field}, lambda l: {amount})), 0)"


def _counted(sign: int, *events: str) -> Fact:
    counted = f"""
INSERT INTO units
SELECT {SUBSCRIPTION}, b."grant", {sign} * sum(CAST(b.quantity AS DECIMAL(18, 3))), false
FROM parsed GROUP BY ALL
"""  # noqa: S608 - made of constants
    return Fact(events, texts("grant", "quantity"), (counted,))


_ALLOCATED = _sum("lines", "l.allocated")
_LEAVING = _sum("lots", "l.value")
_MODIFIED = f"{_ALLOCATED} - {_LEAVING} + {_sum('caught_up', 'l.added - l.taken')} <> b.price"

COUNTED = (
    # what is promised of each lot
    Fact(
        ("PackageSold", "CycleDue", "UnitsReceived", "PlanChanged", "ContractModified"),
        {"lines": [SOLD_LINE]},
        (_insert("promised", 'l.line, l."grant", l.allocated', each("lines")),),
    ),
    Fact(
        ("LotExtended",),
        {"lots": [LOT]},
        (_insert("promised", 'l.line, l."grant", l.fee', each("lots")),),
    ),
    Fact(
        ("ContractsCombined", "RightExercised"),
        {"lots": [{**texts("line", "grant"), **integers("added", "taken")}]},
        (_insert("promised", 'l.line, l."grant", l.added - l.taken', each("lots")),),
    ),
    Fact(
        ("LossReversed",),
        {"lots": [LOT]},
        (_insert("units", f'l."grant", {_QUANTITY}, false', each("lots"), _UNTIMED),),
    ),
    Fact(
        ("ContractModified",),
        {"caught_up": [_CAUGHT_UP]},
        (_insert("promised", 'l.line, l."grant", l.added', each("caught_up")),),
    ),
    # what was earned, or is again to be earned, in a row that moves other value too
    Fact(
        ("ContractAssessed",),
        {"performed": [{**texts("grant"), **integers("amount")}]},
        (_insert("earned_beside", 'l."grant", l.amount', each("performed")),),
    ),
    Fact(
        ("LotReinstated",),
        {**texts("grant"), **integers("forfeited")},
        (
            f'INSERT INTO earned_beside SELECT {SUBSCRIPTION}, b."grant", -b.forfeited FROM parsed',  # noqa: S608
        ),
    ),
    # allocations add up to the price of each version of a contract
    Fact(
        ("PackageSold",),
        {**SOLD, "lines": [SOLD_LINE]},
        (_unequal(f"{_ALLOCATED} <> b.price + coalesce(b.setup_fee, 0)"),),
    ),
    Fact(
        ("CycleDue",),
        {**integers("price"), "lines": [SOLD_LINE]},
        (_unequal(f"{_ALLOCATED} <> b.price"),),
    ),
    Fact(
        ("PlanChanged",),
        {**integers("due"), **texts("proration"), "lines": [SOLD_LINE], "lots": [LOT]},
        (
            _unequal(
                f"CASE WHEN b.due > 0 OR b.proration = 'none' THEN {_ALLOCATED} <> {_LEAVING}"
                f" + b.due ELSE {_ALLOCATED} > {_LEAVING} END"
            ),
        ),
    ),
    Fact(
        ("ContractModified",),
        {
            **integers("price"),
            "lines": [SOLD_LINE],
            "lots": [LOT],
            "caught_up": [_CAUGHT_UP],
        },
        (_unequal(_MODIFIED),),
    ),
    # what the units of each lot come to
    Fact(
        ("PackageSold",),
        {**SOLD, "lines": [SOLD_LINE]},
        (
            _insert(
                "units",
                f'l."grant", {_QUANTITY}, true',
                each("lines", f"{WAITS} AS waits,"),
                "NOT waits AND l.quantity IS NOT NULL",
            ),
        ),
    ),
    Fact(
        ("UnitsReceived", "GoodwillGranted", "PlanChanged", "ContractModified"),
        {"lines": [SOLD_LINE]},
        (
            _insert(
                "units",
                f'l."grant", {_QUANTITY}, true',
                each("lines"),
                "l.quantity IS NOT NULL",
            ),
        ),
    ),
    Fact(
        ("CycleGranted",),
        {"lots": [LOT]},
        (
            _insert(
                "units", f'l."grant", {_QUANTITY}, true', each("lots"), "l.quantity IS NOT NULL"
            ),
        ),
    ),
    Fact(
        (*LEAVING, "UnitsTransferred"),
        {"lots": [LOT]},
        (
            _insert(
                "units",
                f'l."grant", -{_QUANTITY}, false',
                each("lots"),
                _UNTIMED,
            ),
        ),
    ),
    Fact(
        ("ContractModified",),
        {"caught_up": [_CAUGHT_UP]},
        (
            _insert(
                "units",
                f'l."grant", {_MORE} - {_FEWER}, false',
                each("caught_up"),
            ),
        ),
    ),
    _counted(-1, "UnitsDrawn", "LotExpired"),
    _counted(1, "DrawReversed", "ExpiryReversed", "LotReinstated"),
)
