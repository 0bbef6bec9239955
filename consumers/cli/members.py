"""The practice's reports on its members: members, metrics."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer

from consumers.cli.asking import AsOf, KnownAt
from consumers.cli.call import Form
from consumers.cli.operations import found as practice
from consumers.cli.output import Sheet, show
from consumers.cli.reporting import Month

_MONEY = frozenset({"used_at_list", "fees_paid", "used", "paid", "amount"})
#: What a table for people shows, by its headings.
_SHOWN = {
    "contract": "subscription",
    "patient": "patient",
    "offer": "offer",
    "tier": "tier",
    "status": "status",
    "since": "since",
    "visits": "visits",
    "a month": "visits_per_month",
    "last visit": "last_visit",
    "used": "used_at_list",
    "paid": "fees_paid",
    "ratio": "value_ratio",
    "risk": "risk",
}
_FLAT = (
    *_SHOWN.values(),
    "cycles_paid",
    "cycles_missed",
    "messages_in",
    "messages_out",
    "missed_milestones",
)


def members(
    context: typer.Context, month: Month = None, as_of: AsOf = None, known_at: KnownAt = None
) -> None:
    """Each membership: visits, what was used for the fees paid, and signs that it may be lost.

    Example: ledger members --as-of 2026-03-31
    """
    made = practice(context, "members", as_of, known_at, month)
    form = context.obj.form
    title = f"Members as of {made.asked.as_of}"
    rows = [_shown(row) if form is Form.TABLE else _flat(row) for row in made.rows]
    columns = tuple(_SHOWN) if form is Form.TABLE else _FLAT
    show(form, made.rows, lambda: [_sheet(title, columns, rows, made.currency)])


def metrics(
    context: typer.Context, month: Month = None, as_of: AsOf = None, known_at: KnownAt = None
) -> None:
    """Memberships in figures: renewal, retention, use by tier and service, expected income.

    What happened is that of --period, else of the month of --as-of, as far as known by then.

    Example: ledger metrics --period 2026-03
    """
    made = practice(context, "metrics", as_of, known_at, month)
    show(context.obj.form, made.rows, lambda: metrics_sheets(made.rows, made.currency))


def metrics_sheets(found: Mapping[str, Any], currency: str) -> Sequence[Sheet]:
    """A table for each kind of figure; the first, which is also the CSV, is that of offers."""
    income = found["expected_income"]
    asked_for = [
        *income["months"],
        {"period": "quarter", "cycles": None, "amount": income["next_quarter"]},
    ]
    kept = [
        {"cohort": cohort["cohort"], "joined": cohort["joined"], **month}
        for cohort in found["retention"]
        for month in cohort["months"]
    ]
    turnover = (
        "offer",
        "tier",
        "active",
        "new",
        "renewed",
        "not_renewed",
        "open",
        "ended",
        "renewal_rate",
    )
    parts: list[tuple[str, Sequence[str], Iterable[Mapping[str, Any]]]] = [
        (f"Memberships in {found['period']} to {found['as_of']}", turnover, found["offers"]),
        ("Use of units by tier", ("tier", "granted", "used", "rate"), found["tiers"]),
        (
            "Use of units by service",
            ("services", "granted", "used", "rate", "underused"),
            found["services"],
        ),
        ("Retention", ("cohort", "joined", "period", "kept", "rate"), kept),
        ("Expected income", ("period", "cycles", "amount"), asked_for),
        ("Visits by provider", ("provider", "visits", "share", "overloaded"), found["providers"]),
    ]
    return [_sheet(title, columns, rows, currency) for title, columns, rows in parts]


def _sheet(
    title: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]], currency: str
) -> Sheet:
    cells = [tuple(row[name] for name in columns) for row in rows]
    return Sheet(title, columns, cells, _MONEY & {*columns}, currency)


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A member under the headings of a table, the risks in words."""
    words = {**row, "risk": [reason.replace("_", " ") for reason in row["risk"]]}
    return {heading: words[name] for heading, name in _SHOWN.items()}


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A member without parts within parts, as a file has it."""
    return {
        **row,
        "cycles_paid": row["cycles"]["paid"],
        "cycles_missed": row["cycles"]["missed"],
        "messages_in": row["messages"]["in"],
        "messages_out": row["messages"]["out"],
    }
