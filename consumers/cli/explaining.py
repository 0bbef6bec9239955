"""The call that answers "why this amount?": explain."""

from typing import Annotated, Any

import typer

from consumers import asking
from consumers.cli.asking import AsOf, KnownAt
from consumers.cli.call import Call, Mistake, view
from consumers.cli.output import Sheet, show

_MONEY = frozenset({"debit", "credit", "amount"})
_LINE = ("entry", "posting_date", "account", "name", "debit", "credit", "subscription", "line")


def explain(
    context: typer.Context,
    key: Annotated[
        str | None,
        typer.Argument(metavar="ID", help="An entry, SUBSCRIPTION/LINE, a refund or a position."),
    ] = None,
    event: Annotated[
        int | None, typer.Option("--event", metavar="N", help="The event at a position.")
    ] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> None:
    """Why an amount is what it is: formula, inputs, rule and the events behind it.

    Example: ledger explain e-12-1
    """
    call: Call = context.obj
    if (key is None) == (event is None):
        raise Mistake("what to explain? Say an ID, or --event N")
    wanted = str(event) if key is None else key
    with call.at_clinic() as (ledger, clinic):
        from projections.explain.queries import Explainer  # noqa: PLC0415  loads the engine

        asked = view(ledger, clinic, as_of, known_at)
        with asking.books(ledger, clinic, asked) as books:
            found = Explainer(ledger.store, clinic, books, asked).explain(wanted)
        currency = ledger.clinic(clinic).currency
    if found is None:
        raise Mistake(f"nothing here is called {wanted}: see ledger journal, balance, history")
    show(call.form, found, lambda: explained_sheets(found, currency))


def explained_sheets(found: dict[str, Any], currency: str) -> list[Sheet]:
    """The formula with its inputs, the lines and the events as tables."""
    title = f"{found['id']}: {found['formula']} ({found['paragraph']}, row {found['rule'] or '-'})"
    inputs = [(name, str(value)) for name, value in found["inputs"].items()]
    return [
        Sheet(title, ("input", "value"), inputs),
        Sheet(
            "Lines",
            _LINE,
            [tuple(line[name] for name in _LINE) for line in found["lines"]],
            _MONEY,
            currency,
        ),
        Sheet(
            "Events",
            ("position", "type", "stream"),
            [(one["position"], one["type"], one["stream"]) for one in found["events"]],
        ),
    ]
