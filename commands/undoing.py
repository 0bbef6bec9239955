"""Whether what a command did was undone since: said beside a remembered answer, never in it."""

from collections.abc import Callable

from commands.desk import Desk
from commands.envelope import Result
from ledger.ids import key_of


def is_undone(desk: Desk, result: Result) -> bool:
    """Whether nothing is left of it: the visit reversed, the sale void, the period reopened."""
    return any(
        event["type"] in _UNDONE and _UNDONE[event["type"]](desk, key_of(event["stream"]), result)
        for event in result.events
    )


def _visit(desk: Desk, key: str, _: Result) -> bool:
    visit = desk.visit(key)
    drawn = {row.line for row in visit.recorded.coverage if row.draws} if visit.recorded else set()
    return bool(drawn) and drawn <= visit.reversed_lines


def _sale(desk: Desk, key: str, _: Result) -> bool:
    return desk.subscription(key).ended == "voided"


def _close(desk: Desk, key: str, result: Result) -> bool:
    """A later close of the same period is another one."""
    closed = desk.period(key).in_force
    return closed is None or closed.version != result.data["version"]


_UNDONE: dict[str, Callable[[Desk, str, Result], bool]] = {
    "VisitRecorded": _visit,
    "PackageSold": _sale,
    "PeriodClosed": _close,
}
