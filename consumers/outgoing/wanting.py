"""What a clinic may ask of its webhooks, checked the same for the command line and HTTP."""

from pydantic import Field

from aggregates.catalog import EVENTS
from consumers.outgoing.addresses import ForbiddenAddress, checked
from consumers.outgoing.endpoints import NewEndpoint
from ledger.errors import LedgerError
from ledger.events import Frozen
from ledger.ids import is_id
from ledger.suggesting import suggestion

#: Every type of event there is: those of interfaces.md 5, `LEDGER`.
TYPES = tuple(name for name, _, _ in EVENTS)
FURTHEST = 2**53


class Wanted(Frozen):
    """Where to post, and the types of events; none means all."""

    url: str
    types: tuple[str, ...] = ()


class Again(Frozen):
    """The positions to send again: `first`, or from `first` to `last`."""

    first: int = Field(ge=1, le=FURTHEST)
    last: int | None = Field(default=None, ge=1, le=FURTHEST)


class Unwanted(LedgerError):
    """It cannot be had; `field` says what is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def endpoint_wanted(
    clinic: str, endpoint: str, wanted: Wanted, by: str, *, loopback: bool
) -> NewEndpoint:
    """The endpoint to keep; raises Unwanted. Its name is resolved, and nothing is sent."""
    if not is_id(endpoint):
        raise Unwanted("endpoint", "An id is 1 to 64 of A-Z a-z 0-9 . _ : -")
    for kind in wanted.types:
        if kind not in TYPES:
            raise Unwanted("types", f"No event {kind}; {suggestion(kind, TYPES)}")
    try:
        checked(wanted.url, loopback=loopback)
    except ForbiddenAddress as error:
        raise Unwanted("url", f"Nothing is posted there: {error}.") from None
    types = tuple(dict.fromkeys(wanted.types))
    return NewEndpoint(clinic, endpoint, wanted.url, types, by)
