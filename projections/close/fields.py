"""What a replay reads of the bodies of events, by the names of their fields."""

from dataclasses import dataclass

from aggregates.legs import LIABILITY
from aggregates.subscription.line import BY_DAY
from projections.close.compile import Fields

SUBSCRIPTION = "split_part(stream, '/', 3) AS subscription"
#: The liability account of the struct `l`.
ACCOUNT = (
    "CASE l.liability "
    + " ".join(f"WHEN '{value}' THEN '{code}'" for value, code in LIABILITY.accounts)
    + " END"
)
_KINDS = ", ".join(f"'{kind}'" for kind in sorted(BY_DAY))
#: Whether time earns the sold line `l`, as `SoldLine.by_day` says.
EARNED_BY_DAY = (
    f"(l.kind IN ({_KINDS}) OR coalesce(l.ratable, false)"
    " OR (l.kind = 'discount' AND l.quantity IS NULL))"
)
#: Whether a sale's lots wait until the first cycle is paid.
WAITS = "b.cycle_ends IS NOT NULL AND b.price + b.tax + coalesce(b.setup_fee, 0) > 0"


@dataclass(frozen=True, slots=True)
class Fact:
    """INSERTs over `parsed`, for events of these types, and the fields of a body they read."""

    events: tuple[str, ...]
    fields: Fields
    statements: tuple[str, ...]


def texts(*names: str) -> Fields:
    """Fields that are text."""
    return dict.fromkeys(names, "VARCHAR")


def integers(*names: str) -> Fields:
    """Fields that are amounts or counts."""
    return dict.fromkeys(names, "BIGINT")


def days(*names: str) -> Fields:
    """Fields that are local dates."""
    return dict.fromkeys(names, "DATE")


SALE: Fields = texts("location", "program", "provider", "offer")
SOLD_LINE: Fields = {
    **texts("line", "grant", "kind", "liability", "quantity", "day_count", "timezone", "rounding"),
    **integers("allocated"),
    **days("starts", "ends"),
    "ratable": "BOOLEAN",
}
LOT: Fields = {
    **texts("line", "grant", "quantity"),
    **integers("recognised", "amount", "value", "fee", "rest"),
    "time": "BOOLEAN",
    **days("starts", "ends", "rest_starts", "rest_ends"),
}
#: Events whose `lots` leave, in part or whole, with what time has earned of them fixed.
LEAVING = (
    "Refunded",
    "DisputeSettled",
    "WrittenOff",
    "ContractEnded",
    "PlanChanged",
    "ContractModified",
)
#: A sale and what says whether its lots wait.
SOLD: Fields = {
    **integers("price", "tax", "setup_fee"),
    **days("cycle_ends"),
    "contract_met": "BOOLEAN",
    "policies": {"draw_before_payment": "BOOLEAN", "instalment_right": "VARCHAR"},
    "billing": {"cancellable": "BOOLEAN"},
}


def each(field: str, fields: str = "") -> str:
    """The items of a list as `l`, numbered `i`, with `fields` of the event beside them."""
    return f"""
SELECT {SUBSCRIPTION}, position, effective_on, {fields} unnest(b.{field}) AS l,
       generate_subscripts(b.{field}, 1) AS i
FROM parsed
"""  # noqa: S608 - made of constants
