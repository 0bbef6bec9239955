"""API keys: made, listed, ended."""

from datetime import timedelta
from typing import Annotated, Any, get_args

import typer

from commands.envelope import Role
from consumers.cli.call import Call, Mistake
from consumers.cli.output import Sheet, show
from consumers.http.keys import SCOPES, Key, NewKey

ROLES = get_args(Role)
_COLUMNS = ("prefix", "actor", "role", "scopes", "created_at", "expires_at", "revoked_at")

key_app = typer.Typer(no_args_is_help=True, help="API keys of a clinic.")


@key_app.command("create")
def create(
    context: typer.Context,
    actor: Annotated[str, typer.Argument(metavar="ACTOR", help="Who stands in the events.")],
    role: Annotated[str, typer.Argument(metavar="ROLE", help=f"One of {', '.join(ROLES)}.")],
    scopes: Annotated[
        list[str] | None, typer.Option("--scope", help=f"One of {', '.join(SCOPES)}; default all.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it lasts.")] = 90,
) -> None:
    """Make a key and show it, this once: the ledger keeps only a hash.

    Example: ledger key create scheduling service --scope write
    """
    call: Call = context.obj
    known("role", [role], ROLES)
    known("scope", scopes or [], SCOPES)
    with call.ledger() as ledger:
        now = ledger.settings.clock()
        clinic = call.chosen(ledger)
        wanted = tuple(scopes) if scopes else SCOPES
        new = NewKey(clinic, actor, role, wanted, now + timedelta(days=days))
        key, text = ledger.keys.create(new, now)
    rows = [*_shown(key).items(), ("key, shown this once", text)]
    show(call.form, {**_shown(key), "key": text}, lambda: [Sheet("Key", ("what", "is"), rows)])


@key_app.command("list")
def list_keys(context: typer.Context) -> None:
    """The clinic's keys, without what only their owners know.

    Example: ledger key list
    """
    call: Call = context.obj
    with call.ledger() as ledger:
        found = [_shown(key) for key in ledger.keys.list(call.chosen(ledger))]
    rows = [tuple(one[name] for name in _COLUMNS) for one in found]
    show(call.form, found, lambda: [Sheet("Keys", _COLUMNS, rows)])


@key_app.command("revoke")
def revoke(
    context: typer.Context,
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="As in ledger key list.")],
) -> None:
    """End a key at once.

    Example: ledger key revoke lk_0123456789ab
    """
    call: Call = context.obj
    with call.ledger() as ledger:
        ledger.keys.revoke(call.chosen(ledger), prefix, ledger.settings.clock())
    show(call.form, {"revoked": prefix}, lambda: [Sheet("Revoked", ("prefix",), [(prefix,)])])


def _shown(key: Key) -> dict[str, Any]:
    return {
        "clinic": key.clinic,
        "prefix": key.prefix,
        "actor": key.actor,
        "role": key.role,
        "scopes": list(key.scopes),
        "created_at": key.created_at.isoformat(),
        "expires_at": key.expires_at.isoformat(),
        "revoked_at": key.revoked_at and key.revoked_at.isoformat(),
    }


def known(what: str, given: list[str], there: tuple[str, ...]) -> None:
    """Raises Mistake for a word that is none of those there are."""
    for one in given:
        if one not in there:
            raise Mistake(f"no {what} {one}; there are {', '.join(there)}")
