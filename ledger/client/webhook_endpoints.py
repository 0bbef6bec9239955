"""What is asked and sent: webhook endpoints.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Sequence
from typing import Any, Required, TypedDict, Unpack

from ledger.client.transport import Answer, Transport


class KeepWebhookEndpointData(TypedDict, total=False):
    url: Required[str]
    types: Sequence[Any]


class ReplayWebhookDeliveriesData(TypedDict, total=False):
    first: Required[int]
    last: int


class WebhookEndpoints(Transport):
    def webhook_endpoints(self) -> Answer:
        """Where events are posted."""
        return self.get("/v1/webhook-endpoints", {}, {})

    def keep_webhook_endpoint(
        self, endpoint: str, key: str, **data: Unpack[KeepWebhookEndpointData]
    ) -> Answer:
        """Post events to an address; the secret is in this answer only."""
        return self.put("/v1/webhook-endpoints/{endpoint}", {"endpoint": endpoint}, data, key=key)

    def remove_webhook_endpoint(self, endpoint: str, key: str) -> Answer:
        """Post nothing there."""
        return self.delete("/v1/webhook-endpoints/{endpoint}", {"endpoint": endpoint}, {}, key=key)

    def rotate_webhook_secret(self, endpoint: str, key: str) -> Answer:
        """A new secret; the one before signs for a day more."""
        return self.post(
            "/v1/webhook-endpoints/{endpoint}/secret", {"endpoint": endpoint}, {}, key=key
        )

    def enable_webhook_endpoint(self, endpoint: str, key: str) -> Answer:
        """Go on where the endpoint was disabled."""
        return self.post(
            "/v1/webhook-endpoints/{endpoint}/enablement", {"endpoint": endpoint}, {}, key=key
        )

    def webhook_deliveries(
        self,
        endpoint: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        state: str | None = None,
    ) -> Answer:
        """What became of each event, the newest first, page by page."""
        return self.get(
            "/v1/webhook-endpoints/{endpoint}/deliveries",
            {"endpoint": endpoint},
            {"cursor": cursor, "limit": limit, "state": state},
        )

    def replay_webhook_deliveries(
        self, endpoint: str, key: str, **data: Unpack[ReplayWebhookDeliveriesData]
    ) -> Answer:
        """Send what is recorded at these positions again."""
        return self.post(
            "/v1/webhook-endpoints/{endpoint}/replays", {"endpoint": endpoint}, data, key=key
        )
