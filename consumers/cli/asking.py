"""The calls that ask about patients and contracts: balance, history, quote."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from consumers import asking
from consumers.cli.call import Call, Form, Mistake, view
from consumers.cli.output import Sheet, show
from ledger.money import text_of

AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="The end of that local day.")
]
KnownAt = Annotated[
    str | None,
    typer.Option("--known-at", metavar="POSITION|TIME", help="Hide what was recorded after that."),
]
Patient = Annotated[str | None, typer.Option(metavar="P", help="All contracts of a patient.")]
Contract = Annotated[str | None, typer.Option(metavar="S", help="One contract.")]

quote_app = typer.Typer(no_args_is_help=True, help="What would happen, without recording it.")


def balance(
    context: typer.Context,
    patient: Patient = None,
    subscription: Contract = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> None:
    """What is left of a patient's packages, or of one contract.

    Example: ledger balance --patient p-007 --as-of 2026-03-31
    """
    call: Call = context.obj
    one_of(patient=patient, subscription=subscription)
    with call.at_clinic() as (ledger, clinic):
        asked = view(ledger, clinic, as_of, known_at)
        found = asking.balance(ledger, clinic, asked, patient=patient, subscription=subscription)
        if found is None:
            raise Mistake(f"unknown_subscription: no subscription {subscription}")
        currency = ledger.clinic(clinic).currency
    flat = call.form is Form.CSV
    show(
        call.form,
        found,
        lambda: [balance_rows(found)] if flat else balance_sheets(found, currency),
    )


def history(
    context: typer.Context,
    subscription: Contract = None,
    charge: Annotated[str | None, typer.Option(metavar="C", help="A card charge.")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> None:
    """Everything that happened to a contract or a charge, oldest first.

    Example: ledger history --subscription s-007
    """
    from projections.history.queries import COLUMNS, table_rows  # noqa: PLC0415  only this call

    call: Call = context.obj
    one_of(subscription=subscription, charge=charge)
    with call.at_clinic() as (ledger, clinic):
        asked, dated = view(ledger, clinic, as_of, known_at), as_of is not None
        found = asking.history(
            ledger, clinic, asked, dated=dated, subscription=subscription, charge=charge
        )
    if not found:
        raise Mistake(f"nothing is recorded about {subscription or charge}")
    sheet = Sheet(f"History of {subscription or charge}", COLUMNS, table_rows(found))
    show(call.form, found, lambda: [sheet])


@quote_app.command("refund")
def quote_refund(
    context: typer.Context,
    subscription: Annotated[str, typer.Argument(metavar="S", help="The contract.")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> None:
    """What a refund would come to by every formula, with its working.

    Example: ledger quote refund s-007 --as-of 2026-02-15
    """
    call: Call = context.obj
    with call.at_clinic() as (ledger, clinic):
        asked = view(ledger, clinic, as_of, known_at)
        found = asking.refund_quote(ledger, clinic, subscription, asked)
        currency = ledger.clinic(clinic).currency
    if found is None:
        raise Mistake(f"unknown_subscription: no subscription {subscription} by {asked.as_of}")
    show(call.form, found, lambda: quote_sheets(found, currency))


def one_of(**named: str | None) -> None:
    """Raises Mistake unless exactly one is given."""
    if sum(value is not None for value in named.values()) != 1:
        options = " or ".join(f"--{name} ID" for name in named)
        raise Mistake(f"say {options}, one of them")


# What was granted is what became of it and what remains, of which some may be held.
_BECAME = ("granted", "used", "expired", "refunded", "transferred", "remaining")
_LINE = ("line", *_BECAME, "held", "expires", "deferred")


def balance_sheets(found: Mapping[str, Any], currency: str) -> Sequence[Sheet]:
    """A table of lines for each contract, and one of what was paid for them."""
    who = f"{found['patient']} as of {found['as_of']} (position {found['position']})"
    lines = [
        Sheet(
            f"{contract['subscription']}, {contract['name']}: {contract['status']}",
            _LINE,
            [tuple(line[name] for name in _LINE) for line in contract["lines"]],
            frozenset({"deferred"}),
            currency,
        )
        for contract in found["subscriptions"]
    ]
    columns = ("subscription", "sold_on", "expires", "price", "tax", "paid", "owed", "deferred")
    rows = [tuple(contract[name] for name in columns) for contract in found["subscriptions"]]
    credit = f"Store credit {text_of(found['store_credit'], currency)}"
    return [Sheet(who, columns, rows, frozenset(columns[3:]), currency, [credit]), *lines]


def balance_rows(found: Mapping[str, Any]) -> Sheet:
    """Every line of every contract in one table."""
    rows = [
        (contract["subscription"], contract["status"], *(line[name] for name in _LINE))
        for contract in found["subscriptions"]
        for line in contract["lines"]
    ]
    return Sheet("Balance", ("subscription", "status", *_LINE), rows)


def quote_sheets(found: Mapping[str, Any], currency: str) -> Sequence[Sheet]:
    """The quote as a table of steps, the contract's own formula marked."""
    rows = [
        (f"{quote['formula']} (the contract's)" if quote["chosen"] else quote["formula"], *step)
        for quote in found["quotes"]
        for step in [
            *((step["step"], step["amount"]) for step in quote["working"]),
            ("= refund", quote["amount"]),
        ]
    ]
    title = f"Refund of {found['subscription']} as of {found['as_of']}"
    back = [(part["payment"], part["charge"], part["refundable"]) for part in found["to"]]
    return [
        Sheet(title, ("formula", "step", "amount"), rows, frozenset({"amount"}), currency),
        Sheet(
            "Goes back to",
            ("payment", "charge", "refundable"),
            back,
            frozenset({"refundable"}),
            currency,
        ),
    ]
