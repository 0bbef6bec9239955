"""Contracts with nothing left to deliver: what they earned is what the clinic keeps (15.6, 6).

What is kept of a contract is read of the events themselves: money that came in, what was given
back, lost or fell to the state, and value that went to another contract or came from one. A
refund counts when it is approved and store credit when it is given, so that neither cash nor
what is owed to the patient enters into it.
"""

from collections.abc import Sequence

from ledger.books.chart import CONTRACT_ASSET, CONTRACT_LIABILITIES, UNBILLED
from ledger.books.placing import Close
from projections.close.compile import Fields, posting_date
from projections.close.fields import SUBSCRIPTION, Fact, each, integers, texts

_LIABILITIES = "('" + "', '".join(CONTRACT_LIABILITIES) + "')"
#: Owed to the clinic, disputed, or received without a contract.
_AWAITED = f"('1100', '{UNBILLED}', '{CONTRACT_ASSET}', '1130', '2150')"
#: Revenue and interest; tax, what is expected to be given back, and the contract's credit losses.
_NET = "account BETWEEN '4000' AND '4999' OR account IN ('2200', '2160', '1190')"
#: What an agent leaves to its principal (3.6).
_AGENTS = "account = '2000' AND rule IN ('8', '9', '13', '16', '18')"
#: Manual journals may stand beside the contracts.
_ADJUSTED = "adj"

_PART: Fields = {**integers("amount", "lost"), "sale": texts("subscription")}
# What an event brings to its contract, or takes: its fields, and the amount.
_OWN: tuple[tuple[str, Sequence[str], str], ...] = (
    ("PaymentReceived", ("amount", "excess"), "b.amount - coalesce(b.excess, 0)"),
    ("Refunded", ("amount",), "-b.amount"),
    ("DormancyReached", ("amount",), "-b.amount"),
    *((event, ("credited",), "-coalesce(b.credited, 0)") for event in (
        "LotExpired", "ContractEnded", "CycleLapsed", "PlanChanged", "ContractModified")),
    *((event, ("credited",), "b.credited") for event in ("ExpiryReversed", "LotReinstated")),
    ("ContractAssessed", ("excess",), "-coalesce(b.excess, 0)"),
)  # fmt: skip
# What the items of an event's list bring to contracts or take: the list, and the amount.
_LISTED = (
    ("UnclaimedReturned", "shares", "l.amount"),
    ("UnitsTransferred", "shares", "-l.amount"),
    ("UnitsTransferred", "received", "l.amount"),
    ("ContractsCombined", "given", "-l.amount"),
    ("ContractsCombined", "received", "l.amount"),
    ("DisputeOpened", "offsets", "-l.amount"),
    ("FundsWithdrawn", "offsets", "-l.amount"),
    ("DisputeClosed", "offsets", "l.amount"),
    ("DisputeClosed", "parts", "-l.lost"),
    ("DisputeClosed", "recovered", "l.amount"),
)
# Value that stays in the liability when its units are gone: held for the state, or not signed.
_STAYING = (
    ("LotExpired", "b.held > 0", integers("held")),
    ("ContractEnded", "b.held > 0", integers("held")),
    ("UnitsDrawn", "b.unposted > 0", integers("unposted")),
)


def considered(closes: Sequence[Close]) -> list[Fact]:
    """What each contract is kept of, by the day it is posted, and where value stays behind."""
    day = posting_date(closes)
    own = [
        Fact((event,), integers(*fields), (_insert(f"SELECT {SUBSCRIPTION}, {day}, {amount}"),))
        for event, fields, amount in _OWN
    ]
    return [*own, *(_listed(day, *one) for one in _LISTED), *(_stays(*one) for one in _STAYING)]


def _insert(rows: str) -> str:
    return f"INSERT INTO consideration {rows} FROM parsed"


def _listed(day: str, event: str, field: str, amount: str) -> Fact:
    rows = f"""
INSERT INTO consideration
SELECT coalesce(l.sale.subscription, subscription), {day}, {amount}
FROM ({each(field)})
"""  # noqa: S608 - made of constants
    return Fact((event,), {field: [_PART]}, (rows,))


def _stays(event: str, when: str, fields: Fields) -> Fact:
    rows = f"INSERT INTO staying SELECT {SUBSCRIPTION} FROM parsed WHERE {when}"  # noqa: S608
    return Fact((event,), fields, (rows,))


# Contracts that are finished and earned another amount than is kept of them. One goes on while a
# lot has units or a day to come, while anything of it is awaited or posted later, and while value
# stays behind. Parameters: last day, five times.
UNEQUAL = f"""
WITH balance AS (
    SELECT subscription,
           sum(CASE WHEN account IN {_LIABILITIES} THEN credit - debit ELSE 0 END) AS owed,
           sum(CASE WHEN account IN {_AWAITED} THEN debit - credit ELSE 0 END) AS awaited,
           sum(CASE WHEN {_NET} OR ({_AGENTS}) THEN credit - debit ELSE 0 END) AS net
    FROM views.journal_line
    WHERE posting_date <= ? AND subscription IS NOT NULL AND rule <> '{_ADJUSTED}'
    GROUP BY subscription
),
kept AS (
    SELECT subscription, sum(amount) AS amount FROM consideration WHERE posting_date <= ?
    GROUP BY subscription
),
unequal AS (
    SELECT subscription, owed FROM balance LEFT JOIN kept USING (subscription)
    WHERE net <> coalesce(amount, 0) AND awaited = 0 AND owed >= 0
),
counted AS (
    SELECT subscription, lot, sum(quantity) AS quantity FROM units
    WHERE subscription IN (SELECT subscription FROM unequal)
    GROUP BY subscription, lot HAVING bool_or(granted)
)
SELECT subscription FROM unequal
WHERE subscription NOT IN (SELECT subscription FROM counted WHERE quantity <> 0)
  AND subscription NOT IN (
    SELECT subscription FROM lot_day
    WHERE (subscription, lot) NOT IN (SELECT subscription, lot FROM counted)
    GROUP BY subscription, lot HAVING arg_max(lapses, position) > ?
  )
  AND subscription NOT IN (
    SELECT subscription FROM views.journal_step WHERE kind = 'start' AND ends - 1 > ?
  )
  AND subscription NOT IN (
    SELECT subscription FROM views.journal_line
    WHERE posting_date > ? AND closing = 0 AND subscription IS NOT NULL
  )
  AND (owed = 0 OR subscription NOT IN (SELECT subscription FROM staying))
ORDER BY subscription
"""  # noqa: S608 - made of constants
