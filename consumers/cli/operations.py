"""The practice's reports: utilization, expiring, renewals."""

from collections.abc import Callable, Iterable
from typing import Any

import typer

from consumers import asking
from consumers.cli.asking import AsOf, KnownAt
from consumers.cli.call import Call, period, view
from consumers.cli.charting import Chart, draw
from consumers.cli.output import sheet_of, show
from consumers.cli.reporting import Month
from projections.balances.asof import View

Rows = list[dict[str, Any]]
MONEY = frozenset({"deferred", "amount"})


def _answer(
    context: typer.Context,
    as_of: str | None,
    known_at: str | None,
    made: Callable[[Iterable[Any], View], Rows],
    framed: Callable[[Rows], Any],
    title: str,
) -> None:
    call: Call = context.obj
    with call.at_clinic() as (ledger, clinic):
        asked = view(ledger, clinic, as_of, known_at)
        found = made(asking.contracts(ledger, clinic, asked), asked)
        currency = ledger.clinic(clinic).currency
    title = f"{title} as of {asked.as_of}"
    show(call.form, found, lambda: [sheet_of(title, framed(found), MONEY, currency)])


def utilization(
    context: typer.Context, as_of: AsOf = None, known_at: KnownAt = None, chart: Chart = None
) -> None:
    """How much of what was sold is used, by offer and line.

    Example: ledger utilization --as-of 2026-03-31 --chart utilization.svg
    """
    from projections.charts.utilization import utilization_chart  # noqa: PLC0415
    from projections.operations import utilization as report  # noqa: PLC0415
    from projections.reports import practice_frames as frames  # noqa: PLC0415

    def made(contracts: Iterable[Any], asked: View) -> Rows:
        found = report.utilization(contracts, asked.as_of)
        draw(chart, lambda form: utilization_chart(found, form))
        return found

    _answer(
        context,
        as_of,
        known_at,
        made,
        frames.utilization_frame,
        "Utilization",
    )


def expiring(
    context: typer.Context, month: Month = None, as_of: AsOf = None, known_at: KnownAt = None
) -> None:
    """What is left and will expire, the soonest first; with --period what expires in it.

    Example: ledger expiring --period 2026-04
    """
    from projections.operations import expiring as report  # noqa: PLC0415
    from projections.reports import practice_frames as frames  # noqa: PLC0415

    wanted = None if month is None else period(month)
    _answer(
        context,
        as_of,
        known_at,
        lambda contracts, asked: report.expiring(contracts, asked.as_of, wanted),
        frames.expiring_frame,
        "Expiring",
    )


def renewals(
    context: typer.Context, month: Month = None, as_of: AsOf = None, known_at: KnownAt = None
) -> None:
    """Memberships that renew, and cycles that are unpaid; with --period those due in it.

    Example: ledger renewals --as-of 2026-03-31
    """
    from projections.operations import renewals as report  # noqa: PLC0415
    from projections.reports import practice_frames as frames  # noqa: PLC0415

    wanted = None if month is None else period(month)
    _answer(
        context,
        as_of,
        known_at,
        lambda contracts, asked: report.renewals(contracts, asked.as_of, wanted),
        frames.renewals_frame,
        "Renewals",
    )
