"""Requests for approval: what waits for a second person."""

from dataclasses import replace
from typing import Annotated

import typer

from consumers.cli.call import Call
from consumers.cli.output import Sheet, show
from projections.lists.queries import Standing

_COLUMNS = ("request", "command", "asked_by", "on", "expires", "standing", "decided_by")


def approvals(
    context: typer.Context,
    standing: Annotated[Standing, typer.Option(help="How they stand.")] = Standing.OPEN,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 100,
) -> None:
    """Requests for approval that somebody may still decide, the newest first.

    Example: ledger approvals --standing rejected
    """
    from projections.lists.projection import APPROVAL  # noqa: PLC0415  loads the rules
    from projections.lists.queries import of_standing, page  # noqa: PLC0415

    call: Call = context.obj
    with call.at_clinic() as (ledger, clinic):
        asked = replace(of_standing(standing, ledger.settings.clock()), most=limit)
        found = page(ledger.store, clinic, APPROVAL, asked)
    rows = [tuple(one[name] for name in _COLUMNS) for one in found]
    show(call.form, found, lambda: [Sheet("Approvals", _COLUMNS, rows)])
