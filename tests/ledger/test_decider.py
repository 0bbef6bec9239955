"""States are copied as `dataclasses.replace` copies them."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from ledger.decider import changed


@dataclass(frozen=True, slots=True)
class Purse:
    coins: int
    notes: tuple[int, ...] = ()
    owner: str | None = None


@pytest.mark.parametrize(
    "changes", [{}, {"coins": 3}, {"owner": "mia", "notes": (20, 50)}, {"owner": None}]
)
def test_a_changed_state_is_the_old_one_with_other_fields(changes: dict[str, Any]) -> None:
    purse = Purse(1, (5,), "tom")
    assert changed(purse, **changes) == replace(purse, **changes)
    assert purse == Purse(1, (5,), "tom")


def test_a_field_that_is_not_there_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        changed(Purse(1), cards=2)
