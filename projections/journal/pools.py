"""The pools whose breakage an estimate speaks of, read from the journal's tables (7.1, 7.3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from aggregates.estimate.state import Sold
from aggregates.lawtables import WHOLE, Kind, in_rows, minimum_months, percent_held
from aggregates.values import Duration
from ledger.books.breakage import ROWS, Carrier, Pool
from ledger.books.chart import CONTRACT_LIABILITIES
from ledger.books.entries import Dimensions
from ledger.calendar import ONE_DAY
from projections.journal.tables import Tables

_LIABILITIES = "('" + "', '".join(CONTRACT_LIABILITIES) + "')"
_BREAKAGE = "('" + "', '".join(ROWS) + "')"
_SUBJECT = b'"subject"'
# What can break at all: not what the buyer may ask back at will, on demand or while he may still
# think better of it. A formula by which the clinic refunds is no such right (8.2, 7.1). Every lot
# for itself, or those of a day of sale together; a lot with frozen units stands apart, because
# a dispute blocks them. Parameters: cut, day (twice), day, apart, cut, day.
_STOCK = f"""
WITH moved AS (
    SELECT subscription, lot, sum(granted) AS granted, sum(promised) AS promised,
           sum(used) AS used, sum(earned) AS earned, sum(lapsed) AS lapsed, sum(frozen) AS frozen
    FROM views.journal_unit WHERE position <= ? AND effective_on <= ?
    GROUP BY subscription, lot
),
active AS (
    SELECT subscription, max(effective_on) AS last_day FROM views.journal_unit
    WHERE position <= ? AND effective_on <= ? AND (used > 0 OR promised > 0)
    GROUP BY subscription
),
funded AS (
    SELECT subscription, grant_id AS lot, sum(credit - debit) AS amount FROM views.journal_line
    WHERE account IN {_LIABILITIES} AND closing = 0 AND grant_id IS NOT NULL AND posting_date <= ?
    GROUP BY subscription, grant_id
),
stock AS (
    SELECT t.*, m.granted, m.promised, m.used, m.earned, m.lapsed, m.frozen, a.last_day,
           greatest(coalesce(f.amount, 0), 0) AS funded, c.state, c.escheat, c.minimum_life,
           CASE WHEN m.frozen > 0 OR ? THEN t.subscription END AS own
    FROM views.journal_lot t
    JOIN views.journal_contract c ON c.subscription = t.subscription
    JOIN moved m ON m.subscription = t.subscription AND m.lot = t.lot
    JOIN active a ON a.subscription = t.subscription
    LEFT JOIN funded f ON f.subscription = t.subscription AND f.lot = t.lot
    WHERE t.position <= ? AND NOT c.on_demand
      AND (c.cooling_off_until IS NULL OR c.cooling_off_until < ?)
)
SELECT offer, program, since, line, rule, account, kind, state, escheat, minimum_life, own,
       CASE WHEN own IS NULL THEN NULL ELSE lot END, min(location), min(provider), min(last_day),
       CAST(sum(granted) AS bigint), CAST(sum(promised) AS bigint), CAST(sum(used) AS bigint),
       CAST(sum(earned) AS bigint), CAST(sum(lapsed) AS bigint), CAST(sum(funded) AS bigint),
       CAST(sum(frozen) AS bigint)
FROM stock
GROUP BY offer, program, since, line, rule, account, kind, state, escheat, minimum_life, own,
         CASE WHEN own IS NULL THEN NULL ELSE lot END
"""  # noqa: S608 - made of constants
_POSTED = f"""
SELECT subscription, lot, account, location, program, provider, offer, line,
       CAST(sum(debit - credit) AS bigint)
FROM views.journal_line
WHERE rule IN {_BREAKAGE} AND account IN {_LIABILITIES} AND posting_date <= ?
GROUP BY subscription, lot, account, location, program, provider, offer, line
"""  # noqa: S608 - made of constants

# Parameters: cut and day.
_MEMBERS = """
SELECT t.offer, t.program, t.since, t.line, t.rule, t.account, t.subscription, t.lot,
       CAST(sum(u.used) AS bigint)
FROM views.journal_lot t
JOIN views.journal_unit u ON u.subscription = t.subscription AND u.lot = t.lot
WHERE u.position <= ? AND u.effective_on <= ?
GROUP BY t.offer, t.program, t.since, t.line, t.rule, t.account, t.subscription, t.lot
ORDER BY t.subscription, t.lot
"""

#: A contract and a lot of it, or no contract and the name of a cohort; and its account.
Key = tuple[str | None, str, str]


@dataclass(frozen=True, slots=True)
class Measured:
    """A pool as it stood on a day, what bears its breakage, and what an estimate is asked of.

    `last_day` is the last one on which the owner did something, `since` the first of its sale.
    """

    carrier: Carrier
    sold: Sold
    pool: Pool
    since: date
    last_day: date
    lives_until: date


def key_of(carrier: Carrier) -> Key:
    """By what the entries of a carrier are found."""
    return carrier.at.subscription, carrier.name, carrier.account


def measured(tables: Tables, cut: int, day: date, *, apart: bool) -> dict[Key, Measured]:
    """The pools on a day, of what is known at `cut`: cohorts, or every lot `apart`."""
    found: dict[Key, Measured] = {}
    for row in tables.rows(_STOCK, (cut, day, cut, day, day, apart, cut, day)):
        one = _read(row, day, apart)
        if one is None:
            continue
        key = key_of(one.carrier)
        found[key] = _joined(found[key], one) if key in found else one
    return found


def _read(row: tuple[Any, ...], day: date, apart: bool) -> Measured | None:
    offer, program, since, line, rule, account, kind, state, escheat, minimum, own, lot = row[:12]
    location, provider, last_day, *measures, frozen = row[12:]
    laws = {"escheat": orjson.loads(escheat or _SUBJECT), "minimum_life": _rows(minimum)}
    what: Kind = "stored_value" if kind == "credit" else "service_entitlement"
    kept = WHOLE - percent_held(laws, in_rows(state), what, day)
    if not kept:
        return None
    granted, promised, used, earned, lapsed, funded = measures
    pool = Pool(
        promised=promised,
        granted=granted,
        used=used,
        earned=earned,
        lapsed=lapsed,
        kept=kept * promised,
        funded=funded,
    )
    sold = Sold.on(since, offer, program)
    months = minimum_months(laws, in_rows(state), what, since)
    lives_until = Duration(months=months).end(since) - ONE_DAY if months else since
    own_place = Dimensions(location, program, provider, offer, None, own, line, lot)
    name = _cohort(sold, line, rule, account)
    carrier = (
        Carrier(lot, account, own_place)
        if apart
        else Carrier(name, account, Dimensions(program=program, offer=offer, line=line))
    )
    return Measured(
        carrier, sold, pool.without(frozen) if frozen > 0 else pool, since, last_day, lives_until
    )


def _cohort(sold: Sold, line: str, rule: str, account: str) -> str:
    """How a cohort's entries are named: offer, quarter, line, expiry rule, account, program."""
    parts = (sold.offer, sold.cohort, line, rule, account, sold.program)
    return "/".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Member:
    """A lot of a cohort, and how much of it was used, in thousandths of a unit."""

    cohort: str
    subscription: str
    lot: str
    used: int


def members(tables: Tables, cut: int, day: date) -> Iterator[Member]:
    """The lots of every cohort on a day, of what is known at `cut`."""
    for offer, program, since, line, rule, account, *lot in tables.rows(_MEMBERS, (cut, day)):
        yield Member(_cohort(Sold.on(since, offer, program), line, rule, account), *lot)


def _rows(text: str | None) -> list[Any]:
    rows: list[Any] = orjson.loads(text) if text else []
    return rows


def _joined(one: Measured, other: Measured) -> Measured:
    return Measured(
        one.carrier,
        one.sold,
        one.pool + other.pool,
        min(one.since, other.since),
        max(one.last_day, other.last_day),
        max(one.lives_until, other.lives_until),
    )


def posted(tables: Tables, day: date) -> dict[Key, tuple[Carrier, int]]:
    """What was recognised of each pool by a day, in all rows of breakage before expiry."""
    found: dict[Key, tuple[Carrier, int]] = {}
    for subscription, lot, account, *place, amount in tables.rows(_POSTED, (day,)):
        location, program, provider, offer, line = place
        grant = lot if subscription else None
        at = Dimensions(location, program, provider, offer, None, subscription, line, grant)
        carrier = Carrier(lot, account, at)
        _, before = found.get(key_of(carrier), (carrier, 0))
        found[key_of(carrier)] = (carrier, before + amount)
    return found
