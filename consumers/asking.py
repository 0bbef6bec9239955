"""What every edge asks of a ledger: the read models and the replay, joined as of a day."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from aggregates.due import elapse
from aggregates.quoting import quotes
from aggregates.refunding import refundable
from aggregates.subscription.state import Subscription
from consumers.bootstrap import Ledger
from ledger.events import NewEvent
from ledger.store.pool import clinic_transaction, lent
from projections.balances.asof import View
from projections.balances.queries import contract_balance, due, folded, patient_balance
from projections.balances.report import by_time, presented
from projections.operations.contracts import contracts as all_contracts

if TYPE_CHECKING:
    from projections.close.books import Books

_CONTRACTS = "SELECT subscription FROM views.contract WHERE clinic = %s ORDER BY subscription"


def balance(
    ledger: Ledger, clinic: str, view: View, *, patient: str | None, subscription: str | None
) -> dict[str, Any] | None:
    """What a patient, or one contract, holds; None for a contract that was never sold."""
    current = view.known_at is None and view.as_of == ledger.today(clinic)
    if subscription is not None:
        return contract_balance(ledger.store, clinic, subscription, view, current=current)
    return patient_balance(ledger.store, clinic, patient or "", view, current=current)


def contracts(ledger: Ledger, clinic: str, view: View) -> Iterator[Subscription]:
    """Every contract of a clinic in a view, as time has left it."""
    current = view.known_at is None and view.as_of == ledger.today(clinic)
    return all_contracts(ledger.store, clinic, view, current=current)


def refund_quote(
    ledger: Ledger, clinic: str, subscription: str, view: View
) -> dict[str, Any] | None:
    """Every refund formula with its working as of the view (interfaces.md 6, refund quote).

    None for a contract that was not sold by then.
    """
    state = folded(ledger.store, clinic, [subscription], view).get(subscription)
    if state is None or state.sold is None:
        return None
    state = presented(clinic, state, view.as_of).state
    return {
        "subscription": subscription,
        "as_of": view.as_of.isoformat(),
        "quotes": quotes(state, view.as_of),
        "to": refundable(state),
    }


def due_contracts(ledger: Ledger, clinic: str, through: date) -> list[str]:
    """The contracts to which time brings something by the end of a day."""
    with lent(ledger.store.pool) as connection, clinic_transaction(connection, clinic):
        return due(connection, clinic, through)


@contextmanager
def books(ledger: Ledger, clinic: str, view: View) -> Iterator["Books"]:
    """The books of a view, with what time alone has brought by its day."""
    from projections.reports.accounting import books_as_of  # noqa: PLC0415  loads the engine

    coming = coming_events(ledger, clinic, view)
    with books_as_of(
        ledger.conninfo, clinic, view.as_of, known_at=view.known_at, due=coming
    ) as found:
        yield found


def coming_events(ledger: Ledger, clinic: str, view: View) -> list[NewEvent]:
    """What a tick at the end of the view's day would record, each with its own day.

    All that is known counts, whatever its own date: books go by what is posted.
    """
    known = View(date.max, view.known_at)
    contracts = folded(ledger.store, clinic, _candidates(ledger, clinic, view), known)
    context = by_time(clinic, view.as_of)
    return [new for state in contracts.values() for new in elapse(context, state, view.as_of)]


def _candidates(ledger: Ledger, clinic: str, view: View) -> Sequence[str]:
    """With everything known the read model tells; what was known earlier only the streams do."""
    if view.known_at is None:
        return due_contracts(ledger, clinic, view.as_of)
    with lent(ledger.store.pool) as connection, clinic_transaction(connection, clinic):
        return [key for (key,) in connection.execute(_CONTRACTS, (clinic,))]
