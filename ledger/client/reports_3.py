"""What is asked and sent: reports 3.

Made by scripts/client from the description of the API, not edited by hand.
"""

from ledger.client.transport import Answer, Transport


class Reports3(Transport):
    def report_renewals(
        self,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
        period: str | None = None,
    ) -> Answer:
        """The report renewals."""
        return self.get(
            "/v1/reports/renewals",
            {},
            {"as_of": as_of, "known_at": known_at, "at_least": at_least, "period": period},
        )

    def report_members(
        self,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
        period: str | None = None,
    ) -> Answer:
        """The report members."""
        return self.get(
            "/v1/reports/members",
            {},
            {"as_of": as_of, "known_at": known_at, "at_least": at_least, "period": period},
        )

    def report_metrics(
        self,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
        period: str | None = None,
    ) -> Answer:
        """The report metrics."""
        return self.get(
            "/v1/reports/metrics",
            {},
            {"as_of": as_of, "known_at": known_at, "at_least": at_least, "period": period},
        )
