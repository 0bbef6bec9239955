"""What is asked and sent: charges.

Made by scripts/client from the description of the API, not edited by hand.
"""

from ledger.client.transport import Answer, Transport


class Charges(Transport):
    def charge_history(
        self,
        charge: str,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
    ) -> Answer:
        """Everything that happened to what a card charge paid for."""
        return self.get(
            "/v1/charges/{charge}/history",
            {"charge": charge},
            {"as_of": as_of, "known_at": known_at, "at_least": at_least},
        )
