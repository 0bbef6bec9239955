"""Manual journals of the accountant: what may be posted, and its reversal (accounting.md 16)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aggregates.approving import approved_by
from aggregates.books.events import AdjustmentLine, AdjustmentPosted, AdjustmentReversed
from aggregates.books.orders import PostAdjustment
from aggregates.books.state import Entered
from aggregates.clinic.state import Clinic
from aggregates.subscription.state import Subscription
from ledger.books.chart import CHART, ROUNDING
from ledger.codes import ORDER, Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent
from ledger.ids import stream


@dataclass(frozen=True, slots=True)
class _Problem:
    code: Code
    field: str
    words: str


def post_adjustment(
    context: Context,
    order: PostAdjustment,
    entered: Entered,
    clinic: Clinic,
    contracts: Mapping[str, Subscription],
) -> Decision:
    """Posts the lines as given; refused with everything that is wrong with them.

    `contracts` are those the lines name. The code of a refusal is the first in the order of
    interfaces.md 3; `details.problems` lists each with its own.
    """
    problems = sorted(
        _problems(context, order, entered, clinic, contracts),
        key=lambda problem: ORDER[problem.code],
    )
    if problems:
        first = problems[0]
        return Refused(first.code, first.words, first.field, {"problems": _listed(problems)})
    return Decided(tuple(_posted(context, order, clinic)), {"adjustment": order.adjustment})


def _posted(context: Context, order: PostAdjustment, clinic: Clinic) -> Iterator[NewEvent]:
    books = stream(context.clinic, "books")
    yield NewEvent(books, AdjustmentPosted.model_validate(order.model_dump()))
    if order.auto_reverse:
        back = AdjustmentReversed(adjustment=order.adjustment, lines=order.lines)
        yield NewEvent(books, back, clinic.calendar.of(context.on).next().first)


def _problems(
    context: Context,
    order: PostAdjustment,
    entered: Entered,
    clinic: Clinic,
    contracts: Mapping[str, Subscription],
) -> Iterator[_Problem]:
    for number, line in enumerate(order.lines):
        yield from _wrong_with(line, f"data.lines[{number}]", contracts)
    if order.adjustment in entered.adjustments:
        words = f"Adjustment {order.adjustment} is posted."
        yield _Problem(Code.DUPLICATE, "data.adjustment", words)
    if not order.lines:
        yield _Problem(Code.INVALID, "data.lines", "An adjustment has lines.")
    debits, credits_ = (sum(getattr(line, side) for line in order.lines) for side in _SIDES)
    if debits != credits_:
        words = f"Debits of {debits} and credits of {credits_} do not balance."
        yield _Problem(Code.AMOUNT_MISMATCH, "data.lines", words)
    closed = clinic.closed_for(context.on)
    if closed is not None:
        yield _Problem(Code.PERIOD_CLOSED, "at", closed)
    approved = approved_by(context, order.approver)
    if isinstance(approved, Refused):
        yield _Problem(approved.code, "data.approver", approved.message)


_SIDES = ("debit", "credit")


def _wrong_with(
    line: AdjustmentLine, field: str, contracts: Mapping[str, Subscription]
) -> Iterator[_Problem]:
    if line.account not in CHART:
        words = f"{line.account!r} is no account of the chart."
        yield _Problem(Code.INVALID, f"{field}.account", words)
    if line.account == ROUNDING:
        words = f"{ROUNDING} is always zero: nothing is posted there."
        yield _Problem(Code.INVALID, f"{field}.account", words)
    if not line.debit and not line.credit:
        yield _Problem(Code.INVALID, field, "A line has a debit or a credit above 0.")
    if line.debit and line.credit:
        yield _Problem(Code.INVALID, field, "A line has a debit or a credit, not both.")
    yield from _wrong_contract(line, field, contracts)


def _wrong_contract(
    line: AdjustmentLine, field: str, contracts: Mapping[str, Subscription]
) -> Iterator[_Problem]:
    if line.subscription is None:
        if line.line is not None:
            yield _Problem(Code.INVALID, f"{field}.line", "A line belongs to a subscription.")
        return
    contract = contracts[line.subscription]
    if contract.sold is None:
        words = f"No subscription {line.subscription}."
        yield _Problem(Code.UNKNOWN_SUBSCRIPTION, f"{field}.subscription", words)
    elif line.line is not None and not contract.lots_of(line.line):
        words = f"{line.subscription} has no line {line.line}."
        yield _Problem(Code.INVALID, f"{field}.line", words)


def _listed(problems: list[_Problem]) -> list[dict[str, str]]:
    return [
        {"code": problem.code.value, "field": problem.field, "problem": problem.words}
        for problem in problems
    ]
