"""What a replay reads of events for estimates: contracts, lots of units, and their movements.

The same rows as ``projections.journal.lots`` gives row by row.
"""

from projections.close.fields import (
    ACCOUNT,
    LOT,
    SALE,
    SOLD_LINE,
    SUBSCRIPTION,
    Fact,
    days,
    each,
    integers,
    texts,
)
from projections.journal.lots import MEASURES, POOLED

_DURATION = integers("years", "months", "weeks", "days")
_KINDS = "('" + "', '".join(POOLED) + "')"
_COUNTED = (
    f"l.kind IN {_KINDS} AND l.quantity IS NOT NULL AND NOT coalesce(l.ratable, false)"
    " AND l.allocated > 0"
)
_LINES = {"lines": [{**SOLD_LINE, "expires_after": _DURATION}]}


def _steps(quantity: str) -> str:
    return f"CAST(CAST({quantity} AS DECIMAL(18, 3)) * 1000 AS BIGINT)"


def _rule(term: str) -> str:
    return (
        "concat("
        + ", ".join(
            f"CASE WHEN {term}.{name} > 0 THEN {term}.{name} || '{name[0]}' END"
            for name in _DURATION
        )
        + ")"
    )


def _promised(term: str, otherwise: str) -> str:
    own = _rule("l.expires_after")
    return f"""
INSERT INTO views.journal_lot
SELECT subscription, position, l."grant", l.line, effective_on, l.kind, {ACCOUNT},
       coalesce(nullif({own}, ''), nullif({term}, ''), {otherwise}),
       sale.offer, sale.program, sale.location, sale.provider
FROM ({each("lines", "b,  b.sale AS sale,")}) WHERE {_COUNTED}
"""  # noqa: S608 - made of constants


def _moved(rows: str, when: str = "true", **measures: str) -> str:
    """INSERT of a row for each lot that moves; several rows of an event are several rows here."""
    values = ", ".join(measures.get(name, "0") for name in MEASURES)
    return f"""
INSERT INTO views.journal_unit
SELECT subscription, position, l."grant", effective_on, {values} FROM ({rows}) WHERE {when}
"""  # noqa: S608 - made of constants


def _one(sign: int) -> str:
    used, earned = f"{sign} * {_steps('b.quantity')}", f"{sign} * b.amount"
    return f"""
INSERT INTO views.journal_unit
SELECT {SUBSCRIPTION}, position, b."grant", effective_on, 0, 0, {used}, {earned}, 0, 0 FROM parsed
"""  # noqa: S608 - made of constants


def _lapsed(sign: int, when: str) -> str:
    gone = "(b.held + coalesce(b.waived, 0) + CASE b.forfeited WHEN 0 THEN b.credited ELSE 0 END)"
    return f"""
INSERT INTO views.journal_unit
SELECT {SUBSCRIPTION}, position, b."grant", effective_on,
       CASE b.forfeited WHEN 0 THEN {-sign} * {_steps("b.quantity")} ELSE 0 END,
       {-sign} * {gone}, 0, 0, {sign} * b.forfeited, 0
FROM parsed WHERE {when}
"""  # noqa: S608 - made of constants


_SOLD = _moved(each("lines"), _COUNTED, granted=_steps("l.quantity"), promised="l.allocated")
_UNTIMED = "NOT coalesce(l.time, false)"
_LEFT = _moved(each("lots"), _UNTIMED, granted=f"-{_steps('l.quantity')}", promised="-l.value")
_BACK = _moved(each("lots"), _UNTIMED, granted=_steps("l.quantity"), promised="l.value")
_LAPSE = {
    **texts("grant", "quantity", "method"),
    **integers("forfeited", "credited", "held", "waived"),
}
_CAUGHT_UP = {**texts("grant", "more", "fewer"), **integers("added", "taken")}
_PART = {**texts("grant", "quantity")}

#: Contracts alone: what expected refunds are asked of (accounting.md 8.2).
CONTRACTS = (
    Fact(
        ("PackageSold",),
        {
            "sale": SALE,
            **texts("state"),
            "refund": {**integers("cooling_off_days"), "on_demand": "BOOLEAN"},
            "policies": {"escheat": "JSON", "minimum_life": "JSON"},
        },
        (
            f"""
INSERT INTO views.journal_contract
SELECT {SUBSCRIPTION}, position, effective_on, b.sale.offer, b.sale.program,
       CASE WHEN b.refund.cooling_off_days > 0
            THEN effective_on + CAST(b.refund.cooling_off_days AS INTEGER) END,
       coalesce(b.refund.on_demand, false), b.state,
       CAST(b.policies.escheat AS VARCHAR), CAST(b.policies.minimum_life AS VARCHAR)
FROM parsed
""",  # noqa: S608 - made of constants
        ),
    ),
)
#: Lots and their units, which only a clinic needs that recognises breakage before expiry.
STOCKS = (
    Fact(
        ("PackageSold",),
        {**_LINES, "sale": SALE, "term": _DURATION, **days("cycle_ends")},
        (
            _promised(
                _rule("b.term"), "CASE WHEN b.cycle_ends IS NULL THEN 'open' ELSE 'cycle' END"
            ),
            _SOLD,
        ),
    ),
    Fact(("CycleDue",), {**_LINES, "sale": SALE}, (_promised("''", "'cycle'"), _SOLD)),
    Fact(("UnitsReceived",), {**_LINES, "sale": SALE}, (_promised("''", "'open'"), _SOLD)),
    Fact(
        ("PlanChanged", "ContractModified"),
        {**_LINES, "sale": SALE, "lots": [LOT]},
        (_promised("''", "'open'"), _SOLD, _LEFT),
    ),
    Fact(
        ("ContractModified",),
        {"caught_up": [_CAUGHT_UP]},
        (
            _moved(
                each("caught_up"),
                granted=f"{_steps('l.more')} - {_steps('l.fewer')}",
                promised="l.added - l.taken",
            ),
        ),
    ),
    Fact(("UnitsDrawn",), {**_PART, **integers("amount")}, (_one(1),)),
    Fact(("DrawReversed",), {**_PART, **integers("amount")}, (_one(-1),)),
    Fact(("LotExpired",), _LAPSE, (_lapsed(1, "true"),)),
    Fact(
        ("ExpiryReversed", "LotReinstated"),
        _LAPSE,
        (_lapsed(-1, "coalesce(b.method, '') <> 'zero_price'"),),
    ),
    Fact(
        ("Refunded", "WrittenOff", "ContractEnded", "CycleLapsed", "UnitsTransferred"),
        {"lots": [LOT]},
        (_LEFT,),
    ),
    Fact(("LossReversed",), {"lots": [LOT]}, (_BACK,)),
    Fact(("LotExtended",), {"lots": [LOT]}, (_moved(each("lots"), promised="l.fee"),)),
    Fact(
        ("CreditNoted",),
        {"reductions": [{**texts("grant"), **integers("amount")}]},
        (_moved(each("reductions"), promised="-l.amount"),),
    ),
    Fact(
        ("UnitsFrozen",),
        {"lots": [_PART]},
        (_moved(each("lots"), frozen=_steps("l.quantity")),),
    ),
    Fact(
        ("DisputeSettled",),
        {"lots": [LOT], "thawed": [_PART]},
        (
            _LEFT,
            _moved(each("thawed"), frozen=f"-{_steps('l.quantity')}"),
            _moved(each("lots"), _UNTIMED, frozen=f"-{_steps('l.quantity')}"),
        ),
    ),
)
