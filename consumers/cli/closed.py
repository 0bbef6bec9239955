"""A recorded close, for people and for programs (interfaces.md 6, close)."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from consumers.bootstrap import Ledger
from consumers.cli.output import Sheet

#: How many ids of a kind a table shows.
FEW = 5


def sealed_report(ledger: Ledger, clinic: str, month: str) -> dict[str, Any]:
    """What the last close of a period sealed (interfaces.md 6, close)."""
    from aggregates.period.events import PeriodClosed  # noqa: PLC0415
    from ledger.ids import stream  # noqa: PLC0415
    from projections.close.replay import replay  # noqa: PLC0415
    from projections.reports.accounting import close as report  # noqa: PLC0415

    name = stream(clinic, "period", month)
    events = [recorded.event for recorded in ledger.store.load(clinic, [name])[name]]
    sealed = [event for event in events if isinstance(event, PeriodClosed)]
    with replay(ledger.conninfo, clinic) as books:
        return report(books, sealed[-1])


def close_sheets(found: dict[str, Any], currency: str) -> list[Sheet]:
    """The close as tables: the trial balance, the checks and what a person should look at."""
    accounts = found["trial_balance"]["accounts"]
    columns = ("account", "name", "debit", "credit", "balance")
    title = f"{found['period']} closed, version {found['version']}, at position {found['position']}"
    return [
        Sheet(
            title,
            columns,
            [tuple(row[name] for name in columns) for row in accounts],
            frozenset(columns[2:]),
            currency,
            [f"Journal digest {found['journal_digest']}"],
        ),
        Sheet(
            "Checks",
            ("check", "ok", "figure"),
            [(row["check"], row["ok"], row["figure"]) for row in found["checks"]],
        ),
        Sheet(
            "For a person to look at",
            ("kind", "count", "amount", "ids"),
            list(_by_kind(found["exceptions"])),
            frozenset({"amount"}),
            currency,
        ),
    ]


def _by_kind(exceptions: list[dict[str, Any]]) -> Iterator[tuple[str, int, int, str]]:
    """One row per kind with its total; a long list is cut here, --json has it whole."""
    kind_of = itemgetter("kind")
    for kind, group in groupby(sorted(exceptions, key=kind_of), key=kind_of):
        rows = list(group)
        left = len(rows) - FEW
        ids = ", ".join(row["id"] for row in rows[:FEW]) + (f" and {left} more" if left > 0 else "")
        yield kind, len(rows), sum(row.get("amount") or 0 for row in rows), ids
