"""What a replay reads of the events beside their postings, as SQL over the table `parsed`.

Each fact names the fields it reads itself and not through the posting rules: the identities
compare two ways to the same figure (accounting.md 15.6).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aggregates.effects import LIABILITY
from ledger.books.placing import Close
from projections.close.compile import Fields, posting_date

_ACCOUNT = (
    "CASE l.liability "
    + " ".join(f"WHEN '{value}' THEN '{code}'" for value, code in LIABILITY.accounts)
    + " END"
)
_SUBSCRIPTION = "split_part(stream, '/', 3) AS subscription"
_UNSAID = "NULL, NULL, NULL, NULL, NULL, NULL"


@dataclass(frozen=True, slots=True)
class Fact:
    """INSERTs over `parsed`, for events of these types, and the fields of a body they read."""

    events: tuple[str, ...]
    fields: Fields
    statements: tuple[str, ...]


def _texts(*names: str) -> Fields:
    return dict.fromkeys(names, "VARCHAR")


def _integers(*names: str) -> Fields:
    return dict.fromkeys(names, "BIGINT")


def _days(*names: str) -> Fields:
    return dict.fromkeys(names, "DATE")


_SOLD_LINE = {
    **_texts("line", "grant", "kind", "liability", "quantity"),
    **_integers("allocated"),
    **_days("starts", "ends"),
}
_LINES = f"SELECT {_SUBSCRIPTION}, unnest(b.lines) AS l FROM parsed"  # noqa: S608
_SOLD = Fact(
    ("PackageSold",),
    {
        "price": "BIGINT",
        "policies": {"draw_before_payment": "BOOLEAN"},
        "sale": _texts("location", "program", "provider", "offer"),
        "lines": [_SOLD_LINE],
    },
    (
        f"""
INSERT INTO views.journal_step
SELECT subscription, position, row_number() OVER (PARTITION BY position ORDER BY i) - 1,
       l.line, l."grant", effective_on, 'start', l.allocated, l.starts, l.ends, {_ACCOUNT},
       coalesce(draw_before_payment, false), sale.location, sale.program, sale.provider, sale.offer
FROM (
    SELECT {_SUBSCRIPTION}, position, effective_on, b.sale AS sale,
           b.policies.draw_before_payment AS draw_before_payment,
           unnest(b.lines) AS l, generate_subscripts(b.lines, 1) AS i
    FROM parsed
)
WHERE l.kind = 'access' AND l.ends IS NOT NULL
""",  # noqa: S608 - made of constants
        f"INSERT INTO promised SELECT subscription, l.line, l.allocated FROM ({_LINES})",  # noqa: S608
        f"""
INSERT INTO units SELECT subscription, l."grant", CAST(l.quantity AS DECIMAL(18, 3))
FROM ({_LINES}) WHERE l.quantity IS NOT NULL
""",  # noqa: S608 - made of constants
        f"""
INSERT INTO unequal SELECT {_SUBSCRIPTION} FROM parsed
WHERE list_sum(list_transform(b.lines, lambda l: l.allocated)) <> b.price
""",  # noqa: S608 - made of constants
    ),
)
_LOT = {
    **_texts("line", "grant", "quantity"),
    **_integers("recognised", "amount", "fee", "rest"),
    "time": "BOOLEAN",
    **_days("starts", "ends", "rest_starts", "rest_ends"),
}
_LOTS = f"""
SELECT {_SUBSCRIPTION}, position, effective_on, unnest(b.lots) AS l,
       generate_subscripts(b.lots, 1) AS i
FROM parsed
"""  # noqa: S608 - made of constants
_CHANGED = Fact(
    ("LotExtended", "Refunded", "DisputeSettled"),
    {"lots": [_LOT]},
    (
        f"""
INSERT INTO views.journal_step
SELECT subscription, position, row_number() OVER (PARTITION BY position ORDER BY i, k) - 1,
       line, lot, effective_on, kind, amount, starts, ends, {_UNSAID}
FROM (
    SELECT *, l.line AS line, l."grant" AS lot, 0 AS k, 'fix' AS kind, l.recognised AS amount,
           CAST(NULL AS DATE) AS starts, CAST(NULL AS DATE) AS ends
    FROM ({_LOTS}) WHERE l.starts IS NOT NULL OR coalesce(l.time, false)
    UNION ALL
    SELECT *, l.line, l."grant", 1, 'start', coalesce(l.amount, l.rest),
           coalesce(l.starts, l.rest_starts), coalesce(l.ends, l.rest_ends)
    FROM ({_LOTS}) WHERE l.starts IS NOT NULL OR l.rest_starts IS NOT NULL
)
""",  # noqa: S608 - made of constants
    ),
)
_EXTENDED = Fact(
    ("LotExtended",),
    {"lots": [_LOT]},
    (f"INSERT INTO promised SELECT subscription, l.line, l.fee FROM ({_LOTS})",),  # noqa: S608
)
_LEFT = Fact(
    ("Refunded", "DisputeSettled"),
    {"lots": [_LOT]},
    (
        f"""
INSERT INTO units SELECT subscription, l."grant", -CAST(l.quantity AS DECIMAL(18, 3))
FROM ({_LOTS}) WHERE NOT coalesce(l.time, false)
""",  # noqa: S608 - made of constants
    ),
)
_VOIDED = Fact(
    ("SaleVoided",),
    {},
    (
        f"""
INSERT INTO views.journal_step
SELECT {_SUBSCRIPTION}, position, 0, '', '', effective_on, 'stop', 0, NULL, NULL, {_UNSAID}
FROM parsed
""",  # noqa: S608 - made of constants
    ),
)
_REDUCED = Fact(
    ("CreditNoted",),
    {"reductions": [{**_texts("line", "grant"), **_integers("amount")}]},
    (
        f"""
INSERT INTO views.journal_step
SELECT subscription, position, i - 1, r.line, r."grant", effective_on, 'less', r.amount,
       NULL, NULL, {_UNSAID}
FROM (
    SELECT {_SUBSCRIPTION}, position, effective_on, unnest(b.reductions) AS r,
           generate_subscripts(b.reductions, 1) AS i
    FROM parsed
)
""",  # noqa: S608 - made of constants
    ),
)


def _counted(sign: int, *events: str) -> Fact:
    counted = f"""
INSERT INTO units
SELECT {_SUBSCRIPTION}, b."grant", {sign} * sum(CAST(b.quantity AS DECIMAL(18, 3)))
FROM parsed GROUP BY ALL
"""  # noqa: S608 - made of constants
    return Fact(events, _texts("grant", "quantity"), (counted,))


_FACTS = (
    _SOLD,
    _CHANGED,
    _EXTENDED,
    _LEFT,
    _VOIDED,
    _REDUCED,
    _counted(-1, "UnitsDrawn", "LotExpired"),
    _counted(1, "DrawReversed", "ExpiryReversed"),
)

_PROCESSED = "('card', 'ach', 'financing')"
_SENT_BACK = f"""
coalesce(list_sum(list_transform(list_filter(
    b.payments, lambda p: p.tender IN {_PROCESSED}), lambda p: p.amount)), 0)
"""
_PARTS = "coalesce(list_sum(list_transform(b.parts, lambda p: {})), 0)"
_PAYMENTS: Fields = {"payments": [{**_texts("tender"), **_integers("amount")}]}
# What each event moves on the processor's account: money it took in less what it gave out or
# kept.
_HELD: tuple[tuple[str, Fields, str], ...] = (
    (
        "PaymentReceived",
        {**_texts("tender"), **_integers("amount", "fee")},
        f"CASE WHEN b.tender IN {_PROCESSED} THEN b.amount ELSE 0 END - coalesce(b.fee, 0)",
    ),
    (
        "Refunded",
        {"paid": "BOOLEAN", **_texts("to"), **_PAYMENTS},
        f"CASE WHEN b.paid AND b.\"to\" <> 'store_credit' THEN -({_SENT_BACK}) ELSE 0 END",
    ),
    (
        "RefundSettled",
        {**_texts("status"), **_PAYMENTS},
        f"CASE b.status WHEN 'paid' THEN -1 ELSE 1 END * ({_SENT_BACK})",
    ),
    (
        "DisputeOpened",
        {"funds_withdrawn": "BOOLEAN", "parts": [_integers("amount", "fee")]},
        f"CASE WHEN b.funds_withdrawn THEN -{_PARTS.format('p.amount + p.fee')} ELSE 0 END",
    ),
    (
        "DisputeClosed",
        {"parts": [_integers("returned", "fee_returned")]},
        _PARTS.format("p.returned + p.fee_returned"),
    ),
    ("PayoutRecorded", _integers("amount", "fees"), "-(b.amount + b.fees)"),
)
# What a person should look at: event, kind, when, id, amount.
_NOTICES = (
    ("PaymentReceived", "overpaid", "b.excess > 0", "b.payment", "b.excess"),
    ("PaymentReceived", "consent_missing", "b.consent_missing", "b.payment", "b.amount"),
    ("PayoutRecorded", "payout_unmatched", "b.unmatched <> 0", "b.payout", "b.unmatched"),
    (
        "ForfeitureHeld",
        "forfeiture_held",
        "true",
        "concat(split_part(stream, '/', 3), ':', b.\"grant\")",
        "b.amount",
    ),
    ("DisputeOpened", "open_dispute", "true", "b.dispute", "b.amount"),
    ("DisputeClosed", "dispute_closed", "true", "b.dispute", "NULL"),
)
_NOTICED: Fields = {
    **_texts("payment", "payout", "dispute", "grant"),
    **_integers("amount", "excess", "unmatched"),
    "consent_missing": "BOOLEAN",
}


def facts(closes: Sequence[Close]) -> list[Fact]:
    """Everything read beside the postings; the closes in force place what a processor holds."""
    day = posting_date(closes)
    held = [Fact((event,), fields, (_held(day, amount),)) for event, fields, amount in _HELD]
    return [*_FACTS, *held, *(_notice(*notice) for notice in _NOTICES)]


def _held(day: str, amount: str) -> str:
    return f"INSERT INTO processor SELECT {day} AS day, sum({amount}) FROM parsed GROUP BY day"  # noqa: S608


def _notice(event: str, kind: str, when: str, key: str, amount: str) -> Fact:
    noticed = f"""
INSERT INTO notice SELECT position, effective_on, '{kind}', {key}, {amount}
FROM parsed WHERE {when}
"""  # noqa: S608 - made of constants
    return Fact((event,), _NOTICED, (noticed,))
