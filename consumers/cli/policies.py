"""The clinic's policies with the dates from which they hold (accounting.md 18)."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from consumers.cli.asking import AsOf
from consumers.cli.call import Call, view
from consumers.cli.output import Sheet, show

if TYPE_CHECKING:
    from datetime import date

    from aggregates.clinic.state import Clinic

_COLUMNS = ("policy", "value", "since", "until", "default", "decides")


def policies(
    context: typer.Context,
    as_of: AsOf = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Every value, as a page.")] = False,
) -> None:
    """The clinic's policies, from when they hold, and the changes that are to come.

    Example: ledger policies --as-of 2026-06-30
    """
    from aggregates.clinic.guide import page  # noqa: PLC0415

    if markdown:
        sys.stdout.write(page())
        return
    call: Call = context.obj
    with call.at_clinic() as (ledger, key):
        clinic, on = ledger.clinic(key), view(ledger, key, as_of, None).as_of
    found = values(clinic, on)
    show(call.form, found, lambda: [Sheet(f"Policies from {on}", _COLUMNS, _cells(found))])


def values(clinic: "Clinic", on: "date") -> list[dict[str, Any]]:
    """What holds on a day and what is set for later, each with its first and last day."""
    from aggregates.clinic.guide import ABOUT, default_text  # noqa: PLC0415
    from aggregates.clinic.policies import POLICIES  # noqa: PLC0415

    return [
        {
            "policy": key,
            "value": value,
            "since": None if since is None else since.isoformat(),
            "until": None if until is None else until.isoformat(),
            "default": default_text(policy),
            "decides": ABOUT[key].decides,
        }
        for key, policy in POLICIES.items()
        for value, since, until in clinic.told(key, on)
    ]


def _cells(found: list[dict[str, Any]]) -> list[list[Any]]:
    from aggregates.clinic.guide import written  # noqa: PLC0415

    return [
        [written(row[name]) if name == "value" else row[name] for name in _COLUMNS] for row in found
    ]
