"""What each contract's lines still stand for in the contract liability, to the cent."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ledger.books.chart import CONTRACT_LIABILITIES
from projections.close.books import Books
from projections.reports.happened import Party

_LIABILITIES = "('" + "', '".join(CONTRACT_LIABILITIES) + "')"
# A line keeps its name when the plan changes: the offer is the one it was last moved under.
_LEFT = f"""
SELECT account, subscription, arg_max(offer, position), line,
       CAST(sum(credit - debit) AS BIGINT) AS amount
FROM views.journal_line
WHERE account IN {_LIABILITIES} AND posting_date <= ?
GROUP BY account, subscription, line HAVING amount <> 0
ORDER BY account, subscription NULLS FIRST, line NULLS FIRST
"""  # noqa: S608 - made of constants


def liability(books: Books, parties: Mapping[str, Party], as_of: date) -> list[dict[str, Any]]:
    """One row per account, contract and line with a balance, credits positive.

    The rows of an account sum to its trial balance (interfaces.md 6, liability). What no
    contract carries, as a cohort's estimate, has neither patient nor subscription.
    """
    return [
        {
            "account": account,
            "patient": parties[subscription].patient if subscription in parties else None,
            "subscription": subscription,
            "offer": offer,
            "line": line,
            "amount": amount,
        }
        for account, subscription, offer, line, amount in books.rows(_LEFT, (as_of,))
    ]
