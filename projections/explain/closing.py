"""How a line's days and a contract's balance come to a closing entry (6.2, 10.2)."""

from datetime import date, timedelta
from typing import Any

from aggregates.subscription.events import PackageSold
from aggregates.subscription.financed import InterestSpan
from aggregates.subscription.lot import Lot
from aggregates.subscription.span import TimeSpan
from aggregates.subscription.standing import booked, standing
from aggregates.subscription.state import Subscription
from aggregates.treatment import ACTUAL_DAYS
from ledger.books.accrual import COMMISSION_ROW, INTEREST_ROW
from ledger.books.accrual import ROWS as ACCRUALS
from ledger.books.entries import Entry
from ledger.books.presentation import ROW as PRESENTATION
from ledger.books.rows import ROWS
from ledger.calendar import ONE_DAY, days_between
from ledger.daily import frozen_days
from ledger.daycount import progress
from projections.explain.working import HALF_EVEN, Working, lot_inputs


def closing_working(entry: Entry, amount: int, state: Subscription | None) -> Working:
    """How the close, or time alone, came to an entry; `state` is the contract as then known."""
    lot = None if state is None else state.lots.get(entry.lot)
    if entry.rule in ACCRUALS and lot is not None:
        return _accrued(entry, amount, lot)
    if entry.rule == PRESENTATION:
        inputs = {"balance": -amount, "day": entry.service_date.isoformat()}
        formula = "what the contract's liability stands below nothing; undone the day after"
        return Working(formula, inputs, "10.2")
    if entry.rule == COMMISSION_ROW and state is not None and state.sold is not None:
        return _spread(entry, amount, state.sold)
    if entry.rule == INTEREST_ROW and state is not None and state.sold is not None:
        return _lent(entry, amount, state.sold)
    paragraph = ROWS[entry.rule].paragraph.rpartition("; ")[2]
    inputs = {"amount": amount, "day": entry.service_date.isoformat()}
    return Working(ROWS[entry.rule].title, inputs, paragraph)


def _accrued(entry: Entry, amount: int, lot: Lot) -> Working:
    through = entry.service_date
    earned = booked(lot, through)
    credited = any(line.debit for line in entry.lines if line.account == lot_account(entry))
    inputs = {
        "grant": lot.grant,
        "through": through.isoformat(),
        "spans": [span_inputs(span, through) for span in lot.spans],
        "funded": lot.funded - lot.cleared,
        "capped_by_funding": not lot.runs_ahead,
        "earned_to_date": earned,
        "recognised_before": earned - (amount if credited else -amount),
        "day_count": lot.sold.day_count or ACTUAL_DAYS,
        "rounding": lot.sold.rounding or HALF_EVEN,
    }
    counted = "P by day count" if lot.sold.day_count else "days passed ÷ days"
    formula = f"round(A × {counted}), at most what is funded, − recognised before"
    return Working(formula, inputs, "6.2")


def _spread(entry: Entry, amount: int, sold: PackageSold) -> Working:
    ends = sold.commission_ends or sold.starts
    inputs = {
        "commission": sold.commission,
        "starts": sold.starts.isoformat(),
        "ends": ends.isoformat(),
        "days": days_between(sold.starts, ends),
        "through": entry.service_date.isoformat(),
        "spread": amount,
        "rounding": HALF_EVEN,
    }
    formula = "round(commission × days passed ÷ days), all of it at the end, − spread before"
    return Working(formula, inputs, "10.8")


def _lent(entry: Entry, amount: int, sold: PackageSold) -> Working:
    financing = sold.financing
    spans = [] if financing is None else financing.spans
    inputs = {
        "rate": None if financing is None else financing.rate,
        "compounded_months": None if financing is None else financing.months,
        "interest": sum(span.interest for span in spans),
        "through": entry.service_date.isoformat(),
        "earned": amount,
        "spans": [span.model_dump(mode="json") for span in spans if _begun(span, entry)],
        "rounding": HALF_EVEN,
    }
    formula = (
        "interest of each span × days passed ÷ days, what is due or paid where the contract"
        " ended, − earned before"
    )
    return Working(formula, inputs, "10.6")


def _begun(span: InterestSpan, entry: Entry) -> bool:
    return span.starts <= entry.service_date


def lot_account(entry: Entry) -> str | None:
    """The liability that an accrual moves: the account of the line that names the lot."""
    return next((line.account for line in entry.lines if line.account.startswith("21")), None)


def span_inputs(span: TimeSpan, through: date) -> dict[str, Any]:
    """The days of a stretch: ``[starts, ends)``, without those in which time stood still."""
    passed = days_between(span.start, through + ONE_DAY)
    days = days_between(span.start, span.end)
    passed = min(passed - frozen_days(span.frozen, span.start, through + ONE_DAY), days)
    inputs: dict[str, Any] = {
        "A": span.amount,
        "starts": span.start.isoformat(),
        "ends": span.end.isoformat(),
        "days": days,
        "days_passed": passed,
        "earned": span.earned(through),
    }
    if span.pace.day_count is not None:
        reached = span.start + timedelta(days=passed)
        count, place = span.pace.day_count, span.pace.timezone
        inputs["P"] = str(progress(count, span.start, span.end, reached, place))
    return inputs if span.fixed is None else {**inputs, "fixed_at": span.fixed}


def balance_working(lots: list[Lot], through: date) -> Working:
    """Funded less earned, lot by lot (accounting.md 4.10)."""
    inputs = {"through": through.isoformat(), "grants": [_held(lot, through) for lot in lots]}
    return Working("funded − earned", inputs, "4.10")


def _held(lot: Lot, through: date) -> dict[str, Any]:
    spans = [span_inputs(span, through) for span in lot.spans]
    return {
        **lot_inputs(lot),
        "allocated": lot.allocated,
        "funded": lot.funded - lot.cleared,
        "earned": booked(lot, through),
        "deferred": standing(lot, through),
        **({"spans": spans} if lot.is_time else {}),
    }
