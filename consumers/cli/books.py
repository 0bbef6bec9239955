"""The accountant's reports: journal, trial balance, roll-forward, late events, verify, rules."""

import sys
from typing import Annotated, Any

import typer

from consumers.asking import Kind
from consumers.cli.asking import AsOf, KnownAt
from consumers.cli.call import EXPORTS, Call, Form, Mistake, period
from consumers.cli.charting import Chart, draw
from consumers.cli.exporting import Detail, Draft, Out, Wish, checked_exporter, export_journal
from consumers.cli.output import Sheet, show
from consumers.cli.reporting import By, Kept, Month, answer, chosen, report
from ledger.books.rollforward import COLUMNS
from ledger.money import text_of

DIFFERENT = 1
_FOR_PEOPLE = (
    "posting_date",
    "rule",
    "account",
    "debit",
    "credit",
    "subscription",
    "line",
    "prior_period_of",
)


def journal(
    context: typer.Context,
    month: Month = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    kept: Kept = None,
    draft: Draft = False,
    detail: Detail = None,
    out: Out = None,
) -> None:
    """The double-entry journal; entries that only time has brought so far are provisional.

    For another program: --format csv, iif, qbo, xero, netsuite, beancount or hledger.

    Example: ledger journal --period 2026-01 --format beancount --out january.beancount
    """
    from projections.reports import accounting_frames  # noqa: PLC0415

    wish = Wish(context.obj.form, draft, detail, out)
    with report(context, month, as_of, known_at, kept) as made:
        found = made.found("journal")
        if wish.form in EXPORTS:
            checked_exporter(wish.form, context.obj.role)
            export_journal(wish, made.clinic, made.books, found, made.given, made.as_of)
            return
    frame = accounting_frames.journal_frame(found)
    if wish.form is Form.TABLE:
        frame = frame[list(_FOR_PEOPLE)]
    answer(context, found, lambda: made.sheet(f"Journal to {made.as_of}", frame))


def trial_balance(
    context: typer.Context,
    month: Month = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    kept: Kept = None,
) -> None:
    """Debits and credits of every account by the end of a day.

    Example: ledger trial-balance --as-of 2026-01-31
    """
    from projections.reports import accounting_frames  # noqa: PLC0415

    with report(context, month, as_of, known_at, kept) as made:
        found = made.found("trial-balance")
    frame = accounting_frames.trial_balance_frame(found)
    title = f"Trial balance as of {found['as_of']} (position {found['position']})"
    answer(context, found, lambda: made.sheet(title, frame), made)


def rollforward(
    context: typer.Context,
    month: Month = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    kept: Kept = None,
    by: By = None,
    chart: Chart = None,
) -> None:
    """What moved deferred revenue in a month, from opening to closing.

    Example: ledger rollforward --period 2026-02 --by location --chart rollforward.svg
    """
    from projections.charts.rollforward import rollforward_chart  # noqa: PLC0415
    from projections.reports import accounting_frames  # noqa: PLC0415

    group = chosen("rollforward", by)
    with report(context, month, as_of, known_at, kept, group) as made:
        found = made.found("rollforward")
    draw(chart, lambda form: rollforward_chart(found, made.currency, form))
    if group:
        frame = accounting_frames.rollforward_groups_frame(found)
        if context.obj.form is Form.TABLE:  # what moved nothing only takes up room
            frame = frame.loc[:, (frame != 0).any()]
        title = f"Deferred revenue in {found['period']} by {found['by']}"
        money = frozenset(COLUMNS)
        answer(context, found, lambda: made.sheet(title, frame, money), made)
        return
    if context.obj.form is Form.TABLE:
        answer(context, found, lambda: _movements(found, made.currency))
        return
    frame = accounting_frames.rollforward_frame(found)
    answer(context, found, lambda: made.sheet("Deferred revenue", frame), made)


def _movements(found: dict[str, Any], currency: str) -> Sheet:
    """The roll-forward read downwards; accounts and movements that are zero are left out."""
    parts = [*found["accounts"], {**found["total"], "account": "total"}]
    moved = [part for part in parts if any(part[name] for name in COLUMNS)]
    columns = [str(part["account"]) for part in moved]
    rows = [
        (name.replace("_", " "), *(part[name] for part in moved))
        for name in COLUMNS
        if any(part[name] for part in moved)
    ]
    notes = [
        f"Revenue from earlier periods' work ({why}): {text_of(amount, currency)}"
        for why, amount in found["satisfied_before"].items()
        if amount and why != "total"
    ]
    title = f"Deferred revenue in {found['period']} (position {found['position']})"
    return Sheet(title, ("movement", *columns), rows, frozenset(columns), currency, notes)


def late_events(
    context: typer.Context,
    month: Month = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    kept: Kept = None,
) -> None:
    """What was dated in a closed month and posted in this one.

    Example: ledger late-events --period 2026-02
    """
    from projections.reports import accounting_frames  # noqa: PLC0415

    with report(context, month, as_of, known_at, kept) as made:
        found = made.found("late-events")
    frame = accounting_frames.late_events_frame(found)
    answer(context, found, lambda: made.sheet(f"Late events posted in {made.month}", frame))


def verify(
    context: typer.Context,
    month: Annotated[str, typer.Argument(metavar="P", help="The period, as in 2026-01.")],
    version: Annotated[int | None, typer.Option(help="An earlier close of the period.")] = None,
) -> None:
    """Prove that a closed month still replays to the digest that was sealed.

    Exit status 0: the same; 1: different.

    Example: ledger verify 2026-01
    """
    from projections.close.figures import verify as verified  # noqa: PLC0415

    call: Call = context.obj
    wanted = period(month)
    with call.at_clinic() as (ledger, clinic):
        found = verified(ledger.conninfo, clinic, wanted, version)
    if found is None:
        raise Mistake(
            f"{wanted} was never closed, or is open again: name a close with --version"
            if version is None
            else f"{wanted} was never closed as version {version}"
        )
    sheet = Sheet("Verification", list(found), [tuple(found.values())])
    show(call.form, found, lambda: [sheet])
    raise typer.Exit(0 if found["same"] else DIFFERENT)


def rules(
    context: typer.Context,
    markdown: Annotated[bool, typer.Option("--markdown", help="As a page to keep.")] = False,
    kept: Kept = None,
) -> None:
    """The posting rules: which event posts what on which accounts, and why.

    Both frameworks follow the same rules; cash books have a table of their own.

    Example: ledger rules --format csv
    """
    from aggregates import effects, effects_cash  # noqa: PLC0415
    from ledger.books.ruletable import COLUMNS as NAMES  # noqa: PLC0415
    from ledger.books.ruletable import cells, page, rule_table  # noqa: PLC0415

    cash = kept is Kind.CASH
    kept_by = effects_cash if cash else effects
    table, title = rule_table(kept_by.POSTINGS, closing=not cash), f"Posting rules {kept_by.RULES}"
    if markdown:
        sys.stdout.write(page(title, cells(table)))
        return
    show(context.obj.form, table, lambda: [Sheet(title, NAMES, list(cells(table)))])
