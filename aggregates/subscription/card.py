"""The card and the traces of a payment, as orders and events hold them (evidence.md 4)."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from aggregates.values import Digest, Word
from ledger.events import Event, Frozen
from ledger.ids import Id

Last4 = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]


class Emv(Frozen):
    aid: Word | None = None
    application: Word | None = None
    cryptogram: Word | None = None
    tvr: Word | None = None
    tsi: Word | None = None
    arc: Word | None = None
    cvm: Word | None = None
    reader: Word | None = None
    terminal_pin: bool | None = None


class Card(Frozen):
    """The card as the terminal or the gateway saw it; never more than its last four digits."""

    brand: Word
    last4: Last4
    entry: Literal[
        "chip",
        "contactless",
        "contactless_magstripe",
        "swipe",
        "fallback",
        "keyed",
        "ecommerce",
        "stored",
    ]
    present: bool
    pin: bool | None = None
    avs: Word | None = None
    cvc: Word | None = None
    three_ds: Word | None = None
    network: Word | None = None
    fingerprint: Word | None = None
    auth_code: Word | None = None
    response_code: Word | None = None
    arn: Word | None = None
    rrn: Word | None = None
    descriptor: Word | None = None
    initiator: Literal["customer", "merchant"] | None = None
    mandate: Id | None = None
    emv: Emv | None = None
    wallet: Word | None = None


class Payer(Frozen):
    """Personal traces of a payment, by digest (evidence.md 4)."""

    ip: Digest | None = None
    device: Digest | None = None
    device_fingerprint: Digest | None = None
    email: Digest | None = None
    account: Digest | None = None


class Charged(Event):
    """How a processor and its network name money that came in, and what it was paid with."""

    charge: Id | None = None
    intent: Id | None = None
    processor: Word | None = None
    network_transaction: Word | None = None
    card: Card | None = None
    traces: Payer | None = None
