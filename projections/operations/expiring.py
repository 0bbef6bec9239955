"""What is left and will expire, the soonest first (interfaces.md 6, expiring)."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from aggregates.subscription.state import Subscription, sale_of
from ledger.calendar import Period
from ledger.quantity import text_of
from projections.balances.lines import Grant, grants_of
from projections.operations.notices import promised


def expiring(
    contracts: Iterable[Subscription], as_of: date, period: Period | None = None
) -> list[dict[str, Any]]:
    """Every grant with units left that has a last day, of a `period` if one is given."""
    found = [
        (grant.lot.expires, _row(state, grant, grant.lot.expires))
        for state in contracts
        for grant in _left(state, as_of)
        if grant.lot.expires is not None and (period is None or period.includes(grant.lot.expires))
    ]
    return [row for _, row in sorted(found, key=_soonest)]


def _left(state: Subscription, as_of: date) -> Iterator[Grant]:
    if state.ended is None:
        for lot in state.lots.values():
            if lot.sold.quantity is not None:
                yield from (grant for grant in grants_of(state, lot, as_of) if grant.remaining)


def _row(state: Subscription, grant: Grant, expires: date) -> dict[str, Any]:
    sold, last = sale_of(state), grant.lot.lapses or expires
    return {
        "patient": sold.patient,
        "subscription": sold.subscription,
        "line": grant.line,
        "grant": grant.grant,
        "remaining": text_of(grant.remaining),
        "expires": expires.isoformat(),
        "deferred": grant.deferred,
        "notices": promised(state, "expiry", sold.notices.before_expiry_days, last),
    }


def _soonest(item: tuple[date, dict[str, Any]]) -> tuple[date, str, str]:
    expires, row = item
    return expires, row["subscription"], row["grant"]
