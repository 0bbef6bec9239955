"""What is asked and sent: reports 2.

Made by scripts/client from the description of the API, not edited by hand.
"""

from ledger.client.transport import Answer, Transport


class Reports2(Transport):
    def report_aging(
        self,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
        period: str | None = None,
        books: str | None = None,
    ) -> Answer:
        """The report aging."""
        return self.get(
            "/v1/reports/aging",
            {},
            {
                "as_of": as_of,
                "known_at": known_at,
                "at_least": at_least,
                "period": period,
                "books": books,
            },
        )

    def report_breakage(
        self,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
        period: str | None = None,
        books: str | None = None,
    ) -> Answer:
        """The report breakage."""
        return self.get(
            "/v1/reports/breakage",
            {},
            {
                "as_of": as_of,
                "known_at": known_at,
                "at_least": at_least,
                "period": period,
                "books": books,
            },
        )

    def report_processor(
        self,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
        period: str | None = None,
        books: str | None = None,
    ) -> Answer:
        """The report processor."""
        return self.get(
            "/v1/reports/processor",
            {},
            {
                "as_of": as_of,
                "known_at": known_at,
                "at_least": at_least,
                "period": period,
                "books": books,
            },
        )

    def report_sales(
        self,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
        period: str | None = None,
        books: str | None = None,
    ) -> Answer:
        """The report sales."""
        return self.get(
            "/v1/reports/sales",
            {},
            {
                "as_of": as_of,
                "known_at": known_at,
                "at_least": at_least,
                "period": period,
                "books": books,
            },
        )

    def report_profitability(
        self,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
        period: str | None = None,
        books: str | None = None,
        by: str | None = None,
    ) -> Answer:
        """The report profitability."""
        return self.get(
            "/v1/reports/profitability",
            {},
            {
                "as_of": as_of,
                "known_at": known_at,
                "at_least": at_least,
                "period": period,
                "books": books,
                "by": by,
            },
        )

    def report_revenue(
        self,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
        period: str | None = None,
        books: str | None = None,
        by: str | None = None,
    ) -> Answer:
        """The report revenue."""
        return self.get(
            "/v1/reports/revenue",
            {},
            {
                "as_of": as_of,
                "known_at": known_at,
                "at_least": at_least,
                "period": period,
                "books": books,
                "by": by,
            },
        )

    def report_utilization(
        self,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
        period: str | None = None,
    ) -> Answer:
        """The report utilization."""
        return self.get(
            "/v1/reports/utilization",
            {},
            {"as_of": as_of, "known_at": known_at, "at_least": at_least, "period": period},
        )

    def report_expiring(
        self,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
        period: str | None = None,
    ) -> Answer:
        """The report expiring."""
        return self.get(
            "/v1/reports/expiring",
            {},
            {"as_of": as_of, "known_at": known_at, "at_least": at_least, "period": period},
        )
