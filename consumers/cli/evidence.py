"""The calls of whoever answers disputes: disputes, evidence, verify-packet."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from consumers.cli.call import Call, Mistake
from consumers.cli.output import Sheet, show
from consumers.packets import Paper, Processor, Standard

WRONG = 1


def disputes(
    context: typer.Context,
    outcomes: Annotated[
        bool, typer.Option("--outcomes", help="How past ones ended, by code, offer, location.")
    ] = False,
) -> None:
    """List the disputes to answer: due date, amount, what to do, what is missing.

    Example: ledger disputes --outcomes
    """
    from projections.evidence import worklist  # noqa: PLC0415  loads the rules of the codes

    call: Call = context.obj
    with call.at_clinic() as (ledger, clinic):
        currency = ledger.clinic(clinic).currency
        if outcomes:
            found = worklist.outcomes(ledger.store, clinic)
        else:
            found = worklist.work_list(ledger.store, clinic, ledger.settings.clock())
    show(call.form, found, lambda: [_listed(found, outcomes, currency)])


def _listed(found: list[dict[str, Any]], outcomes: bool, currency: str) -> Sheet:
    """The work list, or the outcomes, as a table."""
    if outcomes:
        counts = ("disputes", "open", "won", "lost", "accepted", "withdrawn", "won_share")
        names: tuple[str, ...] = ("by", "value", *counts, "amount", "lost_amount")
        money, title = frozenset({"amount", "lost_amount"}), "How disputes ended"
    else:
        names = ("dispute", "due_by", "status", "code", "amount", "recommendation")
        names += ("supported_amount", "complete", "missing")
        money, title = frozenset({"amount", "supported_amount"}), "Disputes"
    rows = [tuple(_cell(row[name]) for name in names) for row in found]
    return Sheet(title, names, rows, money, currency)


def _cell(value: Any) -> Any:
    return ", ".join(value) if isinstance(value, list) else value


def evidence(
    context: typer.Context,
    key: Annotated[str, typer.Argument(metavar="ID", help="A dispute or a charge.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write.")],
    processor: Annotated[
        Processor, typer.Option(help="Whose fields evidence.json has.")
    ] = Processor.STRIPE,
    paper: Annotated[
        Paper, typer.Option(help="The pages' size; auto goes by the clinic's currency.")
    ] = Paper.AUTO,
    standard: Annotated[Standard, typer.Option(help="The PDF standard.")] = Standard.A_2B,
    include: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD", help="Show an approved field as well; repeat."),
    ] = None,
    leave_out: Annotated[
        list[str] | None, typer.Option(metavar="DOCUMENT", help="Leave a document out; repeat.")
    ] = None,
) -> None:
    """Write the packet that answers a dispute or documents a charge.

    Example: ledger evidence dp-1 --out packet --processor square
    """
    from projections.evidence.packet import Options, build_packet  # noqa: PLC0415  the typesetter

    options = Options(
        processor.value,
        paper.value,
        standard.value,
        include=tuple(include or ()),
        leave_out=tuple(leave_out or ()),
    )
    call: Call = context.obj
    with call.at_clinic() as (ledger, clinic):
        now = ledger.settings.clock()
        found = build_packet(ledger.store, clinic, key, out, now, options)
        currency = ledger.clinic(clinic).currency
    if found is None:
        raise Mistake(f"unknown_dispute: no dispute and no charge {key}")
    show(call.form, found["assessment"], lambda: packet_sheets(found, out, currency))


def packet_sheets(found: dict[str, Any], out: Path, currency: str) -> list[Sheet]:
    """The assessment and the files as tables."""
    judged = found["assessment"]
    rows = [
        ("advice", judged["advice"], None),
        ("supported", "", judged["supported_amount"]),
        ("unused value", judged["unused_value"]["method"], judged["unused_value"]["amount"]),
        *(("argument", argument["argument"], None) for argument in judged["arguments"]),
        *(("missing", f"{item['item']}, from {item['from']}", None) for item in judged["missing"]),
        *(("against us", item["fact"], None) for item in judged["adverse"]),
    ]
    files = [(name, digest) for name, digest in found["files"].items()]
    files += [(f"left out: {item['document']}", item["why"]) for item in found["left_out"]]
    notes = [f"Packet {found['packet_sha256']} in {out}"]
    return [
        Sheet("Assessment", ("what", "is", "amount"), rows, frozenset({"amount"}), currency),
        Sheet("Files", ("file", "sha256"), files, notes=notes),
    ]


def verify_packet(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A packet's folder.")],
    sha256: Annotated[
        str | None,
        typer.Option(metavar="DIGEST", help="The packet's digest as it was recorded when sent."),
    ] = None,
    authority: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Certificates (PEM) of the time-stamp authority."),
    ] = None,
) -> None:
    """Check a packet from its folder alone: digests, hash chain, anchor and time stamp.

    Says what that proves and what it does not. Exit status 0: nothing is wrong; 1: something is.

    Example: ledger verify-packet packet
    """
    from projections.evidence.verify import examine  # noqa: PLC0415

    call: Call = context.obj
    if not folder.is_dir():
        raise Mistake(f"{folder}: no such folder")
    report = examine(folder, sha256, None if authority is None else authority.read_bytes())
    found = {"ok": not report.problems, **asdict(report)}
    rows = [
        (kind, line)
        for kind, lines in (
            ("wrong", report.problems),
            ("proved", report.proved),
            ("not proved", report.not_proved),
        )
        for line in lines
    ]
    show(call.form, found, lambda: [Sheet(f"Packet {folder}", ("is", "finding"), rows)])
    raise typer.Exit(WRONG if report.problems else 0)
