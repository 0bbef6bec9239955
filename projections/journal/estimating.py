"""The closing entries of estimates: breakage, expected refunds, credit losses (12.1).

Policies and estimates are those that hold on the last day of the period, as known at the cut.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from ledger.books.breakage import Carrier, Change, Pool, breakage_entries, caught_up
from ledger.books.entries import Entry
from ledger.calendar import ONE_DAY, Duration
from ledger.ratios import share
from projections.journal.oneperiod import OnePeriod
from projections.journal.pools import Key, Measured, measured, posted


@dataclass(slots=True)
class Withheld:
    """Catch-ups that only a close posts, left out of provisional entries (interfaces.md 7.4)."""

    amounts: dict[Key, int] = field(default_factory=dict)

    def of(self, key: Key) -> int:
        return self.amounts.get(key, 0)

    def add(self, key: Key, amount: int) -> None:
        """Remembers one more catch-up that is not posted."""
        self.amounts[key] = self.of(key) + amount


@dataclass(frozen=True, slots=True)
class Breakage(OnePeriod):
    """Breakage before expiry in one open period."""

    withheld: Withheld

    def entries(self) -> list[Entry]:
        """Rows 10, 24 and 25: each pool's target less what was posted so far (7.3)."""
        if not self.settings.pools:
            return []
        standing = posted(self.tables, self.day)
        targets = dict(self._targets())
        carriers = {key: carrier for key, (carrier, _) in standing.items()}
        carriers |= {key: carrier for key, (carrier, _, _) in targets.items()}
        account = self.settings.policy("breakage_account", self.day)
        found: list[Entry] = []
        for key in sorted(carriers, key=_order):
            _, target, change = targets.get(key, (None, 0, 0))
            before = standing[key][1] if key in standing else 0
            use = target - change - before - self.withheld.of(key)
            if self.window.provisional:
                self.withheld.add(key, change)
                change = 0
            carrier = carriers[key]
            found += breakage_entries(carrier, use, change, self.period, self.window, account)
        return found

    def _targets(self) -> Iterator[tuple[Key, tuple[Carrier, int, int]]]:
        """Of each pool what may stand recognised by now, and what of it a changed rate brought."""
        method = self.settings.policy("breakage_method", self.day)
        apart = method == "remote" or self.settings.policy("breakage_unit", self.day) == "lot"
        if method == "none":
            return
        known = measured(self.tables, self.cut, self.day, apart=apart)
        if method == "remote":
            yield from ((key, (one.carrier, self._remote(one), 0)) for key, one in known.items())
            return
        earlier = {
            on: measured(self.tables, self.cut, on, apart=apart) for on in self._days_of_change()
        }
        for key, one in known.items():
            rate = self.rate(one, self.day)
            changes = caught_up(self._changes(key, one, earlier))
            yield key, (one.carrier, self.target(one, rate), changes)

    def target(self, one: Measured, rate: Fraction | None) -> int:
        """Nothing without an estimate; nothing of what will be refunded, either (7.1)."""
        return 0 if rate is None else self._unrefunded(one).breakage(rate)

    def rate(self, one: Measured, on: date) -> Fraction | None:
        """The breakage estimate in force for a pool."""
        return self.settings.estimates.rate("breakage", one.sold, on)

    def _unrefunded(self, one: Measured) -> Pool:
        if self.settings.policy("expected_refunds", self.day) == "none":
            return one.pool
        back = self.settings.estimates.rate("refunds", one.sold, self.day)
        if not back:
            return one.pool
        pool = one.pool
        funded = share(pool.funded, 1 - back)
        return Pool(
            pool.promised, pool.granted, pool.used, pool.earned, pool.lapsed, pool.kept, funded
        )

    def _days_of_change(self) -> list[date]:
        """The days of the period on which an estimate of breakage takes effect."""
        versions = self.settings.estimates.versions
        days = {one.effective for one in versions if one.kind == "breakage"}
        return sorted(day for day in days if self.period.first <= day <= self.day)

    def _changes(
        self, key: Key, one: Measured, earlier: Mapping[date, Mapping[Key, Measured]]
    ) -> Iterator[Change]:
        for on, pools in earlier.items():
            before, after = self.rate(one, on - ONE_DAY), self.rate(one, on)
            was_on = self.settings.policy("breakage_method", on - ONE_DAY) == "proportional"
            if key in pools and before != after and was_on:
                yield Change(self._unrefunded(pools[key]), before, after)

    def _remote(self, one: Measured) -> int:
        """All that is left once its use has become remote (7.4): nothing happened for so many
        months, and a minimum life that the law sets is over.
        """
        months = self.settings.policy("remote_months", self.day)
        idle = Duration(months=months).after(one.last_day) <= self.day
        pool = self._unrefunded(one)
        if not idle or one.lives_until > self.day or not pool.promised:
            return 0
        return pool.remote


def _order(key: Key) -> tuple[str, str, str]:
    subscription, name, account = key
    return subscription or "", name, account
