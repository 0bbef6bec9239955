"""Whatever happens to contracts of every kind, the reports tie to the books of the day."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.books.chart import CONTRACT_LIABILITIES
from ledger.calendar import Period
from projections.balances.report import presented
from projections.close.books import Books
from projections.reports.aging import aging
from projections.reports.liability import liability
from projections.reports.redemption import Curves
from projections.reports.rpo import Bands, rpo
from projections.reports.waterfall import waterfall
from tests.books.stories import chunk_of
from tests.properties.test_lives import histories, policies, told
from tests.support.lives import Life

BANDS = (1, 3, 12)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(policies, st.booleans(), histories)
def test_the_reports_tie_to_the_trial_balance(
    policies: dict[str, Any], paid: bool, history: list[tuple[Any, ...]]
) -> None:
    life = told(policies, paid, history)
    events = life.happened()
    with Books("glow", len(events), []) as books:
        books.load([chunk_of(events)])
        books.bring_up_to(life.on)
        balances = {total.account: total.debit - total.credit for total in books.totals(life.on)}
        liabilities = -sum(balances.get(account, 0) for account in CONTRACT_LIABILITIES)
        rows = waterfall(books, life.on)["rows"]
        assert sum(row["remaining"] for row in rows) == liabilities - balances.get("1120", 0)
        rolled = books.rollforward(Period.of(life.on), life.on)["total"]
        assert rolled["closing"] == liabilities
        for row in rows:
            left = row["amount"] - sum(row["recognized"].values()) - row["refunded"]
            assert left == row["remaining"]
        assert sum(row["amount"] for row in liability(books, {}, life.on)) == liabilities
        assert sum(row["amount"] for row in aging(books, {}, life.on)) == balances.get("1100", 0)
    _all_that_is_promised_is_reported(life)


def _all_that_is_promised_is_reported(life: Life) -> None:
    contracts = [presented("glow", state, life.on).state for state in life.contracts().values()]
    promised = sum(lot.value_left(life.on) for state in contracts for lot in state.lots.values())
    for expedient in (True, False):
        found = rpo(contracts, Curves({}), Bands(life.on, BANDS), expedient=expedient)
        left_out = sum(row["amount"] for row in found["excluded"])
        assert found["total"] + left_out == promised
        assert min(band["amount"] for band in found["bands"]) >= 0
