"""The calls that record: apply, tick, close, reopen."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from consumers.bootstrap import Ledger
from consumers.cli.call import Call, Mistake, period
from consumers.cli.closed import close_sheets, sealed_report
from consumers.cli.output import Sheet, show, write_line

if TYPE_CHECKING:
    from commands.envelope import Result

CHUNK_BYTES = 256 * 1024
REJECTED = 1


def apply(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON Lines; - is stdin.")],
) -> None:
    """Run commands, one JSON object a line; one result line each, in order.

    Exit status 0: all accepted; 1: some rejected; 2: the file cannot be read.

    Example: echo '{"command":"change_plan", ...}' | ledger --clinic glow apply -
    """
    from commands.envelope import Defaults  # noqa: PLC0415
    from consumers.applying import results  # noqa: PLC0415

    call: Call = context.obj
    with opened(file) as source, call.ledger() as ledger:
        rejected = False
        touched: set[str] = set()
        for result, clinic in results(ledger, arrived(source), Defaults(clinic=call.clinic)):
            rejected = rejected or not result.ok
            if result.ok and clinic:
                touched.add(clinic)
            write_line(result.to_json())
        for clinic in sorted(touched):
            ledger.catch_up(clinic)
    raise typer.Exit(REJECTED if rejected else 0)


@contextmanager
def opened(file: str) -> Iterator[BufferedReader]:
    """A file or stdin; raises Mistake for one that cannot be opened."""
    if file == "-":
        yield cast(BufferedReader, sys.stdin.buffer)
        return
    try:
        source = open(file, "rb")  # noqa: PTH123, SIM115  closed below
    except OSError as error:
        raise Mistake(f"{file}: {error.strerror}") from None
    with source:
        yield source


def arrived(source: BufferedReader) -> Iterator[list[bytes]]:
    """The lines of a source in pieces, as they arrive: nobody waits for a line not sent yet."""
    rest = b""
    while chunk := source.read1(CHUNK_BYTES):
        *whole, rest = (rest + chunk).split(b"\n")
        yield whole
    yield [rest]


def tick(context: typer.Context) -> None:
    """Record what time alone brings by the clock's now. Doing it twice is harmless.

    Cycles and instalments that fall due, pauses and plan changes arranged before, what expires,
    and what other services are told: PaymentDue, reminders, milestones, disputes due within
    three days.

    Example: ledger tick --now 2026-04-01T08:00:00-04:00
    """
    from commands.envelope import Actor  # noqa: PLC0415
    from consumers.applying import ticked  # noqa: PLC0415

    call: Call = context.obj
    actor = Actor.model_validate(call.recorder())
    rejected = False
    with call.ledger() as ledger:
        clinics = [call.chosen(ledger)] if call.clinic else ledger.clinics()
        for clinic in clinics:
            for result in ticked(ledger, clinic, actor):
                rejected = rejected or not result.ok
                write_line(result.to_json())
    raise typer.Exit(REJECTED if rejected else 0)


def close(
    context: typer.Context,
    month: Annotated[str, typer.Argument(metavar="P", help="The period, as in 2026-01.")],
    soft: Annotated[
        bool, typer.Option("--soft", help="Stop front desk and providers only; seal nothing.")
    ] = False,
    approver: Annotated[str | None, typer.Option(metavar="ID", help="Who approves.")] = None,
    expected_digest: Annotated[
        str | None, typer.Option(metavar="SHA256", help="Refuse unless the journal is this one.")
    ] = None,
    what_if: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Show it under other policies (JSON); record nothing."),
    ] = None,
) -> None:
    """Close a month: replay the ledger, check it, seal it. Exit status 1: refused, with reasons.

    Example: ledger close 2026-01
    """
    call: Call = context.obj
    if what_if is not None:
        from consumers.cli.supposing import tried  # noqa: PLC0415

        tried(call, period(month), what_if)
        return
    named = {"approver": approver, "expected_digest": expected_digest}
    data = {"period": str(period(month)), **{k: v for k, v in named.items() if v is not None}}
    if soft:
        told(context, "close_period", {**data, "soft": True})
        return
    with call.at_clinic() as (ledger, clinic):
        result = closed(ledger, clinic, data, call.recorder())
        ledger.catch_up(clinic)
        if not result.ok:
            write_line(result.to_json())
            raise typer.Exit(REJECTED)
        found = sealed_report(ledger, clinic, data["period"])
        currency = ledger.clinic(clinic).currency
    show(call.form, found, lambda: close_sheets(found, currency))


def reopen(
    context: typer.Context,
    month: Annotated[str, typer.Argument(metavar="P", help="The period, as in 2026-01.")],
    approvers: Annotated[
        list[str], typer.Option("--approver", metavar="ID", help="Who approves; give it twice.")
    ],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why the books must change.")],
) -> None:
    """Take the last close out of force; closing again makes the next version.

    Example: ledger reopen 2026-01 --approver bob --approver cy --reason "visits were missing"
    """
    data = {"period": str(period(month)), "approvers": approvers, "reason": reason}
    told(context, "reopen_period", data)


def told(context: typer.Context, command: str, data: dict[str, Any]) -> None:
    """Sends a command about a period and shows its answer; ends with 1 when it is refused."""
    call: Call = context.obj
    with call.at_clinic() as (ledger, clinic):
        result = sent(ledger, clinic, command, data, call.recorder())
        ledger.catch_up(clinic)
    if not result.ok:
        write_line(result.to_json())
        raise typer.Exit(REJECTED)
    answer = result.data
    show(call.form, answer, lambda: [Sheet("Period", list(answer), [tuple(answer.values())])])


def closed(ledger: Ledger, clinic: str, data: dict[str, Any], actor: dict[str, str]) -> "Result":
    """The result of `close_period` at the clock's now."""
    return sent(ledger, clinic, "close_period", data, actor)


def sent(
    ledger: Ledger, clinic: str, command: str, data: dict[str, Any], actor: dict[str, str]
) -> "Result":
    """The result of a command about a period at the clock's now."""
    from commands.envelope import Actor, Envelope  # noqa: PLC0415
    from commands.ticking import derived_id  # noqa: PLC0415

    now = ledger.settings.clock()
    # Under a fixed clock a period may be closed, reopened and closed again at the same time.
    head = ledger.store.head(clinic)
    parts = (data["period"], now.isoformat(), str(head.position if head else 0))
    return ledger.commands.handle(
        Envelope(
            command=command,
            id=derived_id(command.removesuffix("_period"), *parts),
            clinic=clinic,
            at=now,
            actor=Actor.model_validate(actor),
            data=data,
        )
    )
