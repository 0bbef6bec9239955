"""The calls of whoever runs the ledger: serve, check, rebuild, dead letters, stop."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from consumers.bootstrap import Ledger
from consumers.cli.call import Call, Mistake
from consumers.cli.output import Sheet, show
from consumers.embedded import Servers

if TYPE_CHECKING:
    from consumers.nats.deadletters import DeadLetter

DIFFERENT = 1

dead_app = typer.Typer(no_args_is_help=True, help="Messages that could not be taken.")
Letter = Annotated[str | None, typer.Argument(metavar="[ID]", help="One letter; default: all.")]


def check(context: typer.Context) -> None:
    """Compare every read model with a replay of the log; check the hash chain and the anchors.

    Exit status 0: all is as the log says; 1: something differs.

    Example: ledger check
    """
    from consumers.checking import check as checked  # noqa: PLC0415

    call: Call = context.obj
    with call.ledger() as ledger:
        clinics = [call.chosen(ledger)] if call.clinic else ledger.clinics()
        found = [checked(ledger, clinic) for clinic in clinics]
    rows = [
        (one["clinic"], one["position"], part, ok, len(different))
        for one in found
        for part, ok, different in [
            ("hash chain", one["chain"]["ok"], [] if one["chain"]["ok"] else [1]),
            ("anchors", one["anchors"]["ok"], [] if one["anchors"]["ok"] else [1]),
            *((m["projection"], m["ok"], m["differences"]) for m in one["read_models"]),
        ]
    ]
    sheet = Sheet("Check", ("clinic", "position", "part", "ok", "differences"), rows)
    show(call.form, found, lambda: [sheet])
    raise typer.Exit(0 if all(one["ok"] for one in found) else DIFFERENT)


def rebuild(
    context: typer.Context,
    projection: Annotated[
        str | None, typer.Argument(metavar="[PROJECTION]", help="One read model; default: all.")
    ] = None,
) -> None:
    """Drop read models and make them again from the log.

    Example: ledger rebuild balances
    """
    call: Call = context.obj
    with call.ledger() as ledger:
        named = {feed.projection.name: feed for feed in ledger.feeds}
        if projection is not None and projection not in named:
            raise Mistake(f"no read model {projection}; there are {', '.join(named)}")
        clinic = call.chosen(ledger) if call.clinic else None
        chosen = list(named) if projection is None else [projection]
        found = [{"projection": name, "events": named[name].rebuild(clinic)} for name in chosen]
    rows = [tuple(one.values()) for one in found]
    show(call.form, found, lambda: [Sheet("Rebuilt", ("projection", "events"), rows)])


def stop(
    context: typer.Context,
    force: Annotated[bool, typer.Option(help="Even while other processes use them.")] = False,
) -> None:
    """Stop the embedded servers of this data folder.

    Example: ledger stop
    """
    call: Call = context.obj
    stopped = Servers(call.settings.data).stop(force)
    show(
        call.form,
        {"stopped": stopped},
        lambda: [Sheet("Stopped", ("server",), [(name,) for name in stopped])],
    )


@dead_app.command("list")
def dead_list(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Settled ones as well.")] = False,
) -> None:
    """The dead letters that wait for a person.

    Example: ledger dead list
    """
    call: Call = context.obj
    with call.ledger() as ledger:
        letters = ledger.letters.list(None if everything else "open", call.clinic)
    found = [described(letter) for letter in letters]
    columns = ("id", "clinic", "subject", "code", "message", "tries", "status")
    rows = [tuple(one[name] for name in columns) for one in found]
    show(call.form, found, lambda: [Sheet("Dead letters", columns, rows)])


@dead_app.command("retry")
def dead_retry(context: typer.Context, letter: Letter = None) -> None:
    """Send dead letters to their subjects again, after what was wrong is mended.

    Example: ledger dead retry
    """
    call: Call = context.obj
    with call.ledger() as ledger:
        sent = asyncio.run(_retried(ledger, letter, call.clinic))
    if letter is not None and not sent:
        raise Mistake(f"no open dead letter {letter}")
    show(call.form, {"sent": sent}, lambda: [Sheet("Sent again", ("id",), [(n,) for n in sent])])


@dead_app.command("resolve")
def dead_resolve(context: typer.Context, letter: Letter = None) -> None:
    """Put dead letters aside that can never be taken, so that they no longer hold up the close.

    Example: ledger dead resolve VISITS-17-0123456789abcdef
    """
    call: Call = context.obj
    with call.ledger() as ledger:
        found = ledger.letters.list("open", call.clinic, letter)
        if letter is not None and not found:
            raise Mistake(f"no open dead letter {letter}")
        if found:
            ledger.letters.mark([(one.clinic, one.id) for one in found], "resolved")
    done = [one.id for one in found]
    show(call.form, {"resolved": done}, lambda: [Sheet("Resolved", ("id",), [(n,) for n in done])])


async def _retried(ledger: Ledger, letter: str | None, clinic: str | None) -> list[str]:
    import nats  # noqa: PLC0415  only this call talks to NATS itself

    from consumers.nats.deadletters import retry  # noqa: PLC0415

    client = await nats.connect(ledger.nats().split(","))
    try:
        return await retry(ledger.letters, client, letter, clinic)
    finally:
        await client.close()


def described(letter: "DeadLetter") -> dict[str, Any]:
    """A letter without its payload, which may hold personal data."""
    return {
        "id": letter.id,
        "clinic": letter.clinic,
        "subject": letter.subject,
        "code": letter.code,
        "message": letter.message,
        "tries": letter.tries,
        "status": letter.status,
        "received_at": letter.received_at and letter.received_at.isoformat(),
        "sha256": letter.sha256,
        "bytes": len(letter.payload),
    }
