"""What is not expected to be kept goes off everything a contract still promises (15.3)."""

from fractions import Fraction

import pytest

from projections.reports.rpo import Unsatisfied
from projections.reports.uncertain import NOTHING, Expected


@pytest.mark.parametrize(
    ("rate", "conceded", "promised", "off"),
    [
        ("1/10", 0, [4000, 6000], [400, 600]),
        ("1/10", 300, [4000, 6000], [280, 420]),
        ("1/10", 1200, [4000, 6000], [0, 0]),  # more was conceded than was expected
        ("1/3", 0, [100, 100, 0], [34, 33, 0]),
        ("0", 0, [4000], [0]),
        ("1/10", 0, [], []),
    ],
)
def test_all_parts_of_a_contract_bear_the_rate_alike(
    rate: str, conceded: int, promised: list[int], off: list[int]
) -> None:
    expected = Expected({"s-1": (Fraction(rate), conceded)})
    assert expected.taken_off("s-1", promised) == off
    assert expected.taken_off("s-2", promised) == [0] * len(promised)
    assert NOTHING.taken_off("s-1", promised) == [0] * len(promised)


def test_so_do_the_bands_of_a_part() -> None:
    part = Unsatisfied(10000, (2500, 2500, 5000))
    assert part.without(1001) == Unsatisfied(8999, (2250, 2250, 4499))
    assert part.without(0) is part
    assert Unsatisfied(10000, reason="left out").without(1001).amount == 8999
