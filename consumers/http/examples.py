"""Bodies as callers send them, for the description; the tests send each."""

from typing import Any

DAY = "2026-03-02T10:00:00-05:00"
_DRIP = {"kind": "units", "line": "drip", "services": ["drip"], "quantity": "4"}
EXAMPLES: dict[str, dict[str, Any]] = {
    "define_clinic": {"name": "Glow", "currency": "USD", "timezone": "America/New_York"},
    "define_service": {"service": "drip", "label": "IV drip", "list_price": 15000},
    "publish_offer": {
        "offer": "four",
        "name": "Four drips",
        "price": 50000,
        "term": {"months": 6},
        "lines": [_DRIP],
    },
    "register_patient": {"patient": "p-7", "name": "Pat Doe", "email": "pat@example.com"},
    "sell_package": {
        "subscription": "s-7",
        "patient": "p-7",
        "offer": "four",
        "payment": {"payment": "pay-7", "amount": 50000, "tender": "card", "charge": "ch-7"},
        "at": DAY,
    },
    "record_visit": {
        "visit": "v-7",
        "patient": "p-7",
        "status": "completed",
        "lines": [{"line": "1", "service": "drip"}],
        "at": DAY,
    },
    "extend": {"until": "2026-12-31", "reason": "illness", "approver": "bob", "at": DAY},
    "pause": {"from": "2026-03-10", "until": "2026-03-20", "mode": "stop_clock", "at": DAY},
    "refund": {"refund": "r-7", "reason": "moved away", "at": DAY},
    "request_approval": {
        "request": "ask-7",
        "command": {
            "command": "refund",
            "data": {"subscription": "s-7", "refund": "r-8", "reason": "moved away"},
        },
    },
    "check": {"patient": "p-7", "lines": [{"service": "drip", "quantity": "1"}]},
}
