"""The practice's reports: utilization, expiring, renewals."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import typer

from consumers.cli.asking import AsOf, KnownAt
from consumers.cli.call import Call, period, view
from consumers.cli.charting import Chart, draw
from consumers.cli.output import sheet_of, show
from consumers.cli.reporting import Month
from projections.balances.asof import View

MONEY = frozenset({"deferred", "amount"})


@dataclass(frozen=True, slots=True)
class Found:
    """What the practice's report of that `name` says in a view."""

    name: str
    rows: Any
    asked: View
    currency: str

    def tell(self, context: typer.Context, framed: Callable[[Any], Any]) -> None:
        """Writes it in the form the call asks for, as a table from its frame."""
        title = f"{self.name.capitalize()} as of {self.asked.as_of}"
        show(
            context.obj.form,
            self.rows,
            lambda: [sheet_of(title, framed(self.rows), MONEY, self.currency)],
        )


def found(
    context: typer.Context,
    name: str,
    as_of: str | None,
    known_at: str | None,
    month: str | None = None,
) -> Found:
    """The practice's report of that name, as every edge makes it."""
    from consumers.reporting import COMING, OF_THE_PRACTICE, Practice  # noqa: PLC0415

    call: Call = context.obj
    wanted = None if month is None else period(month)
    with call.at_clinic() as (ledger, clinic):
        asked = view(ledger, clinic, as_of, known_at, None if name in COMING else wanted)
        rows = OF_THE_PRACTICE[name](Practice(ledger, clinic, asked, wanted))
        return Found(name, rows, asked, ledger.clinic(clinic).currency)


def utilization(
    context: typer.Context,
    month: Month = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    chart: Chart = None,
) -> None:
    """How much of what was sold is used, by offer and line; with --period by its end.

    Example: ledger utilization --as-of 2026-03-31 --chart utilization.svg
    """
    from projections.charts.utilization import utilization_chart  # noqa: PLC0415
    from projections.reports import practice_frames as frames  # noqa: PLC0415

    made = found(context, "utilization", as_of, known_at, month)
    draw(chart, lambda form: utilization_chart(made.rows, form))
    made.tell(context, frames.utilization_frame)


def expiring(
    context: typer.Context, month: Month = None, as_of: AsOf = None, known_at: KnownAt = None
) -> None:
    """What is left and will expire, the soonest first; with --period what expires in it.

    Example: ledger expiring --period 2026-04
    """
    from projections.reports import practice_frames as frames  # noqa: PLC0415

    made = found(context, "expiring", as_of, known_at, month)
    made.tell(context, frames.expiring_frame)


def renewals(
    context: typer.Context, month: Month = None, as_of: AsOf = None, known_at: KnownAt = None
) -> None:
    """Memberships that renew, and cycles that are unpaid; with --period those due in it.

    Example: ledger renewals --as-of 2026-03-31
    """
    from projections.reports import practice_frames as frames  # noqa: PLC0415

    made = found(context, "renewals", as_of, known_at, month)
    made.tell(context, frames.renewals_frame)
