"""How the clinic's policies treat a sale's price and time (accounting.md 18)."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from aggregates.clinic.policies import POLICIES
from ledger.daycount import DayCount
from ledger.ratios import Remainder, Rounding

ACTUAL_DAYS, HALF_EVEN, SECONDS = "actual_days", "half_even", "exact_seconds"


@dataclass(frozen=True, slots=True)
class Treatment:
    """The policies by which the lines of a sale are priced and earned, by their keys."""

    ssp_range: str = "mid"
    immaterial_percent: int = 5
    bonus_credit: str = "pool"
    quota_membership: str = "auto"
    rounding: Rounding = "half_even"
    day_count: DayCount | str = ACTUAL_DAYS
    allocation_remainder: Remainder = "largest_remainder"
    discount_exception: str = "off"
    setup_fee_months: int | Literal["term"] = "term"

    @classmethod
    def of(cls, policies: Mapping[str, Any]) -> "Treatment":
        """By the policies of a sale; one made before a key was known has the key's default."""
        names = [field.name for field in fields(cls)]
        return cls(**{name: policies.get(name, POLICIES[name].default) for name in names})

    def on_line(self, timezone: str, *, by_day: bool) -> dict[str, Any]:
        """What of it a sold line says: only what differs from the defaults (`SoldLine`)."""
        said: dict[str, Any] = {}
        if self.rounding != HALF_EVEN:
            said["rounding"] = self.rounding
        if by_day and self.day_count != ACTUAL_DAYS:
            said["day_count"] = self.day_count
            said |= {"timezone": timezone} if self.day_count == SECONDS else {}
        return said


DEFAULTS = Treatment()
