"""What the checklist of a close reads of the events: last days of lots, lines without a price."""

from projections.close.fields import SUBSCRIPTION, Fact, days, each, integers, texts

_DAYS = {**texts("grant"), **days("lapses")}
_PRICED = {**texts("line", "grant", "kind", "ssp"), **integers("allocated"), "bonus": "BOOLEAN"}
#: Kinds that carry value by their price; a joining fee and a discount may go without (5.5, 5.8).
_VALUED = "('units', 'unlimited', 'credit', 'access', 'points')"


def _last_days(field: str) -> str:
    return f"""
INSERT INTO lot_day SELECT subscription, l."grant", position, l.lapses
FROM ({each(field)}) WHERE l.lapses IS NOT NULL
"""  # noqa: S608 - made of constants


#: Of several last days of a lot, the one recorded last is the lot's.
DAYS = (
    Fact(
        (
            "PackageSold",
            "CycleDue",
            "UnitsReceived",
            "GoodwillGranted",
            "PlanChanged",
            "ContractModified",
        ),
        {"lines": [_DAYS]},
        (_last_days("lines"),),
    ),
    Fact(
        ("LotExtended", "ValidityStarted", "CycleGranted", "Paused", "PauseBegan", "Resumed"),
        {"lots": [_DAYS]},
        (_last_days("lots"),),
    ),
    Fact(
        ("LotReinstated",),
        _DAYS,
        (f'INSERT INTO lot_day SELECT {SUBSCRIPTION}, b."grant", position, b.lapses FROM parsed',),  # noqa: S608
    ),
    Fact(
        ("PackageSold", "PlanChanged", "ContractModified"),
        {"lines": [_PRICED]},
        (
            f"""
INSERT INTO unpriced
SELECT position, effective_on, subscription || ':' || l.line
FROM ({each("lines")})
WHERE l.ssp = '0' AND l.allocated = 0 AND l.kind IN {_VALUED} AND NOT coalesce(l.bonus, false)
""",  # noqa: S608
        ),
    ),
)
