"""Webhooks out: where a clinic's events are posted, and what became of them."""

from typing import Annotated, Any

import typer

from consumers.cli.call import Call, Mistake
from consumers.cli.keys import known
from consumers.cli.output import Sheet, show
from consumers.http.endpoints import endpoint_json
from consumers.outgoing.deliveries import STATES, Deliveries
from consumers.outgoing.endpoints import utc_now
from consumers.outgoing.wanting import Unwanted, Wanted, endpoint_wanted

_COLUMNS = ("endpoint", "url", "types", "created_at", "disabled_at", "disabled_for")
_DELIVERED = ("position", "type", "state", "tries", "due_at", "last_at", "last_status")
Name = Annotated[str, typer.Argument(metavar="ENDPOINT", help="As in ledger webhook list.")]

webhook_app = typer.Typer(no_args_is_help=True, help="Where a clinic's events are posted.")


@webhook_app.command("add")
def add(
    context: typer.Context,
    endpoint: Annotated[str, typer.Argument(metavar="ENDPOINT", help="A name for it.")],
    url: Annotated[str, typer.Argument(metavar="URL", help="https, on the public internet.")],
    types: Annotated[
        list[str] | None, typer.Option("--type", help="A type of event; default all.")
    ] = None,
) -> None:
    """Post what is recorded from now on; shows the secret that signs it, this once.

    For an endpoint there is already, changes its address and types.

    Example: ledger webhook add billing https://hooks.example.com/ledger --type PackageSold
    """
    call: Call = context.obj
    with call.ledger() as ledger:
        wanted = Wanted(url=url, types=tuple(types or ()))
        by, loopback = call.recorder()["id"], ledger.settings.webhook_loopback
        try:
            new = endpoint_wanted(call.chosen(ledger), endpoint, wanted, by, loopback=loopback)
        except Unwanted as error:
            raise Mistake(f"{error.field}: {error}") from None
        kept, secret = ledger.endpoints.keep(new, utc_now())
    _show_secret(call, endpoint_json(kept), secret)


@webhook_app.command("list")
def list_endpoints(context: typer.Context) -> None:
    """The clinic's endpoints, without their secrets.

    Example: ledger webhook list
    """
    call: Call = context.obj
    with call.ledger() as ledger:
        found = [endpoint_json(one) for one in ledger.endpoints.list(call.chosen(ledger))]
    rows = [tuple(one[name] for name in _COLUMNS) for one in found]
    show(call.form, found, lambda: [Sheet("Webhooks", _COLUMNS, rows)])


@webhook_app.command("remove")
def remove(context: typer.Context, endpoint: Name) -> None:
    """Post nothing more there, nor what was to be sent.

    Example: ledger webhook remove billing
    """
    call: Call = context.obj
    with call.ledger() as ledger:
        ledger.endpoints.remove(call.chosen(ledger), endpoint)
    _told(call, "removed", endpoint)


@webhook_app.command("enable")
def enable(context: typer.Context, endpoint: Name) -> None:
    """Go on where the endpoint was disabled; nothing between was lost.

    Example: ledger webhook enable billing
    """
    call: Call = context.obj
    with call.ledger() as ledger:
        ledger.endpoints.enable(call.chosen(ledger), endpoint)
    _told(call, "enabled", endpoint)


@webhook_app.command("secret")
def secret(context: typer.Context, endpoint: Name) -> None:
    """Make a new secret and show it, this once; the one before signs for a day more.

    Example: ledger webhook secret billing
    """
    call: Call = context.obj
    with call.ledger() as ledger:
        made = ledger.endpoints.rotate(call.chosen(ledger), endpoint, utc_now())
    _show_secret(call, {"endpoint": endpoint}, made)


@webhook_app.command("deliveries")
def deliveries(
    context: typer.Context,
    endpoint: Name,
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help=f"Only one of {', '.join(STATES)}.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 100,
) -> None:
    """What became of each event, the newest first.

    Example: ledger webhook deliveries billing --state failed
    """
    call: Call = context.obj
    known("state", [] if state is None else [state], STATES)
    with call.ledger() as ledger:
        queue = Deliveries(ledger.endpoints.pool)
        listed = queue.list(call.chosen(ledger), endpoint, state=state, most=limit)
    found = [one.to_json() for one in listed]
    columns = (*_DELIVERED, "last_error")
    rows = [tuple(one[name] for name in columns) for one in found]
    show(call.form, found, lambda: [Sheet("Deliveries", columns, rows)])


@webhook_app.command("replay")
def replay(
    context: typer.Context,
    endpoint: Name,
    first: Annotated[int, typer.Argument(metavar="POSITION", min=1, help="What to send again.")],
    last: Annotated[
        int | None, typer.Option("--to", min=1, help="And all up to this position.")
    ] = None,
) -> None:
    """Send an event again, or a range of positions; receivers know a copy by its webhook-id.

    Example: ledger webhook replay billing 1200 --to 1300
    """
    call: Call = context.obj
    with call.ledger() as ledger:
        queue, clinic = Deliveries(ledger.endpoints.pool), call.chosen(ledger)
        count = queue.replay(clinic, endpoint, first, last or first, utc_now())
    _told(call, "deliveries", count)


def _told(call: Call, what: str, value: Any) -> None:
    show(call.form, {what: value}, lambda: [Sheet("Webhook", (what,), [(value,)])])


def _show_secret(call: Call, shown: dict[str, Any], secret: str | None) -> None:
    told = shown if secret is None else {**shown, "secret": secret}
    words = {"secret": "secret, shown this once"}
    rows = [(words.get(name, name), value) for name, value in told.items()]
    show(call.form, told, lambda: [Sheet("Webhook", ("what", "is"), rows)])
