"""The lines of a balance and their grants (interfaces.md 6, 7.14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.standing import standing
from aggregates.subscription.state import Cycle, Subscription
from ledger.calendar import ONE_DAY
from ledger.quantity import text_of
from ledger.ratios import largest_remainder

#: Kinds whose units are not counted: what is left of them is no number.
UNCOUNTED = frozenset({"unlimited", "access", "setup_fee"})


@dataclass(frozen=True, slots=True)
class Grant:
    """A lot, or one of the two parts of a pooled credit, as a line shows it (5.4)."""

    line: str
    grant: str
    lot: Lot
    paid: bool
    granted: Decimal
    used: Decimal
    expired: Decimal
    refunded: Decimal
    transferred: Decimal
    remaining: Decimal
    held: Decimal
    deferred: int


def lines(state: Subscription, as_of: date) -> list[dict[str, Any]]:
    """Every line with its grants; grants sum to the line, lines to the contract."""
    grants = [grant for lot in state.lots.values() for grant in grants_of(state, lot, as_of)]
    names = dict.fromkeys(grant.line for grant in grants)
    return [_line(state, [one for one in grants if one.line == name], as_of) for name in names]


def grants_of(state: Subscription, lot: Lot, as_of: date) -> list[Grant]:
    """The lot as it is, or its paid and its bonus face: draws take the paid face first (5.4)."""
    whole = Grant(
        line=lot.line,
        grant=lot.grant,
        lot=lot,
        paid=not lot.sold.bonus,
        granted=lot.granted,
        used=lot.used,
        expired=lot.expired,
        refunded=lot.refunded,
        transferred=lot.transferred,
        remaining=lot.remaining,
        held=lot.frozen + lot.reserved,
        deferred=standing(lot, as_of),
    )
    if lot.sold.bonus_face is None or lot.sold.bonus_line is None:
        return [whole]
    return _parted(whole, lot.sold.bonus_face, lot.sold.bonus_line)


def _parted(pool: Grant, bonus: Decimal, line: str) -> list[Grant]:
    """The pool's two faces: each count takes the paid face first, in the order of the fields."""
    left = pool.granted - min(bonus, pool.granted)
    taken = {}
    for name in ("used", "expired", "refunded", "transferred"):
        count: Decimal = getattr(pool, name)
        taken[name] = min(count, left)
        left -= taken[name]
    rest = {name: getattr(pool, name) - count for name, count in taken.items()}
    held = min(pool.held, left)
    deferred = largest_remainder(pool.deferred, _face(left, pool.remaining - left))
    number = pool.grant.rpartition(".")[2]
    return [
        Grant(pool.line, pool.grant, pool.lot, paid=True, granted=left + sum(taken.values(), NONE),
              **taken, remaining=left, held=held, deferred=deferred[0]),
        Grant(line, f"{line}.{number}", pool.lot, paid=False,
              granted=pool.remaining - left + sum(rest.values(), NONE),
              **rest, remaining=pool.remaining - left, held=pool.held - held,
              deferred=deferred[1]),
    ]  # fmt: skip


def _face(paid: Decimal, bonus: Decimal) -> list[int]:
    """What is left of a pool by face, as weights; a pool without any is all paid."""
    return [int(paid), int(bonus)] if paid + bonus else [1, 0]


def _line(state: Subscription, grants: Sequence[Grant], as_of: date) -> dict[str, Any]:
    lot = grants[0].lot
    remaining = sum((grant.remaining for grant in grants), NONE)
    row = {
        "line": grants[0].line,
        "kind": lot.kind,
        "services": _services(lot),
        "granted": _units(lot, sum((grant.granted for grant in grants), NONE)),
        "used": text_of(sum((grant.used for grant in grants), NONE)),
        "held": text_of(sum((grant.held for grant in grants), NONE)),
        "expired": text_of(sum((grant.expired for grant in grants), NONE)),
        "refunded": text_of(sum((grant.refunded for grant in grants), NONE)),
        "transferred": text_of(sum((grant.transferred for grant in grants), NONE)),
        "remaining": _units(lot, remaining),
        "expires": day_text(_last(grants)),
        "deferred": sum(grant.deferred for grant in grants),
        "grants": [_grant(grant) for grant in grants],
    }
    if lot.kind == "credit":
        row["face_remaining"] = int(remaining)
    if lot.kind == "access":
        row["access"] = list(lot.sold.access)
    cycle = _cycle(state, as_of)
    return row if cycle is None else {**row, "cycle": _cycle_row(lot, grants, cycle)}


def _services(lot: Lot) -> list[str] | None:
    """The services a line covers or is limited to; None for any."""
    if lot.services:
        return [term.service for term in lot.services]
    if lot.kind in ("access", "setup_fee"):
        return []
    return list(lot.sold.scope) or None


def _last(grants: Sequence[Grant]) -> date | None:
    """The last valid day of what is granted; of a cycle that waits for payment only without it."""
    granted = [grant for grant in grants if not grant.lot.pending]
    ends = [grant.lot.expires for grant in granted or grants]
    return None if None in ends else max(day for day in ends if day)


def _grant(grant: Grant) -> dict[str, Any]:
    return {
        "grant": grant.grant,
        "granted": _units(grant.lot, grant.granted),
        "remaining": _units(grant.lot, grant.remaining),
        "expires": day_text(grant.lot.expires),
        "paid": grant.paid,
        "deferred": grant.deferred,
    }


def _cycle(state: Subscription, as_of: date) -> Cycle | None:
    """The cycle of a membership that runs on that day, else the last one that had begun."""
    begun = [cycle for cycle in state.cycles.values() if cycle.starts <= as_of]
    return max(begun, key=lambda cycle: cycle.number, default=None)


def _cycle_row(lot: Lot, grants: Sequence[Grant], cycle: Cycle) -> dict[str, Any]:
    """The line in the running cycle alone; `end` is its last day (interfaces.md 7.14)."""
    own = [grant for grant in grants if grant.lot.sold.cycle == cycle.number]
    return {
        "start": cycle.starts.isoformat(),
        "end": (cycle.ends - ONE_DAY).isoformat(),
        "granted": _units(lot, sum((grant.granted for grant in own), NONE)),
        "used": text_of(sum((grant.used for grant in own), NONE)),
        "remaining": _units(lot, sum((grant.remaining for grant in own), NONE)),
        "paid": cycle.status == "granted",
    }


def _units(lot: Lot, quantity: Decimal) -> str | None:
    """A count of units, or null on a line that has none."""
    return None if lot.kind in UNCOUNTED or lot.sold.quantity is None else text_of(quantity)


def day_text(day: date | None) -> str | None:
    """A day as reports write it."""
    return None if day is None else day.isoformat()
