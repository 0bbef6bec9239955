"""People who come with a token: who works at the clinic, and as what."""

from typing import Annotated, Any

import typer

from consumers.cli.call import Call
from consumers.cli.keys import ROLES, known
from consumers.cli.output import Sheet, show
from consumers.http.keys import SCOPES
from consumers.http.people import Membership

_COLUMNS = ("person", "actor", "role", "scopes", "since", "ended_at")

person_app = typer.Typer(no_args_is_help=True, help="People with a token of the trusted issuer.")


@person_app.command("add")
def add(
    context: typer.Context,
    person: Annotated[str, typer.Argument(metavar="SUBJECT", help="As the token names them.")],
    actor: Annotated[str, typer.Argument(metavar="ACTOR", help="Who stands in the events.")],
    role: Annotated[str, typer.Argument(metavar="ROLE", help=f"One of {', '.join(ROLES)}.")],
    scopes: Annotated[
        list[str] | None, typer.Option("--scope", help=f"One of {', '.join(SCOPES)}; default all.")
    ] = None,
) -> None:
    """Let a person in, or change what they may; it holds from their next request.

    Example: ledger person add 248289761001 amy front_desk
    """
    call: Call = context.obj
    known("role", [role], ROLES)
    known("scope", scopes or [], SCOPES)
    with call.ledger() as ledger:
        wanted = tuple(scopes) if scopes else SCOPES
        clinic = call.chosen(ledger)
        one = Membership(clinic, person, actor, role, wanted, ledger.settings.clock())
        ledger.keys.people.join(one)
    found = _shown(one)
    show(call.form, found, lambda: [Sheet("Person", ("what", "is"), list(found.items()))])


@person_app.command("list")
def list_people(context: typer.Context) -> None:
    """Everybody who works, or worked, at the clinic.

    Example: ledger person list
    """
    call: Call = context.obj
    with call.ledger() as ledger:
        found = [_shown(one) for one in ledger.keys.people.at(call.chosen(ledger))]
    rows = [tuple(one[name] for name in _COLUMNS) for one in found]
    show(call.form, found, lambda: [Sheet("People", _COLUMNS, rows)])


@person_app.command("end")
def end(
    context: typer.Context,
    person: Annotated[str, typer.Argument(metavar="SUBJECT", help="As in ledger person list.")],
) -> None:
    """Let a person in no more, from now on.

    Example: ledger person end 248289761001
    """
    call: Call = context.obj
    with call.ledger() as ledger:
        ledger.keys.people.end(call.chosen(ledger), person, ledger.settings.clock())
    show(call.form, {"ended": person}, lambda: [Sheet("Ended", ("person",), [(person,)])])


def _shown(one: Membership) -> dict[str, Any]:
    return {
        "clinic": one.clinic,
        "person": one.person,
        "actor": one.actor,
        "role": one.role,
        "scopes": list(one.scopes),
        "since": one.since.isoformat(),
        "ended_at": one.ended_at and one.ended_at.isoformat(),
    }
