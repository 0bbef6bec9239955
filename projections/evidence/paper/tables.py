"""Tables of a packet, and the facts that stand in them."""

from dataclasses import dataclass

from projections.evidence.paper.words import Facts

#: Longer tables show their first and last rows, and sum up the rest in words.
MOST_ROWS = 44


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `widths` are shares of the page, 0 as wide as needed; `right` are number columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    right: tuple[int, ...] = ()
    note: str | None = None


def timely(facts: Facts, section: str) -> list[Facts]:
    """A section's facts without the late entries: those are never shown as contemporaneous."""
    return [fact for fact in facts[section] if not fact["late"]]
