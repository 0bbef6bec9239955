"""The demo's card dispute: a program that was used, and the papers that show it."""

import base64
from collections.abc import Iterator
from datetime import date

from consumers.demo.cast import HERO_SALE, Sale, sales
from consumers.demo.clinic import (
    PRICES,
    PROGRAM,
    TERMS,
    TERMS_SHA256,
    YEAR,
    Line,
    line,
    moment,
)

DISPUTE = "dp-1"


def disputed() -> Sale:
    """The first program sold after the hero's and paid in full."""
    return next(
        sale
        for sale in sales()
        if sale.offer == PROGRAM and sale.subscription != HERO_SALE and not sale.unpaid
    )


def dispute_lines() -> Iterator[Line]:
    """The signed terms are attached, the bank's claim arrives."""
    sale = disputed()
    terms = {
        "document": f"terms-{sale.subscription}",
        "kind": "terms",
        "sha256": TERMS_SHA256,
        "media_type": "text/plain",
        "content_base64": base64.b64encode(TERMS.encode()).decode(),
        "subscription": sale.subscription,
    }
    yield line("attach_document", "attach-terms", moment(sale.day, 9, 50), "front_desk", terms)
    claim = {
        "dispute": DISPUTE,
        "charge": f"ch-{sale.subscription}",
        "amount": PRICES[sale.offer],
        "currency": "USD",
        "reason": "product_not_received",
        "network_reason_code": "13.1",
        "opened_at": moment(date(YEAR, 3, 24), 8),
        "due_by": moment(date(YEAR, 4, 14), 17),
        "fee": 1500,
    }
    at = moment(date(YEAR, 3, 24), 9)
    yield line("open_dispute", f"open-{DISPUTE}", at, "dispute_handler", claim)
