"""What is asked and sent: exports.

Made by scripts/client from the description of the API, not edited by hand.
"""

from ledger.client.transport import Answer, Transport


class Exports(Transport):
    def export_journal(
        self,
        *,
        period: str,
        format_: str | None = None,
        draft: str | None = None,
        detail: str | None = None,
        known_at: str | None = None,
    ) -> Answer:
        """The journal for another program."""
        return self.get(
            "/v1/exports/journal",
            {},
            {
                "period": period,
                "format": format_,
                "draft": draft,
                "detail": detail,
                "known_at": known_at,
            },
        )
