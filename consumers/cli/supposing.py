"""A close tried with other policies, for people and for programs."""

from typing import Any

from consumers.cli.call import Call, Mistake, within_reach
from consumers.cli.output import Sheet, show
from consumers.cli.recording import opened
from ledger.calendar import Period
from ledger.errors import Unreadable

_COLUMNS = ("now", "then", "difference")


def tried(call: Call, month: Period, file: str) -> None:
    """Shows what closing the month would give under the policies of a file; records nothing."""
    from commands.strictjson import loads  # noqa: PLC0415
    from projections.close.whatif import supposition, what_if  # noqa: PLC0415

    with opened(file) as source:
        text = source.read()
    try:
        supposed = supposition(loads(text))
    except (Unreadable, ValueError) as error:
        raise Mistake(f"{file}: {error}") from None
    with call.at_clinic() as (ledger, clinic):
        within = within_reach(ledger, clinic, month)
        found = what_if(ledger.conninfo, clinic, within, supposed)
        currency = ledger.clinic(clinic).currency
    show(call.form, found, lambda: _sheets(found, currency))


def _sheets(found: dict[str, Any], currency: str) -> list[Sheet]:
    title = f"{found['period']} as it would close, at position {found['position']}"
    rows = [(row["account"], row["name"], *_amounts(row)) for row in found["accounts"]]
    moved = [
        (row["movement"].replace("_", " "), *_amounts(row))
        for row in found["rollforward"]
        if any(_amounts(row))
    ]
    money = frozenset(_COLUMNS)
    return [
        Sheet(title, ("account", "name", *_COLUMNS), rows, money, currency),
        Sheet("Deferred revenue", ("movement", *_COLUMNS), moved, money, currency),
    ]


def _amounts(row: dict[str, Any]) -> tuple[int, ...]:
    return tuple(row[column] for column in _COLUMNS)
