"""What every edge asks of a ledger: the read models and the replay, joined as of a day.

The rules and the engine are loaded by the question that needs them: most calls ask none.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from consumers.bootstrap import Ledger
from ledger.events import NewEvent
from ledger.store.pool import clinic_transaction, lent
from projections.balances.asof import View


class Kind(StrEnum):
    """By which rules books are kept (interfaces.md 2, ``--books``)."""

    GAAP = "gaap"
    IFRS = "ifrs"
    CASH = "cash"


#: The framework that books of a kind follow; cash books follow none.
FRAMEWORKS = {Kind.GAAP: "asc606", Kind.IFRS: "ifrs15"}


if TYPE_CHECKING:
    from aggregates.restatement import Restated
    from aggregates.subscription.state import Subscription
    from ledger.decider import Context
    from projections.close.books import Books


def balance(
    ledger: Ledger,
    clinic: str,
    view: View,
    *,
    patient: str | None,
    subscription: str | None,
    current: bool | None = None,
) -> dict[str, Any] | None:
    """What a patient, or one contract, holds; None for a contract that was never sold.

    `current` says whether the view is of today and of everything known, where that is known.
    """
    from projections.balances.queries import contract_balance, patient_balance  # noqa: PLC0415

    if current is None:
        current = view.known_at is None and view.as_of == ledger.today(clinic)
    if subscription is not None:
        return contract_balance(ledger.store, clinic, subscription, view, current=current)
    return patient_balance(ledger.store, clinic, patient or "", view, current=current)


def history(
    ledger: Ledger,
    clinic: str,
    view: View,
    *,
    dated: bool,
    subscription: str | None,
    charge: str | None,
) -> list[dict[str, Any]]:
    """Everything that happened to a contract or to a card charge, oldest first; [] for nothing.

    Where no day was asked for (not `dated`) it goes on to whatever the view knows of, days to come
    included.
    """
    from projections.history.queries import charge_history, subscription_history  # noqa: PLC0415

    asked = view if dated else replace(view, as_of=date.max)
    if subscription is not None:
        return subscription_history(ledger.store, clinic, subscription, asked)
    return charge_history(ledger.store, clinic, charge or "", asked)


def contracts(ledger: Ledger, clinic: str, view: View) -> Iterator["Subscription"]:
    """Every contract of a clinic in a view, as time has left it."""
    from projections.operations.contracts import contracts as all_contracts  # noqa: PLC0415

    current = view.known_at is None and view.as_of == ledger.today(clinic)
    return all_contracts(ledger.store, clinic, view, current=current)


def refund_quote(
    ledger: Ledger, clinic: str, subscription: str, view: View
) -> dict[str, Any] | None:
    """Every refund formula with its working as of the view (interfaces.md 6, refund quote).

    None for a contract that was not sold by then.
    """
    from aggregates.quoting import quotes  # noqa: PLC0415
    from aggregates.refunding import refundable  # noqa: PLC0415
    from projections.balances.queries import folded  # noqa: PLC0415
    from projections.balances.report import presented  # noqa: PLC0415

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
    from projections.balances.queries import due  # noqa: PLC0415

    with lent(ledger.store.pool) as connection, clinic_transaction(connection, clinic):
        return due(connection, clinic, through)


def credit_holders(ledger: Ledger, clinic: str, through: date | None) -> list[str]:
    """The patients whose store credit the law may give to the state by the end of a day, or of
    any day. None where the clinic's law has no row for credit.
    """
    from aggregates.dormant_credit import has_credit_law  # noqa: PLC0415
    from projections.balances.queries import credit_holders as holders  # noqa: PLC0415

    if not has_credit_law(ledger.clinic(clinic)):
        return []
    with lent(ledger.store.pool) as connection, clinic_transaction(connection, clinic):
        return holders(connection, clinic, through)


def due_disputes(ledger: Ledger, clinic: str, through: date) -> list[str]:
    """The open disputes whose answer is due within days of a day."""
    from projections.evidence.projection import due_disputes as due  # noqa: PLC0415

    return due(ledger.store, clinic, through)


@contextmanager
def books(ledger: Ledger, clinic: str, view: View, kept: Kind | None = None) -> Iterator["Books"]:
    """The books of a view, with what time alone has brought by its day.

    They are `kept` by the clinic's own framework, unless another is asked for.
    """
    from projections.close.basis import CASH, OWN  # noqa: PLC0415  loads the engine
    from projections.reports.accounting import books_as_of  # noqa: PLC0415

    restated = _restated(ledger, clinic, view, kept)
    basis = CASH if kept is Kind.CASH else OWN
    if restated is not None and kept is not None:
        basis = replace(OWN, name=kept.value)
    with books_as_of(
        ledger.conninfo,
        clinic,
        view.as_of,
        known_at=view.known_at,
        due=coming_events(ledger, clinic, view, restated),
        basis=basis,
        restated=restated,
    ) as found:
        yield found


def _restated(ledger: Ledger, clinic: str, view: View, kept: Kind | None) -> "Restated | None":
    """The contracts that the framework asked for sees otherwise; None for the clinic's own."""
    from projections.close.restating import restated  # noqa: PLC0415

    framework = str(ledger.clinic(clinic, view.known_at).policy("framework", view.as_of))
    wanted = None if kept is None else FRAMEWORKS.get(kept)
    if wanted is None or wanted == framework:
        return None
    return restated(ledger.store, clinic, view.known_at, kept=framework, wanted=wanted)


def coming_events(
    ledger: Ledger, clinic: str, view: View, restated: "Restated | None" = None
) -> list[NewEvent]:
    """What a tick at the end of the view's day would record, each with its own day.

    All that is known counts, whatever its own date: books go by what is posted. Contracts that
    are `restated` bring what they hold as such.
    """
    from aggregates.due import elapse  # noqa: PLC0415
    from projections.balances.queries import folded  # noqa: PLC0415
    from projections.balances.report import by_time  # noqa: PLC0415

    known, context = View(date.max, view.known_at), by_time(clinic, view.as_of)
    of_contracts = [
        new
        for keys in _candidates(ledger, clinic, view)
        for key, recorded in folded(ledger.store, clinic, keys, known).items()
        for state in [recorded if restated is None else restated.now.get(key, recorded)]
        for new in elapse(context, state, view.as_of)
    ]
    return of_contracts + _coming_of_credit(ledger, clinic, view, context)


def _coming_of_credit(
    ledger: Ledger, clinic: str, view: View, context: "Context"
) -> list[NewEvent]:
    """What of store credit is the state's by the end of the view's day."""
    from aggregates.dormant_credit import elapse_credit  # noqa: PLC0415
    from projections.balances.queries import folded_patients  # noqa: PLC0415

    # Whoever held credit at an earlier position may hold none now.
    keys = credit_holders(ledger, clinic, None if view.known_at else view.as_of)
    known = View(date.max, view.known_at)
    of_clinic = ledger.clinic(clinic, view.known_at)
    return [
        new
        for key, state in folded_patients(ledger.store, clinic, keys, known).items()
        for new in elapse_credit(context, key, state, of_clinic, view.as_of)
    ]


def _candidates(ledger: Ledger, clinic: str, view: View) -> Iterable[Sequence[str]]:
    """With everything known the read model tells; what was known earlier only the streams do."""
    from projections.balances.queries import contract_keys  # noqa: PLC0415

    if view.known_at is None:
        return [due_contracts(ledger, clinic, view.as_of)]
    return contract_keys(ledger.store, clinic)
