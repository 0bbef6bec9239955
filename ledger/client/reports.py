"""What is asked and sent: reports.

Made by scripts/client from the description of the API, not edited by hand.
"""

from ledger.client.transport import Answer, Transport


class Reports(Transport):
    def report_journal(
        self,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
        period: str | None = None,
        books: str | None = None,
    ) -> Answer:
        """The report journal."""
        return self.get(
            "/v1/reports/journal",
            {},
            {
                "as_of": as_of,
                "known_at": known_at,
                "at_least": at_least,
                "period": period,
                "books": books,
            },
        )

    def report_trial_balance(
        self,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
        period: str | None = None,
        books: str | None = None,
    ) -> Answer:
        """The report trial-balance."""
        return self.get(
            "/v1/reports/trial-balance",
            {},
            {
                "as_of": as_of,
                "known_at": known_at,
                "at_least": at_least,
                "period": period,
                "books": books,
            },
        )

    def report_rollforward(
        self,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
        period: str | None = None,
        books: str | None = None,
        by: str | None = None,
    ) -> Answer:
        """The report rollforward."""
        return self.get(
            "/v1/reports/rollforward",
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

    def report_late_events(
        self,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
        period: str | None = None,
        books: str | None = None,
    ) -> Answer:
        """The report late-events."""
        return self.get(
            "/v1/reports/late-events",
            {},
            {
                "as_of": as_of,
                "known_at": known_at,
                "at_least": at_least,
                "period": period,
                "books": books,
            },
        )

    def report_waterfall(
        self,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
        period: str | None = None,
        books: str | None = None,
    ) -> Answer:
        """The report waterfall."""
        return self.get(
            "/v1/reports/waterfall",
            {},
            {
                "as_of": as_of,
                "known_at": known_at,
                "at_least": at_least,
                "period": period,
                "books": books,
            },
        )

    def report_rpo(
        self,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
        period: str | None = None,
        books: str | None = None,
    ) -> Answer:
        """The report rpo."""
        return self.get(
            "/v1/reports/rpo",
            {},
            {
                "as_of": as_of,
                "known_at": known_at,
                "at_least": at_least,
                "period": period,
                "books": books,
            },
        )

    def report_contract_balances(
        self,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
        period: str | None = None,
        books: str | None = None,
    ) -> Answer:
        """The report contract-balances."""
        return self.get(
            "/v1/reports/contract-balances",
            {},
            {
                "as_of": as_of,
                "known_at": known_at,
                "at_least": at_least,
                "period": period,
                "books": books,
            },
        )

    def report_liability(
        self,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
        period: str | None = None,
        books: str | None = None,
        by: str | None = None,
    ) -> Answer:
        """The report liability."""
        return self.get(
            "/v1/reports/liability",
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
