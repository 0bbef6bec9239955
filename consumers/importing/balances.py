"""Opening balances: each contract as it was sold, paid and used before the cut-over.

Sale, payment and use are ordinary commands on their own dates. The months before the cut-over take
in what was earned by then; the first month of the new books opens with what is still owed.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from consumers.importing import cells
from consumers.importing.kinds import Column, Entry, Kind, Step, Terms, Wrong
from ledger.ids import is_id

TENDERS = ("card", "cash", "check", "ach", "financing")
#: What a processor held, and had paid out long before the cut-over.
_BY_PROCESSOR = frozenset({"card", "ach", "financing"})
_MEASURES = {"used": "quantity", "remaining": "remaining", "used_value": "value"}
_DATES = ("sold_on", "paid_on", "used_on")


def carried_id(subscription: str) -> str:
    """The id of what a balance brings along and has no id of its own."""
    name = f"carried.{subscription}"
    return name if is_id(name) else f"carried.{hashlib.sha256(name.encode()).hexdigest()[:40]}"


def _steps(entries: Sequence[Entry], terms: Terms) -> Iterator[Step]:
    first, cut_over = entries[0], terms.cut_over
    assert cut_over is not None, "the call asks for it"
    for entry in entries:
        _before(entry, cut_over)
    yield _sale(first, terms)
    yield from _paid(first, terms, cut_over)
    yield from _used(entries, terms, cut_over)


def _before(entry: Entry, cut_over: date) -> None:
    for name in _DATES:
        if name in entry.cells and entry.cells[name] >= cut_over:
            problem = "lies after the old books end; record it as it happens, in the new ones"
            raise Wrong(entry.row, name, problem)


def _sale(first: Entry, terms: Terms) -> Step:
    given = first.cells.get("currency")
    if given not in (None, terms.layout.currency):
        problem = f"the clinic's currency is {terms.layout.currency}"
        raise Wrong(first.row, "currency", problem, "currency_mismatch")
    names = ("subscription", "offer", "version", "patient", "payer", "location", "provider")
    data = first.picked(*names, "price", "tax")
    if "starts" in first.cells:
        data["starts"] = first.cells["starts"].isoformat()
    at = terms.noon(first.cells["sold_on"])
    return Step("sell_package", at, data, (first.row,), {"at": "sold_on"})


def _paid(first: Entry, terms: Terms, cut_over: date) -> Iterator[Step]:
    """The payment; what a processor took has reached the bank, and is expected no more."""
    amount = first.cells.get("paid", 0)
    if not amount:
        return
    if "tender" not in first.cells:
        raise Wrong(first.row, "tender", f"say how it was paid: {', '.join(TENDERS)}")
    began = first.cells.get("starts", first.cells["sold_on"])
    usual = began if began < cut_over else first.cells["sold_on"]
    at, rows = terms.noon(first.cells.get("paid_on", usual)), (first.row,)
    own = carried_id(first.cells["subscription"])
    data = first.picked("subscription", "payment", "tender", "charge", amount="paid")
    data = {"payment": own, **data}
    yield Step("record_payment", at, data, rows, {"amount": "paid", "at": "paid_on"})
    if data["tender"] in _BY_PROCESSOR:
        payout = {"payout": own, "amount": amount, "payments": [data["payment"]]}
        yield Step("record_payout", at, payout, rows, {"amount": "paid", "payments": "payment"})


def _used(entries: Sequence[Entry], terms: Terms, cut_over: date) -> Iterator[Step]:
    first = entries[0].cells
    lines: list[dict[str, Any]] = []
    rows: list[int] = []
    for entry in entries:
        said = [name for name in _MEASURES if name in entry.cells]
        if len(said) > 1 or (len(entries) > 1 and not said):
            raise Wrong(entry.row, "used", f"say one of {', '.join(_MEASURES)}")
        for name in said:
            if entry.cells[name] in ("0", 0) and name != "remaining":
                continue
            lines.append(entry.picked("service", **{_MEASURES[name]: name}))
            rows.append(entry.row)
    if lines:
        at = terms.noon(first.get("used_on", cut_over - timedelta(days=1)))
        data = {
            "subscription": first["subscription"],
            "visit": carried_id(first["subscription"]),
            "lines": lines,
            **entries[0].picked("location", "provider"),
        }
        columns = {"at": "used_on", "lines": "used", "quantity": "used", "value": "used_value"}
        yield Step("carry_over_use", at, data, tuple(rows), columns)


BALANCES = Kind(
    name="balances",
    about=(
        "The packages and memberships that patients still have on the cut-over, each as it was"
        " sold; a further row below for each further service used."
    ),
    columns=(
        Column("subscription", "id of the contract, your own", cells.key, "s-1001", needed=True),
        Column("patient", "the patient's id, never a name", cells.key, "p-17", needed=True),
        Column("offer", "code of the offer", cells.key, "iv-10", needed=True),
        Column("sold_on", "day of the sale", cells.day, "2025-09-03", needed=True),
        Column("version", "version of the offer, if not that of the day", cells.whole),
        Column("starts", "first day; of a membership, of the running cycle", cells.day),
        Column("price", "price without tax, if not the offer's", cells.money, "1500.00"),
        Column("tax", "tax on top", cells.money),
        Column(
            "paid", "paid so far, with tax; of a membership for this cycle", cells.money, "1500.00"
        ),
        Column("tender", f"how: {', '.join(TENDERS)}", cells.one_of(*TENDERS), "card"),
        Column("paid_on", "day of the payment, if not the first day", cells.day),
        Column("payment", "id of the payment", cells.key),
        Column("charge", "the processor's id of the charge", cells.key),
        Column("currency", "the clinic's, as a check", cells.text),
        Column("service", "which service was used, where there are several", cells.key),
        Column("used", "units used, or", cells.quantity, "7"),
        Column("remaining", "units left, or", cells.quantity),
        Column("used_value", "credit used", cells.money),
        Column("used_on", "day it counts for, if not the last before the cut-over", cells.day),
        Column("payer", "who pays, if not the patient: an id", cells.key),
        Column("location", "where it was sold", cells.key),
        Column("provider", "who sold it", cells.key),
    ),
    key=("subscription",),
    together="patient",
    each=("service", *_MEASURES),
    steps=_steps,
)
