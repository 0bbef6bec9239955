"""The prospective change of a contract: old lots end, new ones share what is left (9.2, 9.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from aggregates.subscription.change_events import CarriedShare
from aggregates.subscription.leaving import LeavingLot
from aggregates.subscription.line import SoldLine
from aggregates.subscription.lot import NONE, Lot
from aggregates.values import ContractShare, SaleDimensions
from ledger.ratios import Remainder, allocated, largest_remainder


@dataclass(frozen=True, slots=True)
class Exchange:
    """`lots` leave, `lines` begin: see `PlanChanged` for the shares. `credited` is what of the
    old lines' funding the new ones do not need (row 45).
    """

    lots: tuple[LeavingLot, ...]
    lines: tuple[SoldLine, ...]
    shares: tuple[ContractShare, ...]
    carried: tuple[CarriedShare, ...]
    credits: tuple[ContractShare, ...]
    credited: int


@dataclass(frozen=True, slots=True)
class Old:
    """A lot as it stands at the end of the day before the change: `value` is its A − R, `funded`
    the liability for it, `paid` what of that was received.
    """

    lot: Lot
    recognised: int
    value: int
    funded: int
    paid: int


def old_lot(lot: Lot, before: date) -> Old:
    """The lot at the end of the day `before` the change; units that a dispute holds stay."""
    value = lot.leaving_value(lot.remaining - lot.frozen, before)
    funded = min(max(lot.unearned(before) - lot.held, 0), value)
    paid = min(max(funded - lot.billed, 0), max(lot.paid_in, 0))
    return Old(lot, lot.running_earned(before), value, funded, paid)


def unrecognised(olds: Sequence[Old]) -> int:
    """A − R of all the old lots."""
    return sum(old.value for old in olds)


def exchange(
    olds: Sequence[Old],
    lines: Sequence[SoldLine],
    weights: Sequence[Fraction],
    extra: int,
    sale: SaleDimensions,
    remainder: Remainder = "largest_remainder",
    credited: int | None = None,
) -> Exchange:
    """The old lots' unrecognised value and `extra`, which may be negative but never more than
    that value, allocated to new lines by the weights of their stand-alone prices.

    `sale` is that of the old lines, `credited` what was given as store credit if that is known
    already. Raises ValueError when no line is left to carry value.
    """
    total = unrecognised(olds) + extra
    amounts = allocated(total, weights if any(weights) else [1] * len(lines), remainder)
    funded = [old.funded for old in olds]
    if credited is None:
        credited = max(sum(funded) - total, 0)
    given = largest_remainder(credited, funded)
    moving = [part - credit for part, credit in zip(funded, given, strict=True)]
    carried = largest_remainder(sum(moving), amounts)
    paid = max(sum(old.paid for old in olds) - credited, 0)
    return Exchange(
        lots=tuple(_leaving(old) for old in olds),
        lines=tuple(
            line.model_copy(update={"allocated": amount})
            for line, amount in zip(lines, amounts, strict=True)
        ),
        shares=_shares(olds, moving, sale),
        carried=_carried(lines, carried, largest_remainder(paid, carried)),
        credits=_shares(olds, given, sale),
        credited=credited,
    )


def _leaving(old: Old) -> LeavingLot:
    lot = old.lot
    return LeavingLot(
        line=lot.line,
        grant=lot.grant,
        quantity=NONE if lot.is_time else lot.remaining - lot.frozen,
        liability=lot.liability,
        value=old.value,
        freed=old.funded,
        returned=old.paid,
        recognised=old.recognised,
        time=lot.is_time,
    )


def _shares(
    olds: Sequence[Old], amounts: Sequence[int], sale: SaleDimensions
) -> tuple[ContractShare, ...]:
    return tuple(
        ContractShare(
            line=old.lot.line,
            grant=old.lot.grant,
            liability=old.lot.liability,
            amount=amount,
            sale=sale,
        )
        for old, amount in zip(olds, amounts, strict=True)
        if amount
    )


def _carried(
    lines: Sequence[SoldLine], amounts: Sequence[int], paid: Sequence[int]
) -> tuple[CarriedShare, ...]:
    return tuple(
        CarriedShare(
            line=line.line,
            grant=line.grant,
            liability=line.liability,
            amount=amount,
            paid=part,
        )
        for line, amount, part in zip(lines, amounts, paid, strict=True)
        if amount
    )
