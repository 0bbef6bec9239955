"""Why a command is not even decided: it is out of place, out of reach, or out of date."""

from commands.contexts import out_of_place
from commands.desk import Desk
from commands.envelope import Envelope, Seen
from commands.permissions import forbidden
from ledger.codes import Code, Refused
from ledger.decider import Context


def objection(desk: Desk, envelope: Envelope, context: Context) -> Refused | None:
    """The first reason, in the order in which codes are checked (interfaces.md 3)."""
    return (
        out_of_place(desk, envelope, context)
        or forbidden(context, envelope.command)
        or _moved(desk, envelope.seen)
    )


def _moved(desk: Desk, seen: Seen | None) -> Refused | None:
    """The append guards the version that is compared here, so nothing slips in between."""
    version = 0 if seen is None else desk.version(seen.kind, seen.key)
    if seen is None or version == seen.version:
        return None
    problem = f"It is at version {version}; look again."
    return Refused(Code.CONFLICT, problem, "If-Match", {"version": version})
