"""Promised notices and whether they were sent (accounting.md 7.6, interfaces.md 4)."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from aggregates.subscription.state import Subscription


def promised(
    state: Subscription, kind: str, days: Iterable[int], until: date
) -> list[dict[str, Any]]:
    """Each notice that the terms promise so many days before a day, the earliest first.

    `sent` is the communication that was it: on or after its day, not later than the day that
    it tells of, and neither bounced nor failed; None as long as there is none.
    """
    return [
        {
            "days": count,
            "due": (until - timedelta(days=count)).isoformat(),
            "sent": _sent(state, kind, until - timedelta(days=count), until),
        }
        for count in sorted(days, reverse=True)
    ]


def _sent(state: Subscription, kind: str, since: date, until: date) -> str | None:
    fitting = (
        notice.communication
        for notice in state.notices
        if notice.kind == kind and not notice.failed and since <= notice.sent_on <= until
    )
    return next(fitting, None)
