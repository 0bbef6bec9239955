"""How values are written so that another program reads back what was meant."""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence

from ledger.money import major

#: A spreadsheet runs a cell that starts so as a formula.
_FORMULA = ("=", "+", "-", "@")
_DIGEST = 8
#: As accounting programs read them, whatever the machine's language.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def amount(minor: int, currency: str) -> str:
    """Plain decimals with the currency's places, no thousands separator: ``1800.00``."""
    return f"{major(minor, currency):f}"


def blank_if_zero(minor: int, currency: str) -> str:
    """As `amount`; the side of a line that did not move stays empty."""
    return amount(minor, currency) if minor else ""


def one_line(text: str) -> str:
    """The text without control characters, runs of space as one."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())


def cell(text: str) -> str:
    """Text for a column of text: one line, and never a formula."""
    line = one_line(text)
    return f"'{line}" if line.startswith(_FORMULA) else line


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Comma-separated values, quoted where needed, each row ended by a line feed."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return written.getvalue()


def shortened(name: str, longest: int) -> str:
    """The id where it fits, else its beginning and a digest of all of it."""
    if len(name) <= longest:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGEST]
    return f"{name[: longest - _DIGEST - 1]}-{digest}"
