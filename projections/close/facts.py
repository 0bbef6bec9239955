"""What a replay reads of the events beside their postings, as SQL over the table `parsed`.

Each fact names the fields it reads itself and not through the posting rules: the identities
compare two ways to the same figure (accounting.md 15.6).
"""

from collections.abc import Sequence

from ledger.books.chart import CLEARING
from ledger.books.placing import Close
from projections.close.compile import Fields, posting_date
from projections.close.counting import COUNTED
from projections.close.days import DAYS
from projections.close.fields import Fact, integers, texts
from projections.close.finishing import considered
from projections.close.stocks import CONTRACTS, STOCKS
from projections.close.timing import TIMED

_PROCESSED = "('card', 'ach', 'financing')"
_SENT_BACK = f"""
coalesce(list_sum(list_transform(list_filter(
    b.payments, lambda p: p.tender IN {_PROCESSED}), lambda p: p.amount)), 0)
"""
_PARTS = "coalesce(list_sum(list_transform(b.parts, lambda p: {})), 0)"
_PAYMENTS: Fields = {"payments": [{**texts("tender"), **integers("amount")}]}
# A manual journal on this account says what the events should have.
_ENTERED: Fields = {"lines": [{**texts("account"), **integers("debit", "credit")}]}
_CORRECTED = f"""
coalesce(list_sum(list_transform(list_filter(
    b.lines, lambda l: l.account = '{CLEARING}'), lambda l: {{}})), 0)
"""
# What each event moves on the processor's account: money it took in less what it gave out or
# kept.
_HELD: tuple[tuple[str, Fields, str], ...] = (
    (
        "PaymentReceived",
        {**texts("tender"), **integers("amount", "fee")},
        f"CASE WHEN b.tender IN {_PROCESSED} THEN b.amount ELSE 0 END - coalesce(b.fee, 0)",
    ),
    (
        "Refunded",
        {"paid": "BOOLEAN", **texts("to"), **_PAYMENTS},
        f"CASE WHEN b.paid AND b.\"to\" <> 'store_credit' THEN -({_SENT_BACK}) ELSE 0 END",
    ),
    (
        "RefundSettled",
        {**texts("status"), **_PAYMENTS},
        f"CASE b.status WHEN 'paid' THEN -1 ELSE 1 END * ({_SENT_BACK})",
    ),
    (
        "DisputeOpened",
        {"funds_withdrawn": "BOOLEAN", "parts": [integers("amount", "fee")]},
        f"CASE WHEN b.funds_withdrawn THEN -{_PARTS.format('p.amount + p.fee')} ELSE 0 END",
    ),
    (
        "FundsWithdrawn",
        {"parts": [integers("amount", "fee")]},
        f"-{_PARTS.format('p.amount + p.fee')}",
    ),
    (
        "DisputeClosed",
        {"parts": [integers("returned", "fee_returned")]},
        _PARTS.format("p.returned + p.fee_returned"),
    ),
    ("PayoutRecorded", integers("amount", "fees"), "-(b.amount + b.fees)"),
    ("AdjustmentPosted", _ENTERED, _CORRECTED.format("l.debit - l.credit")),
    ("AdjustmentReversed", _ENTERED, _CORRECTED.format("l.credit - l.debit")),
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
    **texts("payment", "payout", "dispute", "grant"),
    **integers("amount", "excess", "unmatched"),
    "consent_missing": "BOOLEAN",
}


def facts(closes: Sequence[Close], *, pools: bool) -> list[Fact]:
    """Everything read beside the postings; the closes in force place what a processor holds.

    `pools` says whether lots of units are wanted, for breakage before expiry.
    """
    stocks = STOCKS if pools else ()
    day = posting_date(closes)
    held = [Fact((event,), fields, (_held(day, amount),)) for event, fields, amount in _HELD]
    noticed = (_notice(*notice) for notice in _NOTICES)
    beside = (*TIMED, *COUNTED, *DAYS, *CONTRACTS, *stocks)
    return [*beside, *held, *considered(closes), *noticed]


def _held(day: str, amount: str) -> str:
    return f"INSERT INTO processor SELECT {day} AS day, sum({amount}) FROM parsed GROUP BY day"  # noqa: S608


def _notice(event: str, kind: str, when: str, key: str, amount: str) -> Fact:
    noticed = f"""
INSERT INTO notice SELECT position, effective_on, '{kind}', {key}, {amount}
FROM parsed WHERE {when}
"""  # noqa: S608 - made of constants
    return Fact((event,), _NOTICED, (noticed,))
