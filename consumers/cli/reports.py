"""The accountant's reports on contracts: what is earned, promised, owed, sold, and worth it."""

from collections.abc import Mapping, Sequence
from typing import Any

import typer

from consumers.cli.asking import AsOf, KnownAt
from consumers.cli.charting import Chart, draw
from consumers.cli.output import Sheet
from consumers.cli.reporting import MONEY, By, Kept, Month, Report, answer, chosen, report


def waterfall(
    context: typer.Context,
    month: Month = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    kept: Kept = None,
    chart: Chart = None,
) -> None:
    """What was booked, month by month, and in which month it was earned.

    Example: ledger waterfall --as-of 2026-03-31 --chart waterfall.svg
    """
    from projections.charts.waterfall import waterfall_chart  # noqa: PLC0415
    from projections.reports.frames import waterfall_frame  # noqa: PLC0415

    with report(context, month, as_of, known_at, kept) as made:
        found = made.found("waterfall")
    draw(chart, lambda form: waterfall_chart(found, made.currency, form))
    frame = waterfall_frame(found)
    _answer(context, found, made, f"Waterfall as of {made.as_of}", frame, list(frame.columns[1:]))


def rpo(
    context: typer.Context,
    month: Month = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    kept: Kept = None,
) -> None:
    """What contracts still promise, and by when it is expected to be earned.

    Example: ledger rpo --as-of 2026-03-31
    """
    from projections.reports import frames  # noqa: PLC0415

    with report(context, month, as_of, known_at, kept) as made:
        found = made.found("rpo")
    title = f"Remaining performance obligations as of {made.as_of}"
    _answer(context, found, made, title, frames.rpo_frame(found))


def contract_balances(
    context: typer.Context,
    month: Month = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    kept: Kept = None,
) -> None:
    """Receivables, contract assets and contract liabilities, opening and closing.

    Example: ledger contract-balances --period 2026-02
    """
    from projections.reports import frames  # noqa: PLC0415

    with report(context, month, as_of, known_at, kept) as made:
        found = made.found("contract-balances")
    frame = frames.contract_balances_frame(found)
    title = f"Contract balances, {made.month.first} to {made.as_of}"
    _answer(context, found, made, title, frame, ("opening", "closing"))


def liability(
    context: typer.Context,
    month: Month = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    kept: Kept = None,
    by: By = None,
) -> None:
    """Deferred revenue contract by contract and line by line; --by contract or patient adds up.

    Example: ledger liability --as-of 2026-01-31 --by patient --format csv
    """
    from projections.reports import frames  # noqa: PLC0415

    with report(context, month, as_of, known_at, kept, chosen("liability", by)) as made:
        found = made.found("liability")
    title = f"Contract liability as of {made.as_of}"
    _answer(context, found, made, title, frames.liability_frame(found))


def aging(
    context: typer.Context,
    month: Month = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    kept: Kept = None,
) -> None:
    """Receivables by how long they have been due.

    Example: ledger aging --as-of 2026-03-31
    """
    from projections.reports import frames  # noqa: PLC0415

    with report(context, month, as_of, known_at, kept) as made:
        found = made.found("aging")
    _answer(context, found, made, f"Receivables as of {made.as_of}", frames.aging_frame(found))


def breakage(
    context: typer.Context,
    month: Month = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    kept: Kept = None,
) -> None:
    """What lapsed unused of what was sold, by offer and quarter of sale.

    Example: ledger breakage --as-of 2026-06-30
    """
    from projections.reports import frames  # noqa: PLC0415
    from projections.reports.breakage import COLUMNS  # noqa: PLC0415

    with report(context, month, as_of, known_at, kept) as made:
        found = made.found("breakage")
    frame = frames.breakage_frame(found)
    _answer(context, found, made, f"Breakage as of {made.as_of}", frame, COLUMNS)


def processor(
    context: typer.Context,
    month: Month = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    kept: Kept = None,
) -> None:
    """What the processor holds, payout by payout, against account 1020.

    Example: ledger processor --as-of 2026-03-31
    """
    from projections.reports import frames  # noqa: PLC0415

    with report(context, month, as_of, known_at, kept) as made:
        found = made.found("processor")
    title = f"Processor clearing as of {made.as_of}"
    _answer(context, found, made, title, frames.processor_frame(found))


def sales(
    context: typer.Context,
    month: Month = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    kept: Kept = None,
) -> None:
    """What was sold, new and renewed, apart from what was earned.

    Example: ledger sales --period 2026-02
    """
    from projections.reports import frames  # noqa: PLC0415

    with report(context, month, as_of, known_at, kept) as made:
        found = made.found("sales")
    frame = frames.sales_frame(found)
    _answer(context, found, made, f"Sales through {made.as_of}", frame, ("price", "tax"))


def profitability(
    context: typer.Context,
    month: Month = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    kept: Kept = None,
    by: By = None,
) -> None:
    """Revenue less the cost of the visits that earned it; --by program,location adds up.

    Example: ledger profitability --period 2026-02 --by provider
    """
    from projections.reports import frames  # noqa: PLC0415
    from projections.reports import profitability as made_of  # noqa: PLC0415

    with report(context, month, as_of, known_at, kept, chosen("profitability", by)) as made:
        found = made.found("profitability")
    frame = frames.profitability_frame(found)
    title = f"Profitability through {made.as_of}"
    _answer(context, found, made, title, frame, made_of.AMOUNTS)


def revenue(
    context: typer.Context,
    month: Month = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    kept: Kept = None,
    by: By = "pattern,service",
) -> None:
    """What was earned, taken apart for the notes: over time or at a point, by service line.

    --by takes account, pattern, service, channel, program, offer, location, provider.

    Example: ledger revenue --period 2026-02 --by pattern,channel
    """
    from projections.reports import frames  # noqa: PLC0415

    with report(context, month, as_of, known_at, kept, chosen("revenue", by)) as made:
        found = made.found("revenue")
    title = f"Revenue through {made.as_of}"
    _answer(context, found, made, title, frames.revenue_frame(found))


def _answer(
    context: typer.Context,
    found: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    made: Report,
    title: str,
    frame: Any,
    money: Sequence[str] = tuple(MONEY),
) -> None:
    def sheet() -> Sheet:
        return made.sheet(title, frame, frozenset(money))

    answer(context, found, sheet, made)
