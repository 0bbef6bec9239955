"""The calls of whoever answers disputes: evidence, verify-packet."""

from pathlib import Path
from typing import Annotated, Any

import typer

from consumers.cli.call import Call, Mistake
from consumers.cli.output import Sheet, show

WRONG = 1


def evidence(
    context: typer.Context,
    key: Annotated[str, typer.Argument(metavar="ID", help="A dispute or a charge.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write.")],
) -> None:
    """Write the packet that answers a dispute or documents a charge.

    Example: ledger evidence dp-1 --out packet
    """
    from projections.evidence.packet import build_packet  # noqa: PLC0415  loads the PDF writer

    call: Call = context.obj
    with call.at_clinic() as (ledger, clinic):
        now = ledger.settings.clock()
        found = build_packet(ledger.store, clinic, key, out, now)
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
    notes = [f"Packet {found['packet_sha256']} in {out}"]
    return [
        Sheet("Assessment", ("what", "is", "amount"), rows, frozenset({"amount"}), currency),
        Sheet("Files", ("file", "sha256"), files, notes=notes),
    ]


def verify_packet(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A packet's folder.")],
) -> None:
    """Check a packet from its folder alone: digests of all files, and the hash chain.

    Exit status 0: as it was written; 1: not.

    Example: ledger verify-packet packet
    """
    from projections.evidence.verify import verify_packet as verified  # noqa: PLC0415

    call: Call = context.obj
    if not folder.is_dir():
        raise Mistake(f"{folder}: no such folder")
    problems = verified(folder)
    found = {"ok": not problems, "problems": problems}
    rows = [(problem,) for problem in problems] or [("as it was written",)]
    show(call.form, found, lambda: [Sheet(f"Packet {folder}", ("finding",), rows)])
    raise typer.Exit(WRONG if problems else 0)
