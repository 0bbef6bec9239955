"""What every edge asks of a ledger: the read models and the replay, joined as of a day."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from aggregates.expiry import expire_due
from aggregates.quoting import quotes
from aggregates.refunding import refundable
from consumers.bootstrap import Ledger
from ledger.decider import Context
from ledger.events import Event
from ledger.store.pool import clinic_transaction, lent
from projections.balances.asof import View
from projections.balances.queries import contract_balance, due, folded, patient_balance
from projections.balances.report import presented

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
    """The contracts with something that lapses by the end of a day."""
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


def coming_events(ledger: Ledger, clinic: str, view: View) -> list[tuple[date, Event]]:
    """The expiries that a tick at the end of the view's day would record, with their days.

    All that is known counts, whatever its own date: books go by what is posted.
    """
    known = View(date.max, view.known_at)
    contracts = folded(ledger.store, clinic, _candidates(ledger, clinic, view), known)
    midnight = datetime(view.as_of.year, view.as_of.month, view.as_of.day, tzinfo=UTC)
    context = Context(clinic, midnight, view.as_of, "time", "service", midnight, view.as_of)
    return [
        (new.effective_on or view.as_of, new.event)
        for state in contracts.values()
        for new in expire_due(context, state, view.as_of)
    ]


def _candidates(ledger: Ledger, clinic: str, view: View) -> Sequence[str]:
    """With everything known the read model tells; what was known earlier only the streams do."""
    if view.known_at is None:
        return due_contracts(ledger, clinic, view.as_of)
    with lent(ledger.store.pool) as connection, clinic_transaction(connection, clinic):
        return [key for (key,) in connection.execute(_CONTRACTS, (clinic,))]
