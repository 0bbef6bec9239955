"""The journal as the read model holds it now: drill-down without a replay."""

from datetime import date

from ledger.books.entries import Entry
from ledger.store.pool import clinic_transaction, lent
from ledger.store.store import EventStore
from projections.journal.postgres import PostgresTables
from projections.journal.tables import read_entries

_BALANCES = """
SELECT account, CAST(sum(debit - credit) AS bigint) FROM views.journal_line
WHERE posting_date <= ? GROUP BY account ORDER BY account
"""


def entries(store: EventStore, clinic: str, first: date, last: date) -> list[Entry]:
    """The entries posted from `first` through `last`, in the order of the journal."""
    with lent(store.pool) as connection, clinic_transaction(connection, clinic):
        return list(read_entries(PostgresTables(connection, clinic), first, last))


def balances(store: EventStore, clinic: str, as_of: date) -> dict[str, int]:
    """Debit less credit of every account that moved by the end of that day."""
    with lent(store.pool) as connection, clinic_transaction(connection, clinic):
        return dict(PostgresTables(connection, clinic).rows(_BALANCES, (as_of,)))
