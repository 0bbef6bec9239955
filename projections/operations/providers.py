"""How visits are spread over providers (product.md 130)."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from aggregates.visit.state import Visit, recorded_of
from projections.operations.reading import took_place
from projections.ratios import rate_text

#: More than this part of the average is too much for one.
MUCH = Fraction(3, 2)


def providers(visits: Iterable[Visit], first: date, last: date) -> list[dict[str, Any]]:
    """Visits that took place from `first` to `last`, by provider, the busiest first.

    `share` is a part of the visits that name a provider; `overloaded` has more than half as
    many again as the average provider.
    """
    found: dict[str, int] = {}
    for visit in visits:
        provider, on = recorded_of(visit).provider, visit.took_place
        if provider is not None and on is not None and first <= on <= last and took_place(visit):
            found[provider] = found.get(provider, 0) + 1
    total = sum(found.values())
    return [
        {
            "provider": provider,
            "visits": count,
            "share": rate_text(count, total),
            "overloaded": count * len(found) > MUCH * total,
        }
        for provider, count in sorted(found.items(), key=lambda item: (-item[1], item[0]))
    ]
