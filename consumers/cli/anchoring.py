"""The call that publishes how far all histories are: anchor."""

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from consumers.cli.call import Call, Mistake
from consumers.cli.output import Sheet, show

DISCONTINUED = 1


def anchor(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write what is to be published.")
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A published anchor that this one must continue."),
    ] = None,
) -> None:
    """Make the root over the histories of all clinics, to be kept where nobody can change it.

    Exit status 0: it continues the anchor before, or the one given; 1: it does not.

    Example: ledger anchor --out anchor-2026-03-31.json --since anchor-2026-03-30.json
    """
    from consumers.anchoring import Discontinued, anchored, publication  # noqa: PLC0415

    call: Call = context.obj
    earlier = None if since is None else _published(since)
    with call.ledger() as ledger:
        made = anchored(ledger)
        if made is None:
            raise Mistake("there is no history to anchor yet")
        try:
            found = publication(ledger, made, earlier)
        except Discontinued as error:
            typer.echo(f"ledger: {error}", err=True)
            raise typer.Exit(DISCONTINUED) from None
    if out is not None:
        out.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2))
    show(call.form, found, lambda: [_sheet(found)])


def _published(file: Path) -> dict[str, Any]:
    try:
        statement: dict[str, Any] = orjson.loads(file.read_bytes())["anchor"]
    except (ValueError, KeyError, TypeError):
        raise Mistake(f"{file}: no anchor, as ledger anchor --out writes it") from None
    return statement


def _sheet(found: dict[str, Any]) -> Sheet:
    rows = [*found["anchor"].items()]
    rows.append(("time stamp", "yes" if found["token"] else "none: no authority is set"))
    if found["since"] is not None:
        rows.append(("continues anchor", found["since"]["number"]))
    return Sheet("Anchor", ("what", "is"), rows)
