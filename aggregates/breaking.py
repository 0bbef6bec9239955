"""Where breakage is shown, and whose it is (policies `breakage_account`, `breakage_location`).

Under `deliverer` the value of units that lapse belongs to the location that delivered most of
their lot, counted at list price; to the one that delivered most of the contract where nothing of
the lot was used; and to the seller, as always, where nothing was delivered at all.
"""

from typing import Any

from aggregates.subscription.state import Subscription, sale_of


def breaking(state: Subscription, grant: str, forfeited: int) -> dict[str, Any]:
    """What the event of an expiry says of its breakage."""
    serving = state.serving
    return _placed(state, forfeited, serving.deliverer(grant) if serving else None)


def broken(state: Subscription, grant: str, forfeited: int) -> dict[str, Any]:
    """What the event says that takes breakage back: it leaves the place where it was booked."""
    serving = state.serving
    return _placed(state, forfeited, serving.lapsed.get(grant) if serving else None)


def _placed(state: Subscription, forfeited: int, location: str | None) -> dict[str, Any]:
    policies = sale_of(state).policies
    if not forfeited:
        return {}
    services = policies.get("breakage_account") == "4000"
    found: dict[str, Any] = {"breaks_to": "4000"} if services else {}
    seller = state.sale.location
    if location is None or location == seller or state.forfeits_as_cancelled:
        return found
    paired = policies.get("interlocation") == "accounts" and seller is not None
    return found | {"breaks_at": location} | ({"between": True} if paired else {})
