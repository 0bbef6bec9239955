"""The shapes of answers (interfaces.md 6), as schemas; fields may be added, none may go."""

from typing import Any

Schema = dict[str, Any]

MONEY: Schema = {"type": "integer", "description": "Minor units"}
COUNT: Schema = {"type": "integer"}
WHOLE: Schema = {"type": "integer", "minimum": 0}
TEXT: Schema = {"type": "string"}
TRUTH: Schema = {"type": "boolean"}
QUANTITY: Schema = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,3})?$"}
DATE: Schema = {"type": "string", "format": "date"}
TIME: Schema = {"type": "string", "format": "date-time"}
ANY: Schema = {}


def thing(**fields: Schema) -> Schema:
    """An object with at least these fields."""
    return {"type": "object", "required": list(fields), "properties": fields}


def some(item: Schema) -> Schema:
    """A list of such items."""
    return {"type": "array", "items": item}


def maybe(schema: Schema) -> Schema:
    """The same, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def named(value: Schema) -> Schema:
    """An object whose names are not known beforehand."""
    return {"type": "object", "additionalProperties": value}


_GRANT = thing(
    grant=TEXT,
    granted=QUANTITY,
    remaining=QUANTITY,
    expires=maybe(DATE),
    paid=TRUTH,
    deferred=MONEY,
)
_LINE = thing(
    line=TEXT,
    kind=TEXT,
    services=maybe(some(TEXT)),
    granted=maybe(QUANTITY),
    used=QUANTITY,
    held=QUANTITY,
    expired=QUANTITY,
    refunded=QUANTITY,
    transferred=QUANTITY,
    remaining=maybe(QUANTITY),
    expires=maybe(DATE),
    deferred=MONEY,
    grants=some(_GRANT),
)
_CONTRACT = thing(
    subscription=TEXT,
    offer=TEXT,
    offer_version=COUNT,
    name=TEXT,
    status=TEXT,
    payment_status=TEXT,
    sold_on=DATE,
    starts=maybe(DATE),
    expires=maybe(DATE),
    price=MONEY,
    tax=MONEY,
    paid=MONEY,
    owed=MONEY,
    due=MONEY,
    deferred=MONEY,
    lines=some(_LINE),
)
BALANCE = thing(
    patient=TEXT, as_of=DATE, position=WHOLE, store_credit=MONEY, subscriptions=some(_CONTRACT)
)
_OF_PATIENT: Schema = {**_CONTRACT, "required": [*_CONTRACT["required"], "patient"]}
_QUOTE = thing(
    formula=TEXT,
    amount=MONEY,
    chosen=TRUTH,
    working=some(thing(step=TEXT, amount=MONEY)),
    revenue_effect=MONEY,
    liability_effect=MONEY,
)
_RECORDED = thing(
    position=WHOLE,
    type=TEXT,
    stream=TEXT,
    version=WHOLE,
    effective_on=DATE,
    recorded_at=TIME,
    data={"type": "object"},
)
_STANDING: Schema = {"enum": ["open", "approved", "rejected", "used"]}


def page(item: Schema) -> Schema:
    """A page of a list, and where the following one begins."""
    return thing(items=some(item), next=maybe(TEXT))


#: The answers to the questions, by their names.
QUESTIONS: dict[str, Schema] = {
    "clinic": thing(clinic=TEXT, name=TEXT, currency=TEXT, digits=WHOLE, timezone=TEXT),
    "patient_balance": BALANCE,
    "contract_balance": BALANCE,
    "contract_history": some({"type": "object"}),
    "charge_history": some({"type": "object"}),
    "refund_quote": thing(
        subscription=TEXT,
        as_of=DATE,
        quotes=some(_QUOTE),
        to=some(thing(payment=TEXT, charge=maybe(TEXT), refundable=MONEY)),
    ),
    "events": thing(items=some(_RECORDED), next=maybe(WHOLE)),
    "disputes": thing(
        items=some(thing(dispute=TEXT, status=TEXT, amount=MONEY, currency=TEXT, code=TEXT)),
        next=maybe(TEXT),
    ),
    "subscriptions": page(_OF_PATIENT),
    "visits": page(thing(visit=TEXT, patient=TEXT, status=TEXT, on=DATE, position=WHOLE)),
    "payments": page(
        thing(payment=TEXT, subscription=TEXT, amount=MONEY, tender=TEXT, on=DATE, position=WHOLE)
    ),
    "approvals": page(
        thing(
            request=TEXT,
            command=TEXT,
            asked_by=TEXT,
            standing=_STANDING,
            decided_by=maybe(TEXT),
            expires=TIME,
            position=WHOLE,
        )
    ),
    "approval": thing(
        request=TEXT,
        standing=_STANDING,
        asked_by=TEXT,
        approved_by=maybe(TEXT),
        expires=TIME,
        command=maybe({"type": "object"}),
    ),
}
COVERED = thing(
    patient=TEXT,
    coverage=some(thing(line=TEXT, covered=QUANTITY, patient_owes=MONEY)),
    access=named(TRUTH),
    tier=maybe(TEXT),
    perks=some(TEXT),
)
_EVENT = thing(position=WHOLE, type=TEXT, stream=TEXT)
_ENTRY_LINE = thing(account=TEXT, name=TEXT, debit=MONEY, credit=MONEY)
_ENTRY = thing(
    entry=TEXT,
    posting_date=DATE,
    service_date=DATE,
    period=TEXT,
    prior_period_of=maybe(TEXT),
    rule=TEXT,
    provisional=TRUTH,
    event=maybe(_EVENT),
    memo=TEXT,
    lines=some(_ENTRY_LINE),
)
_TRIAL_BALANCE = thing(
    as_of=DATE,
    position=WHOLE,
    accounts=some(thing(account=TEXT, name=TEXT, debit=MONEY, credit=MONEY, balance=MONEY)),
    balanced=TRUTH,
)
_COLUMNS = (
    "opening",
    "additions",
    "recognized_from_opening",
    "recognized_from_additions",
    "breakage",
    "refunds",
    "voids",
    "escheat",
    "reinstatements",
    "estimate_changes",
    "modifications",
    "transfers",
    "disputes",
    "netting",
    "adjustments",
    "closing",
)
_MOVES = dict.fromkeys(_COLUMNS, MONEY)
_ROLLFORWARD = thing(
    period=TEXT,
    position=WHOLE,
    accounts=some(thing(account=TEXT, **_MOVES)),
    total=thing(**_MOVES),
)
_LATE = thing(
    position=WHOLE,
    type=TEXT,
    service_date=DATE,
    prior_period_of=maybe(TEXT),
    posting_date=DATE,
    amount=MONEY,
)
_SPAN = thing(opening=MONEY, closing=MONEY)
#: The answers of the reports, by their names.
REPORTS: dict[str, Schema] = {
    "journal": some(_ENTRY),
    "trial-balance": _TRIAL_BALANCE,
    "rollforward": _ROLLFORWARD,
    "late-events": some(_LATE),
    "waterfall": thing(
        as_of=DATE,
        rows=some(
            thing(
                booked=TEXT,
                amount=MONEY,
                recognized=named(MONEY),
                refunded=MONEY,
                remaining=MONEY,
            )
        ),
    ),
    "rpo": thing(
        as_of=DATE,
        bands=some(thing(band=TEXT, amount=MONEY)),
        total=MONEY,
        excluded=some(thing(reason=TEXT, amount=MONEY)),
    ),
    "contract-balances": thing(receivable=_SPAN, contract_asset=_SPAN, contract_liability=_SPAN),
    "liability": some(thing(account=TEXT, amount=MONEY)),
    "aging": some(
        thing(subscription=TEXT, payer=TEXT, due=DATE, amount=MONEY, days=COUNT, bucket=TEXT)
    ),
    "utilization": some(
        thing(
            offer=TEXT,
            line=TEXT,
            granted=QUANTITY,
            used=QUANTITY,
            expired=QUANTITY,
            refunded=QUANTITY,
            remaining=QUANTITY,
        )
    ),
    "expiring": some(
        thing(patient=TEXT, subscription=TEXT, line=TEXT, grant=TEXT, expires=DATE, deferred=MONEY)
    ),
    "renewals": some(thing(subscription=TEXT, offer=TEXT, due=DATE, amount=MONEY, status=TEXT)),
    "revenue": thing(
        **{"from": DATE}, through=DATE, by=some(TEXT), rows=some(thing(amount=MONEY)), total=MONEY
    ),
    "profitability": some(
        thing(
            program=maybe(TEXT),
            offer=maybe(TEXT),
            location=maybe(TEXT),
            provider=maybe(TEXT),
            revenue=MONEY,
            service_cost=MONEY,
            supply_cost=MONEY,
            margin=MONEY,
        )
    ),
}
CLOSED = thing(
    period=TEXT,
    version=COUNT,
    position=WHOLE,
    journal_digest=TEXT,
    trial_balance=ANY,
    rollforward=_ROLLFORWARD,
    late_events=some(_LATE),
    checks=some(thing(check=TEXT, ok=TRUTH, figure=MONEY)),
    exceptions=some(thing(kind=TEXT, id=TEXT)),
)
PROOF = thing(period=TEXT, version=COUNT, position=WHOLE, sealed=TEXT, recomputed=TEXT, same=TRUTH)
TICKED = thing(steps=some({"type": "object"}))
