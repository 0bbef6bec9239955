"""Cash books of any life: what was paid, and nothing else (accounting.md 12.1)."""

from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.close.basis import CASH, OWN, Basis
from projections.close.books import Books
from projections.reports.accounting import bring_up_to
from tests.books.stories import Happened, chunk_of
from tests.properties.test_journal_equals_replay import histories as older_histories
from tests.properties.test_journal_equals_replay import row_by_row
from tests.properties.test_lives import histories, policies, told
from tests.support.lives import Life

#: Accounts that say what money moved: the same by every rule.
MONEY = ("1010", "1020", "2150", "6100", "6110")
lives = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def balances(life: Life, basis: Basis, on: date) -> dict[str, int]:
    """Debit less credit of every account of the life's books, with what time has brought."""
    events = life.happened()
    with Books("glow", len(events), [], basis=basis) as books:
        books.load([chunk_of(events)])
        books.settle()
        bring_up_to(books, on, life.coming(on))
        return {total.account: total.balance for total in books.totals(on)}


@lives
@given(policies, st.booleans(), histories)
def test_money_is_that_of_the_other_books_and_the_rest_is_revenue(
    policies: dict[str, Any], paid: bool, history: list[tuple[Any, ...]]
) -> None:
    life = told(policies, paid, history)
    own, cash = balances(life, OWN, life.on), balances(life, CASH, life.on)
    assert sum(cash.values()) == 0
    assert {name: cash.get(name, 0) for name in MONEY} == {name: own.get(name, 0) for name in MONEY}
    assert all(account in (*MONEY, "2200") or account.startswith("4") for account in cash)
    assert cash.get("2200", 0) >= own.get("2200", 0)  # tax that is billed is not paid yet


@lives
@given(policies, st.booleans(), histories)
def test_the_table_is_read_alike_row_by_row_and_compiled(
    policies: dict[str, Any], paid: bool, history: list[tuple[Any, ...]]
) -> None:
    events = told(policies, paid, history).happened()
    with Books("glow", len(events), [], basis=CASH) as books:
        books.load([chunk_of(events)])
        found = list(books.entries())
    assert found == row_by_row(events, [], CASH.rules)
    assert all(entry.balanced for entry in found)


@lives
@given(older_histories())
def test_payments_that_do_not_say_what_earns_their_lines_are_services(
    events: list[Happened],
) -> None:
    with Books("glow", len(events), [], basis=CASH) as books:
        books.load([chunk_of(events)])
        found = list(books.entries())
    assert found == row_by_row(events, [], CASH.rules)
    assert all(entry.balanced for entry in found)
