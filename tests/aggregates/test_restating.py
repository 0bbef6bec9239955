"""What the other framework makes of a sale with small access: 3.2 % of SSP, let go by ASC 606."""

from typing import Any

import pytest

from aggregates.restating import reallocated, restate
from aggregates.subscription.events import LotExpired, PackageSold
from aggregates.subscription.line import SoldLine
from tests.support.clinic import day
from tests.support.club import MASSAGE, Club

CHAT = {"kind": "access", "line": "chat", "access": ["chat"], "ssp": 1000}


@pytest.fixture
def desk() -> Club:
    """Five massages at 60.00 and a chat worth 10.00 for 310.00, over a year."""
    desk = Club()
    desk.publish("five", 31000, [{**MASSAGE, "quantity": "5"}, CHAT], term={"years": 1})
    desk.sell("2026-01-01", "five")
    desk.pay("2026-01-01", 31000)
    return desk


def by_type(desk: Club, framework: str) -> dict[str, Any]:
    events = restate([one for one in desk.history if "/subscription/" in one.stream], framework)
    return {type(event).__name__: event for event in events.events.values()}


def test_the_price_is_allocated_to_access_as_well(desk: Club) -> None:
    events = by_type(desk, "ifrs15")
    lines: tuple[SoldLine, ...] = events["PackageSold"].lines
    expected = [("massage", 30000), ("chat", 1000)]
    assert [(line.line, line.allocated) for line in lines] == expected
    paid = events["PaymentReceived"]
    assert [(part.line, part.amount) for part in paid.shares] == expected


def test_a_draw_takes_its_share_of_what_is_left_for_it(desk: Club) -> None:
    desk.visit("2026-02-01", "v-1", "massage")
    assert by_type(desk, "ifrs15")["UnitsDrawn"].amount == 6000


def test_by_its_own_framework_a_contract_stays_as_it_is(desk: Club) -> None:
    desk.visit("2026-02-01", "v-1", "massage")
    assert by_type(desk, "asc606") == {}


def test_there_and_back_is_where_it_was(desk: Club) -> None:
    [sold] = [one.event for one in desk.history if isinstance(one.event, PackageSold)]
    assert reallocated(reallocated(sold.lines, 0), 5) == sold.lines


def test_a_refund_gives_the_same_money_and_keeps_what_chat_has_earned(desk: Club) -> None:
    """After a day of 365: 310.00 go back, and 3 cents of the chat were earned (1,000 / 365)."""
    desk.refund("2026-01-01", "r-1", amount=31000, approver="bo")
    refunded = by_type(desk, "ifrs15")["Refunded"]
    assert refunded.amount == 31000
    assert (refunded.conceded, refunded.forfeited) == (3, 0)
    assert sum(part.amount for part in refunded.shares) == 30997


def committed(desk: Club, consent: dict[str, Any] | None = None) -> Club:
    """The same offer billed at once and not cancellable, of which 110.00 are paid."""
    billing = {"kind": "once", "cancellable": False}
    lines: list[dict[str, Any]] = [{**MASSAGE, "quantity": "5"}, CHAT]
    desk.publish("owed", 31000, lines, billing=billing, term={"years": 1})
    more = {} if consent is None else {"consent": consent}
    desk.sell("2026-01-01", "owed", subscription="s-2", **more)
    desk.pay("2026-01-02", 11000, subscription="s-2")
    return desk


def test_what_lapses_billed_and_unpaid_is_owed_no_more_and_earns_nothing(desk: Club) -> None:
    """By ASC 606 all 110.00 that were paid are the massages': without a clause, store credit.

    What is credited, and what 1100 loses, are facts. By IFRS 15 the massages are worth 300.00 and
    10.00 of what was credited had funded the chat: so much less is revenue.
    """
    committed(desk).tick("2027-01-02", "s-2")
    [own] = desk.events(LotExpired)
    found = restate([one for one in desk.history if "/subscription/" in one.stream], "ifrs15")
    [event] = [one for one in found.events.values() if isinstance(one, LotExpired)]
    assert (event.credited, event.unbilled) == (own.credited, own.unbilled)
    assert (own.unbilled, own.credited, event.forfeited) == (20000, 11000, -1000)
    assert event.waived == own.waived
    assert found.now["s-2"].lots["massage.1"].deferred(day("2027-02-01")) == 0
