"""What is asked and sent: events.

Made by scripts/client from the description of the API, not edited by hand.
"""

from ledger.client.transport import Answer, Transport


class Events(Transport):
    def events(self, *, after: int | None = None, limit: int | None = None) -> Answer:
        """The clinic's events in order, page by page."""
        return self.get("/v1/events", {}, {"after": after, "limit": limit})
