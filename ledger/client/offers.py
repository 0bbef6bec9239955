"""What is asked and sent: offers.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class PublishOfferData(Sent, total=False):
    offer: Required[str]
    name: Required[str]
    price: Required[int]
    lines: Required[Sequence[Any]]
    program: str
    tier: str
    term: Mapping[str, Any]
    validity: str
    billing: Mapping[str, Any]
    refund: Mapping[str, Any]
    cancellation: Mapping[str, Any]
    rollover: Mapping[str, Any]
    transferable: bool
    shareable: bool
    no_show_consumes: bool
    grace_days: int
    requires_consent: bool
    terms: Mapping[str, Any]
    locations: Sequence[Any]
    description: Mapping[str, Any]
    notices: Mapping[str, Any]
    milestones: Sequence[Any]
    bundle: Mapping[str, Any]


class RetireOfferData(Sent, total=False):
    """Nothing but what every command may say."""


class Offers(Transport):
    def publish_offer(self, key: str, **data: Unpack[PublishOfferData]) -> Answer:
        """Publish offer."""
        return self.post("/v1/offers", {}, data, key=key)

    def retire_offer(
        self, offer: str, key: str, if_match: str | None = None, **data: Unpack[RetireOfferData]
    ) -> Answer:
        """Retire offer."""
        return self.post(
            "/v1/offers/{offer}/retirement", {"offer": offer}, data, key=key, if_match=if_match
        )
