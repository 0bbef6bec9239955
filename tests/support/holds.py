"""Bookings of the clinic in memory: units held for a visit, and let go."""

from typing import Any

from aggregates import holding
from aggregates.booking.orders import PlaceHold, ReleaseHold
from tests.support.clinic import Glow, day, parsed


def hold(glow: Glow, on: str, booking: str, booked_for: str, *services: str, **more: Any) -> Any:
    """Each service is one line, ``scan`` or ``scan:2``; `booked_for` is the day of the visit."""
    lines = [
        {"line": f"{number}", "service": name, "quantity": quantity or "1"}
        for number, (name, _, quantity) in enumerate((s.partition(":") for s in services), 1)
    ]
    fields = {"booking": booking, "patient": "p-1", "lines": lines, "for": day(booked_for)}
    order = parsed(PlaceHold, fields | more)
    decision = holding.place_hold(
        glow.context(on),
        order,
        day(booked_for),
        glow.state("booking", booking),
        glow.chart("-", order.patient).contracts,
        frozenset(glow.services()),
    )
    return glow.take(glow.context(on), decision)


def release(glow: Glow, on: str, booking: str) -> Any:
    """The hold's units are free again."""
    state = glow.state("booking", booking)
    names = state.placed.subscriptions if state.placed else ()
    contracts = {name: glow.contract(name) for name in names}
    order = ReleaseHold(booking=booking)
    context = glow.context(on)
    return glow.take(context, holding.release_hold(context, order, state, contracts))
