"""Expected price concessions of each contract, read from the journal's tables (3.3)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from aggregates.estimate.events import EstimateKind
from aggregates.estimate.state import Sold
from ledger.books.chart import CONTRACT_LIABILITIES
from ledger.books.concessions import CONCEDED, ROW, Priced, concession, spare
from ledger.books.entries import Dimensions, Entry
from ledger.books.presentation import ROW as PRESENTATION
from projections.journal.oneperiod import OnePeriod

KIND: EstimateKind = "concession"
_LIABILITIES = "('" + "', '".join(CONTRACT_LIABILITIES) + "')"
_EARNING = "('9', '10', '13', '14', '15', '16', '17', '18', '20', '24', '25', '27', '44')"
_ASIDE = f"('{ROW}', '{PRESENTATION}')"
# What each line recognised, what stands of it otherwise, without what is expected to go back as a
# refund, and what row 31 took from there.
_LINES = f"""
SELECT subscription, account, location, program, provider, offer, line,
       CAST(sum(CASE WHEN rule IN {_EARNING} THEN debit - credit ELSE 0 END) AS bigint),
       CAST(sum(CASE WHEN rule IN {_ASIDE} THEN 0 ELSE credit - debit END) AS bigint),
       CAST(sum(CASE WHEN rule = '{ROW}' THEN debit - credit ELSE 0 END) AS bigint)
FROM views.journal_line
WHERE account IN {_LIABILITIES} AND posting_date <= ? AND subscription IS NOT NULL
GROUP BY subscription, account, location, program, provider, offer, line
"""  # noqa: S608 - made of constants
# A concession that was made: beyond what a refund had to give, or by a credit note.
_GIVEN = f"""
SELECT subscription, CAST(sum(debit - credit) AS bigint) FROM views.journal_line
WHERE ((rule = '29' AND account = '{CONCEDED}') OR (rule = '35' AND account <> '1100'
      AND account <> '2200')) AND posting_date <= ? AND subscription IS NOT NULL
GROUP BY subscription
"""  # noqa: S608 - made of constants
_CONCEDED = f"""
SELECT subscription, location, program, provider, offer, line,
       CAST(sum(debit - credit) AS bigint)
FROM views.journal_line
WHERE rule = '{ROW}' AND account = '{CONCEDED}' AND posting_date <= ?
GROUP BY subscription, location, program, provider, offer, line
"""  # noqa: S608 - made of constants
_CONTRACTS = """
SELECT subscription, sold_on, offer, program FROM views.journal_contract WHERE position <= ?
"""


@dataclass(frozen=True, slots=True)
class Concessions(OnePeriod):
    """Row 31 of one open period; only a close posts it."""

    def entries(self) -> Iterator[Entry]:
        """What each contract's price is lowered by, less what was so far."""
        if self.window.provisional or not self.settings.estimates.has(KIND, self.day):
            return
        rates = dict(self._rates())
        given: dict[str, int] = dict(self.tables.rows(_GIVEN, (self.day,)))
        for subscription, lines in self._lines().items():
            rate = rates.get(subscription, Fraction(0))
            if rate or any(line.conceded or line.set_aside for line in lines):
                made = given.get(subscription, 0)
                yield from concession(lines, rate, made, self.period, self.window)

    def to_come(self) -> dict[str, tuple[Fraction, int]]:
        """Of each contract that will not keep its price: the rate of what is not recognised yet
        that is expected to go, and what of it a concession that was made has given already.
        """
        given: dict[str, int] = dict(self.tables.rows(_GIVEN, (self.day,)))
        lines = self._lines() if given else {}
        return {
            subscription: (rate, spare(lines.get(subscription, ()), rate, given[subscription]))
            if subscription in given
            else (rate, 0)
            for subscription, rate in self._rates()
        }

    def inputs(self, subscription: str) -> dict[str, Any]:
        """What a contract's entry is worked out from on the day."""
        lines = self._lines().get(subscription, [])
        given: dict[str, int] = dict(self.tables.rows(_GIVEN, (self.day,)))
        return {
            "day": self.day.isoformat(),
            "recognised": sum(line.recognised for line in lines),
            "unrecognised": sum(line.unrecognised for line in lines),
            "rate": str(dict(self._rates()).get(subscription, Fraction(0))),
            "given": given.get(subscription, 0),
        }

    def _rates(self) -> Iterator[tuple[str, Fraction]]:
        for subscription, sold_on, *what in self.tables.rows(_CONTRACTS, (self.cut,)):
            rate = self.settings.estimates.rate(KIND, Sold.on(sold_on, *what), self.day)
            if rate:
                yield subscription, rate

    def _lines(self) -> Mapping[str, list[Priced]]:
        found: dict[str, list[Priced]] = {}
        before = {tuple(place): amount for *place, amount in self._conceded()}
        rows = sorted(self.tables.rows(_LINES, (self.day,)), key=_order)
        for subscription, account, *place, recognised, unrecognised, aside in rows:
            location, program, provider, offer, line = place
            at = Dimensions(location, program, provider, offer, None, subscription, line)
            conceded = before.pop((subscription, *place), 0)
            priced = Priced(account, at, recognised, unrecognised, conceded, aside)
            found.setdefault(subscription, []).append(priced)
        return found

    def _conceded(self) -> Iterator[tuple[Any, ...]]:
        return self.tables.rows(_CONCEDED, (self.day,))


def _order(row: tuple[Any, ...]) -> tuple[str, ...]:
    """By contract, account and line first; the two engines would sort what is missing apart."""
    subscription, account, location, program, provider, offer, line, *_ = row
    return tuple(
        part or "" for part in (subscription, account, line, offer, location, program, provider)
    )
