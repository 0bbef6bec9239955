"""How corrections change a contract: transfers, goodwill, members, reinstatement, write-off."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from aggregates.subscription import correction_events as c
from aggregates.subscription.beginning import sold_lot
from aggregates.subscription.dormant import active_by
from aggregates.subscription.events import PaymentReceived
from aggregates.subscription.funding import settled, settled_interest
from aggregates.subscription.line import SoldLine
from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.moves import Draw, Unposted
from aggregates.subscription.parting import left, stands_still
from aggregates.subscription.state import Paid, Subscription, sale_of
from aggregates.values import Share
from ledger.calendar import ONE_DAY
from ledger.events import Recorded
from ledger.ratios import largest_remainder

Step = Callable[[Subscription, Any, Recorded], Subscription]


def transferred(state: Subscription, event: c.UnitsTransferred, _: Recorded) -> Subscription:
    """Units left for another contract; what was paid counts and what they lacked is asked there."""
    for leaving in event.lots:
        lot = state.lots[leaving.grant]
        gone = replace(
            lot,
            transferred=lot.transferred + leaving.quantity,
            allocated=lot.allocated - leaving.value,
            funded=lot.funded - leaving.freed,
            paid_in=lot.paid_in - leaving.returned,
        )
        state = state.with_lot(gone.rebased(leaving.value, leaving.quantity))
    return replace(
        state,
        waived=state.waived + event.owed + event.owed_tax,
        given=state.given + sum(leaving.value for leaving in event.lots),
        elsewhere=state.elsewhere + event.moved,
        paid_ex_tax=state.paid_ex_tax - event.moved,
    )


def received(state: Subscription, event: c.UnitsReceived, recorded: Recorded) -> Subscription:
    """Units of another contract are lots of this one. What was paid of them counts as paid, and
    what was billed is paid there.
    """
    amounts = [share.amount for share in event.shares]
    brought = sum(amounts)
    paid = largest_remainder(event.moved, amounts) if brought else []
    cash = {share.grant: part for share, part in zip(event.shares, paid, strict=True)}
    state = _with_lines(state, event.lines, _by_grant(event.shares), cash)
    return replace(
        state,
        price=state.price + brought + event.owed,
        tax=state.tax + event.owed_tax,
        received=state.received + brought,
        elsewhere=state.elsewhere + brought - event.moved,
        paid_ex_tax=state.paid_ex_tax + event.moved,
        active_on=active_by(state, recorded.effective_on),
    )


def granted(state: Subscription, event: c.GoodwillGranted, _: Recorded) -> Subscription:
    """Units without value are lots of the contract."""
    return _with_lines(state, event.lines, {}, {})


def _with_lines(
    state: Subscription, lines: tuple[SoldLine, ...], funded: dict[str, int], paid: dict[str, int]
) -> Subscription:
    fresh = []
    for line in lines:
        lot = sold_lot(line, runs_ahead=state.runs_ahead)
        money, cash = funded.get(line.grant, 0), paid.get(line.grant, 0)
        fresh.append(replace(lot, funded=money, paid_in=cash))
    return state.with_lots(fresh, last_day=_later(state, [line.ends for line in lines]))


def _later(state: Subscription, ends: list[date | None]) -> date | None:
    """The contract's last day where some lots run until they end."""
    last = state.last_day
    days = [day - ONE_DAY for day in ends if day is not None]
    return last if last is None else max(last, *days) if days else last


def _by_grant(shares: tuple[Share, ...]) -> dict[str, int]:
    return {share.grant: share.amount for share in shares}


def joined(state: Subscription, event: c.MemberAdded, _: Recorded) -> Subscription:
    """One more patient may use the contract."""
    return replace(state, members=(*state.members, event.patient))


def parted(state: Subscription, event: c.MemberRemoved, _: Recorded) -> Subscription:
    """One patient fewer may use it."""
    return replace(state, members=tuple(key for key in state.members if key != event.patient))


def reinstated(state: Subscription, event: c.LotReinstated, recorded: Recorded) -> Subscription:
    """All lapsed units of a lot are valid again, with the value that came back (7.7), and their
    dormancy counts anew.
    """
    on = recorded.effective_on
    lot = replace(_valid_again(state.lots[event.grant], event), claimed=None, regained=on)
    state = state.with_lot(lot)
    return replace(
        state,
        active_on=active_by(state, on),
        waived=state.waived - event.waived - event.waived_tax,
        last_day=_later(state, [event.until + ONE_DAY]),
    )


def _valid_again(lot: Lot, event: c.LotReinstated) -> Lot:
    """Value that stays gone leaves A, and what comes back is spread over the units left (4.9)."""
    gone = lot.lapsed_value - event.value
    back = replace(
        lot,
        ends=event.ends,
        lapses=event.lapses,
        expired=lot.expired - event.quantity,
        lapsed=NONE,
        lapsed_value=0,
        lapsed_funded=0,
        lapsed_tax=0,
        lapsed_to=None,
        allocated=lot.allocated + event.gone + event.waived,
        funded=lot.funded + event.gone,
        held=lot.held - event.held,
    )
    return back.rebased(gone) if gone else back


def written_off(state: Subscription, event: c.WrittenOff, _: Recorded) -> Subscription:
    """What will not be paid is asked for no longer; undelivered units are gone (8.7)."""
    billed = settled(state, event.receivable)[:-1]
    interest = settled_interest(state, event.receivable)
    state = state.with_lots(
        replace(lot, billed=lot.billed - part)
        for lot, part in zip(state.lots.values(), billed, strict=True)
    )
    state = stands_still(left(state, event.lots), event.freezes)
    for share in event.overdrawn:
        lot = state.lots[share.grant]
        state = state.with_lot(replace(lot, funded=lot.funded + share.amount))
    return replace(
        state,
        receivable=state.receivable - event.receivable,
        interest_billed=state.interest_billed - interest,
        forgone=state.forgone + event.receivable,
        written_off=state.written_off + event.delivered,
        waived=state.waived + event.waived,
    )


def recovered(state: Subscription, event: PaymentReceived) -> Subscription:
    """A payment after a write-off brings back what was lost (row 42), or waits for a contract."""
    if not event.recovered and not event.deposit:
        return state
    return replace(
        state,
        written_off=state.written_off - event.recovered,
        forgone=max(state.forgone - event.recovered, 0),
        waived=state.waived - event.recovered,
        paid_ex_tax=state.paid_ex_tax + event.recovered,
        deposit=state.deposit + event.deposit,
    )


def waited(state: Subscription, event: Draw, sign: int) -> Subscription:
    """A draw, or with `sign` −1 its undoing, that posts nothing while there is no contract (2),
    or no signature (6.1).
    """
    if not event.unposted:
        return state
    unposted = {name: draw for name, draw in state.unposted.items() if name != event.key}
    if sign > 0:
        unposted[event.key] = Unposted(
            grant=event.grant,
            revenue=event.revenue,
            amount=event.unposted,
            payable=event.unposted_payable,
        )
    lot, amount = state.lots[event.grant], sign * event.unposted
    if state.has_contract:
        lot = replace(lot, unsigned=lot.unsigned + amount)
    else:
        lot = replace(lot, earned=lot.earned - amount)
    return replace(state.with_lot(lot), unposted=unposted)


def assessed(state: Subscription, event: c.ContractAssessed, _: Recorded) -> Subscription:
    """Once the contract test is met, the deposit funds the lots and draws are earned (row 8)."""
    if not event.met:
        return state
    ahead = bool(sale_of(state).policies.get("draw_before_payment"))
    funds, earned = _by_grant(event.funded), dict.fromkeys(state.lots, 0)
    for part in event.performed:
        earned[part.grant] += part.amount
    lots = [
        replace(
            lot,
            funded=lot.funded + funds.get(lot.grant, 0),
            paid_in=lot.paid_in + funds.get(lot.grant, 0),
            earned=lot.earned + earned[lot.grant],
            runs_ahead=ahead,
        )
        for lot in state.lots.values()
    ]
    return state.with_lots(
        lots,
        assessed=True,
        deposit=0,
        unposted={},
        received=state.received - event.excess,
        tax_funded=state.tax_funded + event.tax,
        paid_ex_tax=state.paid_ex_tax + sum(funds.values()),
        payments=_now_funding(state, event),
    )


def _now_funding(state: Subscription, event: c.ContractAssessed) -> dict[str, Paid]:
    """What each payment that waited brought the lots and the tax, in its proportion."""
    waiting = list(state.payments.values())
    amounts = [paid.amount - paid.excess for paid in waiting]
    tax = largest_remainder(event.tax, amounts)
    excess = largest_remainder(event.excess, amounts)
    parts = [(share.grant, largest_remainder(share.amount, amounts)) for share in event.funded]
    return {
        paid.payment: replace(
            paid,
            tax=tax[n],
            excess=paid.excess + excess[n],
            shares=tuple((grant, amounts[n]) for grant, amounts in parts if amounts[n]),
        )
        for n, paid in enumerate(waiting)
    }


STEPS: dict[type, Step] = {
    c.UnitsTransferred: transferred,
    c.UnitsReceived: received,
    c.GoodwillGranted: granted,
    c.MemberAdded: joined,
    c.MemberRemoved: parted,
    c.LotReinstated: reinstated,
    c.WrittenOff: written_off,
    c.ContractAssessed: assessed,
}
