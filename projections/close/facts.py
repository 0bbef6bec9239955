"""What a replay reads of the events beside their postings, as SQL over the table `chunk`.

Each statement reads bodies itself, not through the posting rules: the identities compare
two ways to the same figure (accounting.md 15.6).
"""

from collections.abc import Sequence

from aggregates.effects import LIABILITY
from ledger.books.placing import Close
from projections.close.compile import posting_date

_ACCOUNT = (
    "CASE l.liability "
    + " ".join(f"WHEN '{value}' THEN '{code}'" for value, code in LIABILITY.accounts)
    + " END"
)
_SUBSCRIPTION = "split_part(stream, '/', 3) AS subscription"

_SOLD = f"""
CREATE OR REPLACE TEMP TABLE sold AS
SELECT {_SUBSCRIPTION}, position, effective_on, json_transform(body, '{{
    "price": "BIGINT", "policies": {{"draw_before_payment": "BOOLEAN"}},
    "sale": {{"location": "VARCHAR", "program": "VARCHAR", "provider": "VARCHAR",
              "offer": "VARCHAR"}},
    "lines": [{{"line": "VARCHAR", "grant": "VARCHAR", "kind": "VARCHAR", "liability": "VARCHAR",
                "allocated": "BIGINT", "starts": "DATE", "ends": "DATE", "quantity": "VARCHAR"}}]
}}') AS b FROM chunk WHERE type = 'PackageSold'
"""  # noqa: S608 - made of constants
_SOLD_STEPS = f"""
INSERT INTO views.journal_step
SELECT subscription, position, row_number() OVER (PARTITION BY position ORDER BY i) - 1,
       l.line, l."grant", effective_on, 'start', l.allocated, l.starts, l.ends, {_ACCOUNT},
       coalesce(b.policies.draw_before_payment, false),
       b.sale.location, b.sale.program, b.sale.provider, b.sale.offer
FROM (SELECT *, unnest(b.lines) AS l, generate_subscripts(b.lines, 1) AS i FROM sold)
WHERE l.kind = 'access' AND l.ends IS NOT NULL
"""  # noqa: S608 - made of constants
_SOLD_FACTS = (
    """
INSERT INTO promised SELECT subscription, l.line, l.allocated
FROM (SELECT subscription, unnest(b.lines) AS l FROM sold)
""",
    """
INSERT INTO units SELECT subscription, l."grant", CAST(l.quantity AS DECIMAL(18, 3))
FROM (SELECT subscription, unnest(b.lines) AS l FROM sold) WHERE l.quantity IS NOT NULL
""",
    """
INSERT INTO unequal SELECT subscription FROM sold
WHERE list_sum(list_transform(b.lines, lambda l: l.allocated)) <> b.price
""",
)
_CHANGED = f"""
CREATE OR REPLACE TEMP TABLE changed AS
SELECT {_SUBSCRIPTION}, position, effective_on, type, unnest(b.lots) AS l,
       generate_subscripts(b.lots, 1) AS i
FROM (SELECT *, json_transform(body, '{{"lots": [{{
    "line": "VARCHAR", "grant": "VARCHAR", "recognised": "BIGINT", "amount": "BIGINT",
    "fee": "BIGINT", "time": "BOOLEAN", "starts": "DATE", "ends": "DATE", "quantity": "VARCHAR",
    "rest": "BIGINT", "rest_starts": "DATE", "rest_ends": "DATE"
}}]}}') AS b FROM chunk WHERE type IN ('LotExtended', 'Refunded', 'DisputeSettled'))
"""  # noqa: S608 - made of constants
_UNSAID = "NULL, NULL, NULL, NULL, NULL, NULL"
_CHANGED_STEPS = f"""
INSERT INTO views.journal_step
SELECT subscription, position, row_number() OVER (PARTITION BY position ORDER BY i, k) - 1,
       line, lot, effective_on, kind, amount, starts, ends, {_UNSAID}
FROM (
    SELECT *, l.line AS line, l."grant" AS lot, 0 AS k, 'fix' AS kind, l.recognised AS amount,
           CAST(NULL AS DATE) AS starts, CAST(NULL AS DATE) AS ends
    FROM changed WHERE l.starts IS NOT NULL OR coalesce(l.time, false)
    UNION ALL
    SELECT *, l.line, l."grant", 1, 'start', coalesce(l.amount, l.rest),
           coalesce(l.starts, l.rest_starts), coalesce(l.ends, l.rest_ends)
    FROM changed WHERE l.starts IS NOT NULL OR l.rest_starts IS NOT NULL
)
"""  # noqa: S608 - made of constants
_CHANGED_FACTS = (
    """
INSERT INTO promised SELECT subscription, l.line, l.fee FROM changed WHERE type = 'LotExtended'
""",
    """
INSERT INTO units SELECT subscription, l."grant", -CAST(l.quantity AS DECIMAL(18, 3))
FROM changed WHERE type <> 'LotExtended' AND NOT coalesce(l.time, false)
""",
)
_VOIDED = f"""
INSERT INTO views.journal_step
SELECT {_SUBSCRIPTION}, position, 0, '', '', effective_on, 'stop', 0, NULL, NULL, {_UNSAID}
FROM chunk WHERE type = 'SaleVoided'
"""  # noqa: S608 - made of constants
_REDUCED = f"""
CREATE OR REPLACE TEMP TABLE reduced AS
SELECT subscription, position, effective_on, unnest(reductions) AS r,
       generate_subscripts(reductions, 1) AS i
FROM (
    SELECT {_SUBSCRIPTION}, position, effective_on, json_transform(body, '{{"reductions": [{{
        "line": "VARCHAR", "grant": "VARCHAR", "amount": "BIGINT"}}]}}').reductions AS reductions
    FROM chunk WHERE type = 'CreditNoted'
)
"""  # noqa: S608 - made of constants
_REDUCED_STEPS = f"""
INSERT INTO views.journal_step
SELECT subscription, position, i - 1, r.line, r."grant", effective_on, 'less', r.amount,
       NULL, NULL, {_UNSAID} FROM reduced
"""  # noqa: S608 - made of constants
_UNITS = f"""
INSERT INTO units
SELECT subscription, b."grant", sum(
    CASE WHEN type IN ('UnitsDrawn', 'LotExpired') THEN -1 ELSE 1 END
    * CAST(b.quantity AS DECIMAL(18, 3)))
FROM (
    SELECT {_SUBSCRIPTION}, type, json_transform(body,
        '{{"grant": "VARCHAR", "quantity": "VARCHAR"}}') AS b
    FROM chunk WHERE type IN ('UnitsDrawn', 'DrawReversed', 'LotExpired', 'ExpiryReversed')
)
GROUP BY subscription, b."grant"
"""  # noqa: S608 - made of constants

_PROCESSED = "('card', 'ach', 'financing')"
# Signed amounts on the processor's account: what it took in less what it gave out or kept.
_CASH = """
CREATE OR REPLACE TEMP TABLE cash AS
SELECT position, effective_on, type, json_transform(body, '{
    "tender": "VARCHAR", "amount": "BIGINT", "fee": "BIGINT", "fees": "BIGINT",
    "paid": "BOOLEAN", "to": "VARCHAR", "status": "VARCHAR", "funds_withdrawn": "BOOLEAN",
    "payments": "JSON",
    "parts": [{"amount": "BIGINT", "fee": "BIGINT", "returned": "BIGINT",
                "fee_returned": "BIGINT"}]
}') AS b FROM chunk
WHERE type IN ('PaymentReceived', 'Refunded', 'RefundSettled', 'DisputeOpened',
               'DisputeClosed', 'PayoutRecorded')
"""
_SENT_BACK = f"""
coalesce(list_sum(list_transform(list_filter(
    json_transform(b.payments, '[{{"tender": "VARCHAR", "amount": "BIGINT"}}]'),
    lambda p: p.tender IN {_PROCESSED}), lambda p: p.amount)), 0)
"""
_PARTS = "coalesce(list_sum(list_transform(b.parts, lambda p: {})), 0)"
_HELD = f"""
CASE
WHEN type = 'PaymentReceived'
    THEN CASE WHEN b.tender IN {_PROCESSED} THEN b.amount ELSE 0 END - coalesce(b.fee, 0)
WHEN type = 'Refunded'
    THEN CASE WHEN b.paid AND b."to" <> 'store_credit' THEN -({_SENT_BACK}) ELSE 0 END
WHEN type = 'RefundSettled'
    THEN CASE b.status WHEN 'paid' THEN -1 ELSE 1 END * ({_SENT_BACK})
WHEN type = 'DisputeOpened'
    THEN CASE WHEN b.funds_withdrawn THEN -{_PARTS.format("p.amount + p.fee")} ELSE 0 END
WHEN type = 'DisputeClosed' THEN {_PARTS.format("p.returned + p.fee_returned")}
ELSE -(b.amount + b.fees)
END
"""
_NOTICES = """
INSERT INTO notice
SELECT position, effective_on, n.kind, n.id, n.amount FROM (
    SELECT position, effective_on, unnest(CASE type
        WHEN 'PaymentReceived' THEN [
            CASE WHEN b.excess > 0 THEN {kind: 'overpaid', amount: b.excess, id: b.payment} END,
            CASE WHEN b.consent_missing
                THEN {kind: 'consent_missing', amount: b.amount, id: b.payment} END]
        WHEN 'PayoutRecorded' THEN [CASE WHEN b.unmatched <> 0
            THEN {kind: 'payout_unmatched', amount: b.unmatched, id: b.payout} END]
        WHEN 'ForfeitureHeld' THEN [{
            kind: 'forfeiture_held', amount: b.amount,
            id: concat(split_part(stream, '/', 3), ':', b."grant")}]
        WHEN 'DisputeOpened' THEN [{kind: 'open_dispute', amount: b.amount, id: b.dispute}]
        ELSE [{kind: 'dispute_closed', amount: CAST(NULL AS BIGINT), id: b.dispute}]
    END) AS n
    FROM (
        SELECT position, effective_on, type, json_transform(body, '{
            "payment": "VARCHAR", "payout": "VARCHAR", "dispute": "VARCHAR", "grant": "VARCHAR",
            "excess": "BIGINT", "consent_missing": "BOOLEAN", "unmatched": "BIGINT",
            "amount": "BIGINT"}') AS b, stream
        FROM chunk WHERE type IN ('PaymentReceived', 'PayoutRecorded', 'ForfeitureHeld',
                                  'DisputeOpened', 'DisputeClosed')
    )
) WHERE n IS NOT NULL
"""

_CHANGES = ("LotExtended", "Refunded", "DisputeSettled")
_COUNTED = ("UnitsDrawn", "DrawReversed", "LotExpired", "ExpiryReversed")
_PAID = (
    "PaymentReceived",
    "Refunded",
    "RefundSettled",
    "DisputeOpened",
    "DisputeClosed",
    "PayoutRecorded",
)
_NOTICED = ("PaymentReceived", "PayoutRecorded", "ForfeitureHeld", "DisputeOpened", "DisputeClosed")
FACT_EVENTS = frozenset(
    ("PackageSold", "SaleVoided", "CreditNoted", *_CHANGES, *_COUNTED, *_PAID, *_NOTICED)
)


def statements(closes: Sequence[Close]) -> list[tuple[frozenset[str], tuple[str, ...]]]:
    """What to run on a chunk that holds one of these event types, after its postings."""
    held = f"INSERT INTO processor SELECT {posting_date(closes)}, {_HELD} FROM cash"  # noqa: S608
    return [
        (frozenset({"PackageSold"}), (_SOLD, _SOLD_STEPS, *_SOLD_FACTS)),
        (frozenset(_CHANGES), (_CHANGED, _CHANGED_STEPS, *_CHANGED_FACTS)),
        (frozenset({"CreditNoted"}), (_REDUCED, _REDUCED_STEPS)),
        (frozenset({"SaleVoided"}), (_VOIDED,)),
        (frozenset(_COUNTED), (_UNITS,)),
        (frozenset(_PAID), (_CASH, held)),
        (frozenset(_NOTICED), (_NOTICES,)),
    ]
