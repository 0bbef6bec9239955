"""Services and offers from files: what was sold before this ledger was kept, since when."""

from collections.abc import Iterator, Sequence
from typing import Any

from consumers.importing import cells
from consumers.importing.kinds import Column, Entry, Kind, Step, Terms, Wrong

_LINE = {
    "units": (("services", "quantity"), ()),
    "credit": (("face",), ("services",)),
    "unlimited": (("services",), ()),
    "access": (("access",), ()),
}
"""What each kind of line needs, and what else it may say."""
_OF_A_LINE = ("services", "quantity", "face", "access")
_SCHEDULE = ("commitment_cycles", "setup_fee")


def _service(entries: Sequence[Entry], terms: Terms) -> Iterator[Step]:
    [entry] = entries
    names = ("service", "label", "list_price", "ssp", "cost", "category", "taxable", "product")
    data = entry.picked(*names)
    at = terms.noon(entry.cells["from"])
    yield Step("define_service", at, data, (entry.row,), {"at": "from"})


def _offer(entries: Sequence[Entry], terms: Terms) -> Iterator[Step]:
    first = entries[0]
    names = ("offer", "name", "price", "program", "term", "validity", "grace_days")
    data = first.picked(*names, "transferable", "shareable")
    data["lines"] = [_line(entry) for entry in entries]
    if billing := _billing(first):
        data["billing"] = billing
    if refund := first.picked("cooling_off_days", formula="refund"):
        if "formula" not in refund:
            raise Wrong(first.row, "refund", "say the formula of refunds, too")
        data["refund"] = refund
    rows = tuple(entry.row for entry in entries)
    yield Step("publish_offer", terms.noon(first.cells["from"]), data, rows, {"at": "from"})


def _line(entry: Entry) -> dict[str, Any]:
    kind = entry.cells.get("kind", "units")
    needed, more = _LINE[kind]
    for name in needed:
        if name not in entry.cells:
            raise Wrong(entry.row, name, f"a line of {kind} needs this")
    for name in _OF_A_LINE:
        if name in entry.cells and name not in (*needed, *more):
            raise Wrong(entry.row, name, f"a line of {kind} does not take this")
    line = entry.picked(*needed, *more, "bonus", "expires_after", ssp="line_ssp")
    return {"kind": kind, "line": entry.cells.get("line", kind), **line}


def _billing(first: Entry) -> dict[str, Any]:
    schedule = first.picked(*_SCHEDULE)
    if "every" in first.cells:
        every = {"kind": "recurring", "grants": "each_cycle", "every": first.cells["every"]}
        return every | schedule
    for name in schedule:
        raise Wrong(first.row, name, "only a membership has this: say `every`, too")
    return {}


SERVICES = Kind(
    name="services",
    about="The services of the clinic with their list prices.",
    columns=(
        Column("service", "code of the service", cells.key, "drip", needed=True),
        Column("label", "what a card issuer may see of it", cells.text, "IV drip", needed=True),
        Column("list_price", "its price alone, without tax", cells.money, "200.00", needed=True),
        Column("from", "first day of this price", cells.day, "2024-01-01", needed=True),
        Column("ssp", "stand-alone price, if it is not the list price", cells.money),
        Column("cost", "what it costs the clinic", cells.money),
        Column("category", "a word that credit and discounts may be limited to", cells.text),
        Column("taxable", "yes or no", cells.yes),
        Column("product", "yes for goods", cells.yes),
    ),
    key=("service", "from"),
    together="service",
    steps=_service,
)
PACKAGES = Kind(
    name="packages",
    about="The offers: a row for each line of an offer, one below the other.",
    columns=(
        Column("offer", "code of the offer", cells.key, "iv-10", needed=True),
        Column("name", "what it is called", cells.text, "IV Series", needed=True),
        Column(
            "price", "price without tax; of a membership per cycle", cells.money, "1500.00", True
        ),
        Column("from", "first day it was sold like this", cells.day, "2024-01-01", needed=True),
        Column("kind", "units (if empty), credit, unlimited or access", cells.one_of(*_LINE)),
        Column("line", "name of the line (if empty, its kind)", cells.key, "drips"),
        Column("services", "codes, separated by spaces", cells.keys, "drip"),
        Column("quantity", "units of the line", cells.quantity, "10"),
        Column("face", "what credit buys", cells.money),
        Column("access", "words such as messaging", cells.keys),
        Column("line_ssp", "stand-alone price of the whole line", cells.money),
        Column("bonus", "yes for what is free beside paid value", cells.yes),
        Column("expires_after", "the line's own life", cells.span),
        Column("term", "life of the package; empty for none", cells.span, "6 months"),
        Column("validity", "sale (if empty) or first_use", cells.one_of("sale", "first_use")),
        Column("grace_days", "days of grace", cells.whole),
        Column(
            "every",
            "of a membership: week, month, quarter or year",
            cells.one_of("week", "month", "quarter", "year"),
        ),
        Column("commitment_cycles", "cycles a member is bound for", cells.whole),
        Column("setup_fee", "joining fee; none for members that move in", cells.money),
        Column(
            "refund",
            "pro_rata, list_clawback, bonus_last or none",
            cells.one_of("pro_rata", "list_clawback", "bonus_last", "none"),
            "pro_rata",
        ),
        Column("cooling_off_days", "days within which all is given back", cells.whole),
        Column("transferable", "yes or no", cells.yes),
        Column("shareable", "yes or no", cells.yes),
        Column("program", "a word to report by", cells.text),
    ),
    key=("offer", "from"),
    together="offer",
    each=("kind", "line", *_OF_A_LINE, "line_ssp", "bonus", "expires_after"),
    steps=_offer,
)
