"""The practice's reports: utilization, expiring, renewals."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import typer

from consumers import asking
from consumers.cli.asking import AsOf, KnownAt
from consumers.cli.books import Month
from consumers.cli.call import Call, period, view
from consumers.cli.charting import Chart, draw
from consumers.cli.output import Sheet, show
from projections.balances.asof import View

Rows = list[dict[str, Any]]


def _answer(
    context: typer.Context,
    as_of: str | None,
    known_at: str | None,
    made: Callable[[Iterable[Any], View], Rows],
    columns: Sequence[str],
    title: str,
) -> None:
    call: Call = context.obj
    with call.at_clinic() as (ledger, clinic):
        asked = view(ledger, clinic, as_of, known_at)
        found = made(asking.contracts(ledger, clinic, asked), asked)
        currency = ledger.clinic(clinic).currency
    rows = [tuple(_cell(row[name]) for name in columns) for row in found]
    money = frozenset({"deferred", "amount"})
    sheet = Sheet(f"{title} as of {asked.as_of}", columns, rows, money, currency)
    show(call.form, found, lambda: [sheet])


def _cell(value: Any) -> Any:
    """Promised notices in a cell: the day each is due, or that it was sent."""
    if not isinstance(value, list):
        return value
    return ", ".join(f"{notice['due']} {notice['sent'] or 'open'}" for notice in value)


def utilization(
    context: typer.Context, as_of: AsOf = None, known_at: KnownAt = None, chart: Chart = None
) -> None:
    """How much of what was sold is used, by offer and line.

    Example: ledger utilization --as-of 2026-03-31 --chart utilization.svg
    """
    from projections.charts.utilization import utilization_chart  # noqa: PLC0415
    from projections.operations import utilization as report  # noqa: PLC0415

    columns = ("offer", "line", "granted", "used", "expired", "refunded", "remaining", "rate")

    def made(contracts: Iterable[Any], asked: View) -> Rows:
        found = report.utilization(contracts, asked.as_of)
        draw(chart, lambda form: utilization_chart(found, form))
        return found

    _answer(
        context,
        as_of,
        known_at,
        made,
        columns,
        "Utilization",
    )


def expiring(
    context: typer.Context, month: Month = None, as_of: AsOf = None, known_at: KnownAt = None
) -> None:
    """What is left and will expire, the soonest first; with --period what expires in it.

    Example: ledger expiring --period 2026-04
    """
    from projections.operations import expiring as report  # noqa: PLC0415

    wanted = None if month is None else period(month)
    columns = (
        "patient",
        "subscription",
        "line",
        "grant",
        "remaining",
        "expires",
        "deferred",
        "notices",
    )
    _answer(
        context,
        as_of,
        known_at,
        lambda contracts, asked: report.expiring(contracts, asked.as_of, wanted),
        columns,
        "Expiring",
    )


def renewals(
    context: typer.Context, month: Month = None, as_of: AsOf = None, known_at: KnownAt = None
) -> None:
    """Memberships that renew, and cycles that are unpaid; with --period those due in it.

    Example: ledger renewals --as-of 2026-03-31
    """
    from projections.operations import renewals as report  # noqa: PLC0415

    wanted = None if month is None else period(month)
    _answer(
        context,
        as_of,
        known_at,
        lambda contracts, asked: report.renewals(contracts, asked.as_of, wanted),
        ("subscription", "offer", "due", "amount", "status", "notices"),
        "Renewals",
    )
