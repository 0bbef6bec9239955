"""How fast a clinic may take back and give away, as its own policy (reliability.md 6.7, B37).

What was accepted within the last minute is counted in the command memory, which every edge and
every process shares: no read model is asked. Two processes that decide at the same moment may
each let one through; the next command meets both.
"""

import logging
from datetime import timedelta

from commands.desk import Desk
from ledger.codes import Code, Refused
from ledger.decider import Context

log = logging.getLogger(__name__)
#: What takes back, or gives away, and is not a habit.
WATCHED = frozenset(
    {"reverse_consumption", "move_consumption", "extend", "reinstate", "grant_goodwill"}
)
POLICY = "undoing_per_minute"
MINUTE = timedelta(minutes=1)


def too_fast(desk: Desk, context: Context, command: str) -> Refused | None:
    """Whether this would be one too many, with those of its batch that are not recorded yet.

    The refusal's `retry_after` counts the seconds until there is room.
    """
    if command not in WATCHED:
        return None
    most = desk.clinic().policy(POLICY, context.today)
    recent = desk.workspace.pace(command, context.now - MINUTE, most)
    if len(recent) + desk.workspace.decided[command] < most:
        return None
    if desk.workspace.is_certain:  # else it is decided again, on what is read
        log.critical("clinic %s sends %s too often", context.clinic, command)
    waits = recent[0] + MINUTE - context.now if recent else MINUTE
    seconds = min(60, max(1, -(-waits // timedelta(seconds=1))))
    told = {"per_minute": most, "retry_after": seconds}
    return Refused(Code.LIMIT_EXCEEDED, f"At most {most} of {command} in a minute.", None, told)
