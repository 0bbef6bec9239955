"""What of unused units is earned already, because an estimate says they stay unused (7.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from projections.close.books import Books
from projections.journal.pools import members, posted


@dataclass(frozen=True, slots=True)
class Early:
    """Breakage posted before expiry by pool, and the pool of each contract's lots."""

    amounts: Mapping[str, int] = field(default_factory=dict)
    pools: Mapping[tuple[str, str], str] = field(default_factory=dict)


NOTHING = Early()


def early(books: Books, as_of: date) -> Early:
    """What the books of a day hold; a lot that bears its own breakage is a pool by itself."""
    if not books.settings.pools:
        return NOTHING
    amounts: dict[str, int] = {}
    own: dict[tuple[str, str], str] = {}
    for (subscription, name, _), (_, amount) in posted(books, as_of).items():
        pool = name if subscription is None else f"{subscription}/{name}"
        amounts[pool] = amounts.get(pool, 0) + amount
        if subscription is not None:
            own[subscription, name] = pool
    cohorts = {(one.subscription, one.lot): one.cohort for one in members(books, books.cut, as_of)}
    return Early(amounts, cohorts | own)
