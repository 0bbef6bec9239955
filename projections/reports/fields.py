"""What reports can be taken apart by; it loads nothing, so that every edge may ask."""

from dataclasses import dataclass

#: Of a roll-forward (accounting.md 15.1); accounts are its rows anyhow.
GROUPS = ("location", "program", "cohort")
#: Of profitability.
DIMENSIONS = ("program", "offer", "location", "provider")
#: Of revenue (accounting.md 15.5).
KEYS = ("account", "pattern", "service", "channel", "program", "offer", "location", "provider")


@dataclass(frozen=True, slots=True)
class Apart:
    """The fields of a report, how many of them at once, and which where none is asked for."""

    names: tuple[str, ...]
    most: int = 1
    default: tuple[str, ...] = ()


APART = {
    "rollforward": Apart(GROUPS),
    "liability": Apart(("contract", "patient")),
    "profitability": Apart(DIMENSIONS, len(DIMENSIONS)),
    "revenue": Apart(KEYS, len(KEYS), ("pattern", "service")),
}
