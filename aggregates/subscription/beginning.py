"""How a lot begins: with a sale, or once its cycle is paid."""

from dataclasses import replace
from datetime import date

from aggregates.subscription.line import SoldLine
from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.span import TimeSpan


def sold_lot(line: SoldLine, *, runs_ahead: bool, pending: bool = False) -> Lot:
    """The lot that a sold line grants; one that is `pending` grants nothing yet."""
    quantity = line.quantity or NONE
    spans: tuple[TimeSpan, ...] = ()
    if line.by_day and line.ends is not None and not pending:
        spans = (TimeSpan(line.allocated, line.starts, line.ends, pace=line.pace),)
    return Lot(
        sold=line,
        starts=line.starts,
        ends=line.ends,
        lapses=line.lapses,
        allocated=line.allocated,
        amount=line.allocated,
        granted=NONE if pending else quantity,
        units=NONE if pending else quantity,
        spans=spans,
        runs_ahead=runs_ahead,
        pending=pending,
    )


def granted_lot(lot: Lot, starts: date, ends: date | None, lapses: date | None) -> Lot:
    """A pending lot once its cycle is paid in full, with the days for which it then stands."""
    quantity = lot.sold.quantity or NONE
    spans = (
        (TimeSpan(lot.allocated, starts, ends, pace=lot.sold.pace),)
        if lot.is_time and ends is not None
        else ()
    )
    return replace(
        lot,
        starts=starts,
        ends=ends,
        lapses=lapses,
        granted=quantity,
        units=quantity,
        spans=spans,
        pending=False,
    )
