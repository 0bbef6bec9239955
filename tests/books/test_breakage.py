"""Breakage in numbers: what may be earned beside use (accounting.md 7.2, 7.5; product.md, 16)."""

from fractions import Fraction

import pytest

from ledger.books.breakage import Change, Pool

UNIT = 1000
ALL = 100


def pool(promised: int, granted: int, used: int, **more: int) -> Pool:
    """Equal units that are paid for, recognised by use and subject to no state's claim."""
    earned = promised * used // granted
    fields = {"earned": earned, "kept": ALL * promised, "funded": promised - earned, **more}
    return Pool(promised=promised, granted=granted * UNIT, used=used * UNIT, **fields)


@pytest.mark.parametrize(
    ("promised", "granted", "used", "rate", "extra"),
    [
        (10000, 100, 0, "0.15", 0),
        (10000, 100, 40, "0.15", 706),  # rule 16: 15 × 40 ÷ 85
        (10000, 100, 85, "0.15", 1500),  # all that was expected to be used is
        (10000, 100, 90, "0.15", 1000),  # more than expected: nothing is left but the rest
        (10000, 100, 100, "0.15", 0),
        (10000, 10, 5, "0.2", 1250),  # half of what is expected used: half of the breakage
        (10000, 10, 5, "0", 0),
        (10000, 10, 1, "1", 9000),  # nobody is expected to come again
        (80000, 10, 4, "0.25", 10667),  # 80000 × 4 ÷ 7.5 = 42666.67, less 32000
        (0, 10, 4, "0.25", 0),
    ],
)
def test_the_extra_on_use(promised: int, granted: int, used: int, rate: str, extra: int) -> None:
    assert pool(promised, granted, used).breakage(Fraction(rate)) == extra


@pytest.mark.parametrize(
    ("more", "extra"),
    [
        ({"lapsed": 306}, 400),  # what lapsed for good counts towards it
        ({"lapsed": 6000}, 0),
        ({"funded": 500}, 500),  # nothing unpaid breaks
        ({"kept": 40 * 10000}, 282),  # a state may claim 60 percent
    ],
)
def test_what_takes_from_it(more: dict[str, int], extra: int) -> None:
    assert pool(10000, 100, 40, **more).breakage(Fraction("0.15")) == extra


def test_a_cohort_is_more_than_its_lots() -> None:
    """7.3: one lot used up and one hardly used; apart they lag behind their cohort."""
    rate = Fraction("0.25")
    used_up, hardly = pool(10000, 10, 10), pool(10000, 10, 2)
    assert used_up.breakage(rate) == 0
    assert hardly.breakage(rate) == 667
    assert (used_up + hardly).breakage(rate) == 4000  # 20000 × 12 ÷ 15, less 12000


def test_units_that_wait_for_a_dispute_do_not_break() -> None:
    rate = Fraction("0.15")
    whole = pool(10000, 100, 40)
    assert whole.without(60 * UNIT).breakage(rate) == 0
    assert whole.without(30 * UNIT) == pool(7000, 70, 40, earned=4000, funded=3000)


@pytest.mark.parametrize(
    ("before", "after", "amount"),
    [("0.15", "0.20", 294), ("0.20", "0.15", -294), ("0.15", "0.15", 0)],
)
def test_a_changed_rate_is_caught_up(before: str, after: str, amount: int) -> None:
    """7.5: 40 of 85 is 47.06, 40 of 80 is 50.00."""
    change = Change(pool(10000, 100, 40), Fraction(before), Fraction(after))
    assert change.caught_up == amount


def test_a_first_estimate_changes_none() -> None:
    assert Change(pool(10000, 100, 40), None, Fraction("0.15")).caught_up == 0


def test_all_that_is_left_once_use_is_remote() -> None:
    assert pool(10000, 100, 40).remote == 6000
    assert pool(10000, 100, 40, kept=40 * 10000).remote == 2400
    assert pool(10000, 100, 40, funded=100).remote == 100
