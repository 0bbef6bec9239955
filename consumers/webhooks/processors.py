"""The processors whose posted events are understood, by the name in the path."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commands import strictjson
from consumers.webhooks import adyen, braintree, gateway, paypal, square, stripe, stripe_disputes
from consumers.webhooks.disputes import Line


@dataclass(frozen=True, slots=True)
class Processor:
    """`verified` looks at headers in lower case, the raw bytes, the secrets and the clock;
    `read` and `commands_of` are for what it found right.
    """

    verified: Callable[[Mapping[str, str], bytes, Sequence[str], datetime], bool]
    commands_of: Callable[[Mapping[str, Any]], list[Line]]
    read: Callable[[bytes], Mapping[str, Any]] = strictjson.loads


PROCESSORS: Mapping[str, Processor] = {
    "stripe": Processor(stripe_disputes.verified, stripe.commands_of),
    "gateway": Processor(gateway.verified, gateway.commands_of),
    "adyen": Processor(adyen.verified, adyen.commands_of),
    "square": Processor(square.verified, square.commands_of),
    "paypal": Processor(paypal.verified, paypal.commands_of),
    "braintree": Processor(braintree.verified, braintree.commands_of, braintree.payload_of),
}
