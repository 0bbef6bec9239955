"""Lines of the journal as tests read them."""

from collections import Counter
from collections.abc import Iterable
from typing import Any


def signed(lines: Iterable[Any]) -> dict[str, int]:
    """Debit less credit by account, of a line's liability by its name too."""
    found = Counter[str]()
    for line in lines:
        named = line.account.startswith("21") and line.at.line
        found[f"{line.account} {line.at.line}" if named else line.account] += (
            line.debit - line.credit
        )
    return found
