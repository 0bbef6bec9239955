"""Reports of a told story as of a day, each with what it must add up to."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from consumers import asking
from ledger.books.chart import CONTRACT_LIABILITIES
from ledger.calendar import Period
from projections.balances.asof import View
from projections.close.books import Books
from projections.reports.aging import aging
from projections.reports.balances_of_contracts import contract_balances, timing
from projections.reports.breakage import breakage
from projections.reports.contracts import contracts
from projections.reports.early import early
from projections.reports.happened import parties
from projections.reports.liability import liability
from projections.reports.processor import processor
from projections.reports.profitability import profitability
from projections.reports.redemption import curves
from projections.reports.rpo import Bands, rpo
from projections.reports.sales import sales
from projections.reports.uncertain import expected
from projections.reports.waterfall import waterfall
from tests.journeys.story import CLINIC, Story

BEGINNING = date(2000, 1, 1)
BANDS = (3, 12, 24)


class Told:
    """The reports of one day."""

    def __init__(self, story: Story, books: Books, as_of: date) -> None:
        self.story = story
        self.books = books
        self.as_of = as_of
        self.conninfo = story.ledger.conninfo
        self.parties = parties(self.conninfo, books)

    def account(self, *accounts: str) -> int:
        """The balance of these accounts together, debits positive."""
        totals = self.books.totals(self.as_of)
        return sum(total.debit - total.credit for total in totals if total.account in accounts)

    def waterfall(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = waterfall(self.books, self.as_of)["rows"]
        return rows

    def liability(self) -> list[dict[str, Any]]:
        return liability(self.books, self.parties, self.as_of)

    def aging(self) -> list[dict[str, Any]]:
        return aging(self.books, self.parties, self.as_of)

    def breakage(self) -> list[dict[str, Any]]:
        return breakage(self.books, self.parties, self.as_of)

    def processor(self) -> dict[str, Any]:
        return processor(self.conninfo, self.books, self.as_of)

    def rpo(self, *, expedient: bool = True) -> dict[str, Any]:
        found = contracts(self.story.ledger.store, self.books, self.as_of)
        shape = curves(self.books, self.parties, self.as_of)
        known = (early(self.books, self.as_of), expected(self.books, self.as_of))
        return rpo(found, shape, Bands(self.as_of, BANDS), *known, expedient=expedient)

    def unsatisfied(self) -> int:
        """What the contracts still promise, lot by lot."""
        states = contracts(self.story.ledger.store, self.books, self.as_of)
        return sum(lot.value_left(self.as_of) for state in states for lot in state.lots.values())

    def balances(self, period: str) -> dict[str, Any]:
        parsed = Period.parse(period)
        return contract_balances(self.books, parsed.first, parsed.last)

    def timing(self) -> dict[str, int]:
        found = contracts(self.story.ledger.store, self.books, self.as_of)
        shape = curves(self.books, self.parties, self.as_of)
        return timing(found, shape, -self.account(*CONTRACT_LIABILITIES), self.as_of)

    def sales(self, first: date = BEGINNING) -> dict[str, Any]:
        return sales(self.conninfo, self.books, first, self.as_of)

    def profitability(self, first: date = BEGINNING) -> list[dict[str, Any]]:
        return profitability(self.conninfo, self.books, first, self.as_of)

    def adds_up(self, coming: int = 0) -> None:
        """The identities every report keeps with the trial balance of its day."""
        liabilities = -self.account(*CONTRACT_LIABILITIES)
        asset = self.account("1120")
        rows = self.waterfall()
        for row in rows:
            assert row["amount"] == (
                sum(row["recognized"].values()) + row["refunded"] + row["remaining"]
            )
        assert sum(row["remaining"] for row in rows) == liabilities - asset
        assert sum(row["amount"] for row in self.liability()) == liabilities
        rolled = self.books.rollforward(Period.of(self.as_of), self.as_of)["total"]
        assert rolled["closing"] == liabilities
        assert sum(row["amount"] for row in self.aging()) == self.account("1100")
        assert sum(row["remaining"] for row in self.breakage()) == liabilities - asset
        cash = self.processor()
        assert (cash["balance"], cash["difference"]) == (self.account("1020"), 0)
        promised = self.rpo()
        left_out = sum(row["amount"] for row in promised["excluded"])
        assert promised["total"] == sum(band["amount"] for band in promised["bands"])
        assert promised["total"] + left_out == self.unsatisfied() + coming
        revenue = -self.account(*(str(code) for code in range(4000, 5000) if code != 4800))
        assert sum(row["revenue"] for row in self.profitability()) == revenue
        assert sum(self.sales()["revenue"].values()) == revenue


@contextmanager
def reports(story: Story, as_of: date) -> Iterator[Told]:
    """The reports of a story at the end of a day."""
    story.ledger.catch_up(CLINIC)
    with asking.books(story.ledger, CLINIC, View(as_of)) as books:
        yield Told(story, books, as_of)
