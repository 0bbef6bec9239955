"""A frozen value with some fields changed is what `dataclasses.replace` makes of it."""

from dataclasses import replace

import pytest

from aggregates.subscription.state import NEW
from ledger.calendar import Duration
from ledger.changed import changed


def test_it_is_the_same_as_replace() -> None:
    span = Duration(years=1, days=3)
    assert changed(span, months=2, days=0) == replace(span, months=2, days=0)
    assert changed(NEW, price=5, lots={}) == replace(NEW, price=5, lots={})
    assert (span.months, span.days) == (0, 3)


def test_a_field_it_has_not_is_an_error() -> None:
    with pytest.raises(KeyError):
        changed(Duration(), hours=1)
