"""What is asked and sent: tick.

Made by scripts/client from the description of the API, not edited by hand.
"""

from ledger.client.transport import Answer, Transport


class Tick(Transport):
    def tick(self) -> Answer:
        """What time alone brings."""
        return self.post("/v1/tick", {}, {})
