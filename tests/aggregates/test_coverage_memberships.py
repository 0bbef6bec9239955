"""What cycles cover: quotas earned by day, caps over cycles, cycles that are not paid."""

from typing import Any

from aggregates.subscription import events as e
from tests.support.alterations import Altered
from tests.support.clinic import counts, day
from tests.support.club import MASSAGE, SAUNA, Club

MONTH = 12000


def joined(*, lines: Any = None, **policies: Any) -> Club:
    """Sold on 15 January, the first cycle paid."""
    club = Club({"escheat": "exempt"} | policies)
    club.offers(**({} if lines is None else {"lines": lines}))
    club.joins("01-15", paid=MONTH)
    return club


def covered(club: Club, on: str, visit: str, service: str) -> tuple[Any, ...]:
    [row] = club.visit(on, visit, service)
    return row["covered"], row["prepaid"], row.get("reason")


def test_a_quota_earned_by_day_is_counted_and_worth_nothing() -> None:
    """Accounting.md 6.3, `quota_membership: ratable`."""
    club = joined(lines=[MASSAGE | {"quantity": "2"}], quota_membership="ratable")
    assert covered(club, "01-20", "v1", "massage:3") == ("2", 0, "not_enough_units")
    assert counts(club.lot("massage").remaining, club.lot("massage").used) == ["0", "2"]
    assert club.contract().deferred(day("01-31")) == MONTH - round(MONTH * 17 / 31)
    club.reverse("01-21", "v1")
    assert counts(club.lot("massage").remaining) == ["2"]
    assert not club.events(e.ExpiryReversed)


def test_a_cycle_that_is_not_paid_covers_nothing() -> None:
    """Accounting.md 21.3: the sauna on 20 March is answered `unpaid`."""
    club = joined()
    for on in ("02-15", "03-15"):
        club.passes(on)
        if on == "02-15":
            club.pay(on, MONTH)
    assert covered(club, "03-20", "v1", "sauna") == ("0", 0, "unpaid")
    assert covered(club, "03-14", "v2", "sauna") == ("1", 0, None)
    assert covered(club, "03-20", "v3", "massage") == ("0", 0, "unpaid")
    club.pay("03-21", MONTH)
    assert covered(club, "03-22", "v4", "sauna") == ("1", 0, None)
    assert covered(club, "03-22", "v5", "massage")[0] == "1"


def test_a_new_cycle_does_not_renew_the_week() -> None:
    """15 February is a Sunday: with the 14th it lies in the week of Monday the 9th."""
    line = SAUNA | {"cap": {"per": "week", "quantity": "2"}}
    club = joined(lines=[line, MASSAGE])
    club.passes("02-15")
    club.pay("02-15", MONTH)
    assert covered(club, "02-14", "v1", "sauna")[0] == "1"
    assert covered(club, "02-15", "v2", "sauna:2") == ("1", 0, "limit_exceeded")
    assert covered(club, "02-16", "v3", "sauna:2") == ("2", 0, None)


def test_the_soonest_cycle_goes_first() -> None:
    """Units that outlive their cycle by their own duration, beside those of the next."""
    club = joined(lines=[MASSAGE | {"expires_after": {"months": 2}}])
    club.passes("02-15")
    club.pay("02-15", MONTH)
    [row] = club.visit("02-20", "v1", "massage:2")
    assert [draw["grant"] for draw in row["draws"]] == ["massage.1", "massage.2"]


def test_a_cancelled_contract_covers_visits_up_to_its_last_day() -> None:
    club = Altered()
    club.offers()
    club.joins("01-15", paid=MONTH)
    club.cancel("01-20", "2026-01-25")
    assert covered(club, "01-26", "v0", "sauna") == ("0", 0, "cancelled")
    club.passes("02-01")
    assert covered(club, "01-25", "v1", "sauna") == ("1", 0, None)
    assert covered(club, "01-25", "v2", "massage") == ("0", 0, "cancelled")
    assert covered(club, "01-26", "v3", "sauna") == ("0", 0, "cancelled")


def test_a_stopped_clock_covers_nothing_and_other_pauses_do() -> None:
    for mode, expected in (
        ("stop_clock", ("0", 0, "paused")),
        ("benefits_usable", ("1", 0, None)),
        ("skip_billing", ("1", 0, None)),
    ):
        club = Altered()
        club.offers()
        club.joins("01-15", paid=MONTH)
        club.pause("01-18", "2026-01-20", "2026-01-30", mode=mode)
        assert covered(club, "01-25", "v1", "sauna") == expected
        assert covered(club, "01-30", "v2", "sauna") == ("1", 0, None)
