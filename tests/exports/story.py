"""A small journal in the shape of the report, and the scope under which it is exported."""

from typing import Any

from ledger.books.chart import name_of
from ledger.books.rows import ROWS
from projections.exports.batch import Scope
from projections.exports.formats import Export, export

#: A name with all that separates fields somewhere, and a code that is not ours.
MAPPING = {"2100": {"code": "24.000", "name": 'Deferred; "packages", prepaid'}}
SALE = {"location": "-north", "program": "wellness", "provider": "dr-a", "offer": "iv"}


def line(
    account: str, debit: int = 0, credit: int = 0, at: dict[str, str] | None = None
) -> dict[str, Any]:
    empty = dict.fromkeys(
        ("location", "program", "provider", "offer", "service", "subscription", "line")
    )
    return {
        "account": account,
        "name": name_of(account),
        "debit": debit,
        "credit": credit,
        **empty,
        **(at or {}),
    }


def entry(name: str, day: str, rule: str, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    position = name.split("-")[1]
    event = {"position": int(position), "type": "Some", "stream": "glow/subscription/s-1"}
    return {
        "entry": name,
        "posting_date": day,
        "service_date": day,
        "period": day[:7],
        "prior_period_of": None,
        "rule": rule,
        "provisional": False,
        "event": event,
        "memo": ROWS[rule].title,
        "lines": list(lines),
        **more,
    }


CONTRACT = {"subscription": "s:1", "line": "drips"}
PREPAID = {**SALE, **CONTRACT}
SERVED = {"location": "main", "provider": "dr-b", "service": "drip", **CONTRACT}
BILLED = {"subscription": "s:1"}
SAUNA = {"subscription": "s:2", "line": "sauna"}


def journal() -> list[dict[str, Any]]:
    """A receivable and a payment, two draws of a day, one late draw, a month's accrual."""
    late = {"service_date": "2025-12-30", "prior_period_of": "2025-12"}
    close = {"position": 20, "type": "PeriodClosed", "stream": "glow/period/2026-01"}
    return [
        moved("e-3-1", "2026-01-05", "4", 150000, ("1100", BILLED), ("2100", PREPAID)),
        moved("e-4-1", "2026-01-05", "5", 150000, ("1020", BILLED), ("1100", BILLED)),
        moved("e-6-1", "2026-01-10", "9", 15000, ("2100", PREPAID), ("4000", SERVED)),
        moved("e-8-1", "2026-01-10", "9", 15000, ("2100", PREPAID), ("4000", SERVED)),
        moved("e-9-1", "2026-01-10", "9", 15000, ("2100", PREPAID), ("4000", SERVED), **late),
        moved(
            "c-2026-01-14-s:2-sauna.1",
            "2026-01-31",
            "14",
            1234567,
            ("2110", SAUNA),
            ("4010", SAUNA),
            event=close,
        ),
    ]


def moved(
    name: str,
    day: str,
    rule: str,
    amount: int,
    debit: tuple[str, dict[str, str]],
    credit: tuple[str, dict[str, str]],
    **more: Any,
) -> dict[str, Any]:
    """An entry of two lines; each account comes with its dimensions."""
    lines = line(debit[0], debit=amount, at=debit[1]), line(credit[0], credit=amount, at=credit[1])
    return entry(name, day, rule, *lines, **more)


def scope(form: str, detail: str = "line", currency: str = "USD", version: int | None = 1) -> Scope:
    return Scope("glow", currency, "2026-01", version, 19, form, detail)


def exported(form: str, detail: str = "line", currency: str = "USD") -> Export:
    return export(journal(), scope(form, detail, currency), MAPPING)
