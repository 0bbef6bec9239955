"""What a replay reads of the events that start, re-spread or end a line earned by day.

The same steps as ``projections.journal.steps`` gives row by row, in the same order within an
event: what lots become, then what begins, then what stands still.
"""

from ledger.books.chart import DEFERRED_COMMISSIONS, UNBILLED
from ledger.books.returns import LOT as RETURNS
from projections.close.fields import (
    ACCOUNT,
    EARNED_BY_DAY,
    LEAVING,
    LOT,
    SALE,
    SOLD,
    SOLD_LINE,
    SUBSCRIPTION,
    WAITS,
    Fact,
    days,
    each,
    integers,
    texts,
)
from projections.journal.steps import COMMISSION, INTEREST, RECOVERABLE, RETURNABLE

_UNSAID = ", ".join(["NULL"] * 8)


def _promised(runs: str) -> str:
    """The lines of time among new lots; one that does not run yet has no days."""
    return f"""
INSERT INTO views.journal_step
SELECT subscription, position, 100000 + i, l.line, l."grant", effective_on, 'start',
       CASE WHEN runs THEN l.allocated ELSE 0 END, CASE WHEN runs THEN l.starts END,
       CASE WHEN runs THEN l.ends END, {ACCOUNT}, sale.location, sale.program, sale.provider,
       sale.offer, l.day_count, l.timezone, l.rounding
FROM (
    SELECT * EXCLUDE (runs), runs AND l.ends IS NOT NULL AS runs
    FROM ({each("lines", f"b.sale AS sale, {runs} AS runs,")})
)
WHERE {EARNED_BY_DAY}
"""  # noqa: S608 - made of constants


def _started(field: str, when: str) -> str:
    return f"""
INSERT INTO views.journal_step
SELECT subscription, position, i, l.line, l."grant", effective_on, 'start', l.amount, l.starts,
       l.ends, {_UNSAID}
FROM ({each(field)}) WHERE {when}
"""  # noqa: S608 - made of constants


def _anew(fixed: str, goes_on: str, rest: str) -> str:
    """Lots fixed at what they earned and, where something `goes_on`, their rest over new days."""
    return f"""
INSERT INTO views.journal_step
SELECT subscription, position, 2 * i, l.line, l."grant", effective_on, 'fix', l.recognised,
       NULL, NULL, {_UNSAID}
FROM ({each("lots")}) WHERE {fixed}
UNION ALL
SELECT subscription, position, 2 * i + 1, l.line, l."grant", effective_on, 'start', {rest},
       {_UNSAID}
FROM ({each("lots")}) WHERE {goes_on}
"""  # noqa: S608 - made of constants


def _whole(kind: str, when: str, n: int = 0, lot: str = "") -> str:
    """A step of a whole contract, or of a lot without a line."""
    return f"""
INSERT INTO views.journal_step
SELECT {SUBSCRIPTION}, position, {n}, '', '{lot}', effective_on, '{kind}', 0, NULL, NULL, {_UNSAID}
FROM parsed WHERE {when}
"""  # noqa: S608 - made of constants


def _delivered(sign: int, cost: str) -> str:
    """Products that may be brought back: what they earned, and what goods from stock cost."""
    earned = "b.amount - coalesce(b.unposted, 0) - coalesce(b.payable, 0) - coalesce(b.tax, 0)"
    parts = ((0, RETURNABLE, earned), (1, RECOVERABLE, cost))
    return "INSERT INTO views.journal_step " + " UNION ALL ".join(
        f"""
SELECT {SUBSCRIPTION}, position, {n}, b.line, '{RETURNS}', effective_on, '{kind}',
       {sign} * ({amount}), NULL, b.returnable_until + 1, NULL, b.location, b.sale.program,
       b.provider, b.sale.offer, NULL, NULL, NULL
FROM parsed WHERE b.returnable_until IS NOT NULL AND {amount} <> 0
"""  # noqa: S608 - made of constants
        for n, kind, amount in parts
    )


def _over(when: str) -> tuple[str, str]:
    """With the contract what is left of a commission ends, and interest that is not due."""
    return (
        _whole("finish", when, n=300000, lot=COMMISSION),
        _whole("settle", when, n=300001, lot=INTEREST),
    )


_UNBILLED = "b.policies.instalment_right = 'unbilled_receivable' AND b.billing.cancellable = false"
_COMMISSION = f"""
INSERT INTO views.journal_step
SELECT {SUBSCRIPTION}, position, 2, '', '{COMMISSION}', effective_on, 'start', b.commission,
       b.starts, b.commission_ends, '{DEFERRED_COMMISSIONS}', b.sale.location, b.sale.program,
       b.sale.provider, b.sale.offer, NULL, NULL, NULL
FROM parsed WHERE b.commission_to = 'asset'
"""  # noqa: S608 - made of constants
_INTEREST = f"""
INSERT INTO views.journal_step
SELECT subscription, position, 10 + i, '', '{INTEREST}', effective_on, 'start', l.interest,
       l.starts, l.ends, CASE i WHEN 1 THEN '{UNBILLED}' END, CASE i WHEN 1 THEN sale.location END,
       CASE i WHEN 1 THEN sale.program END, CASE i WHEN 1 THEN sale.provider END,
       CASE i WHEN 1 THEN sale.offer END, NULL, NULL, NULL
FROM ({each("financing.spans", "b.sale AS sale,")})
"""  # noqa: S608 - made of constants
_FROZEN = f"""
INSERT INTO views.journal_step
SELECT subscription, position, 200000 + i, l.line, l."grant", least(effective_on, l.starts),
       'freeze', 0, l.starts, l.until, {_UNSAID}
FROM ({each("freezes")})
"""  # noqa: S608 - made of constants
_COMBINED = f"""
INSERT INTO views.journal_step
SELECT {SUBSCRIPTION}, position, -1, '', b.party, effective_on, 'combined', 0, NULL, NULL,
       {_UNSAID}
FROM parsed
"""  # noqa: S608 - made of constants
_REDUCED = f"""
INSERT INTO views.journal_step
SELECT subscription, position, i, l.line, l."grant", effective_on, 'less', l.amount, NULL, NULL,
       {_UNSAID}
FROM ({each("reductions")})
"""  # noqa: S608 - made of constants
_SPREAD = "l.starts IS NOT NULL AND l.ends IS NOT NULL"
_RESPREAD = _anew(_SPREAD, _SPREAD, "l.amount, l.starts, l.ends")
_LEFT = _anew(
    "coalesce(l.time, false)", "l.rest_ends IS NOT NULL", "l.rest, l.rest_starts, l.rest_ends"
)
_SPAN = {**texts("line", "grant"), **integers("amount"), **days("starts", "ends", "until")}
_DRAWN = {
    **texts("line", "location", "provider", "cost_of"),
    **integers("amount", "unposted", "payable", "tax", "cost"),
    **days("returnable_until"),
    "sale": SALE,
}
_STOCK = "CASE b.cost_of WHEN 'supply' THEN coalesce(b.cost, 0) ELSE 0 END"

TIMED = (
    Fact(
        ("PackageSold",),
        {
            **SOLD,
            **texts("commission_to"),
            **integers("commission"),
            **days("starts", "commission_ends"),
            "sale": SALE,
            "lines": [SOLD_LINE],
            "financing": {"spans": [{**days("starts", "ends"), **integers("interest")}]},
        },
        (
            _whole("ahead", "coalesce(b.policies.draw_before_payment, false)"),
            _whole("unbilled", _UNBILLED, n=1),
            _COMMISSION,
            _INTEREST,
            _promised(f"coalesce(b.contract_met, true) AND NOT ({WAITS})"),
        ),
    ),
    Fact(("CycleDue",), {"sale": SALE, "lines": [SOLD_LINE]}, (_promised("false"),)),
    Fact(
        ("UnitsReceived", "PlanChanged", "ContractModified"),
        {"sale": SALE, "lines": [SOLD_LINE]},
        (_promised("true"),),
    ),
    Fact(
        ("CycleGranted", "ValidityStarted"),
        {"lots": [LOT]},
        (_started("lots", "coalesce(l.time, false) AND l.ends IS NOT NULL"),),
    ),
    Fact(("ContractAssessed",), {"running": [_SPAN]}, (_started("running", "true"),)),
    Fact(
        ("LotExtended", "Paused", "PauseBegan", "Resumed", "ContractsCombined", "RightExercised"),
        {"lots": [LOT]},
        (_RESPREAD,),
    ),
    Fact((*LEAVING, "LossReversed"), {"lots": [LOT]}, (_LEFT,)),
    Fact(("ContractsCombined",), texts("party"), (_COMBINED,)),
    Fact(
        ("Paused", "PauseBegan", "Resumed", "DisputeSettled", "LossReversed", "WrittenOff"),
        {"freezes": [_SPAN]},
        (_FROZEN,),
    ),
    Fact(("CreditNoted",), {"reductions": [_SPAN]}, (_REDUCED,)),
    Fact(("SaleVoided",), {}, (_whole("stop", "true"),)),
    Fact(("Refunded", "DisputeSettled"), {"ended": "BOOLEAN"}, _over("b.ended")),
    Fact(("ContractEnded", "SaleVoided"), {}, _over("true")),
    Fact(
        ("LotExpired",),
        integers("waived_interest"),
        (_whole("settle", "b.waived_interest > 0", lot=INTEREST),),
    ),
    Fact(("UnitsDrawn",), _DRAWN, (_delivered(1, _STOCK),)),
    Fact(("DrawReversed",), _DRAWN, (_delivered(-1, _STOCK),)),
    Fact(("DrawPosted",), _DRAWN, (_delivered(1, "0"),)),
)
