"""What can be asked of an approval: the data of its commands (interfaces.md 4)."""

from typing import Annotated, Any

from pydantic import StringConstraints, WithJsonSchema, model_validator

from aggregates.values import Word
from ledger.calendar import Moment
from ledger.canonical import canonical_trusted
from ledger.events import Frozen
from ledger.ids import Id
from ledger.personal import FreeText, Marked

LONGEST = 64 * 1024
_BOUND = ("command", "id", "clinic", "at", "actor", "data")
_ABOUT = ("patient", "subscription", "visit", "charge", "dispute")
Content = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST), Marked(LONGEST)]


class Proposal(Frozen):
    """A command that is to be sent once it is approved.

    It is given as its envelope without `approver`; `id`, `at` and `actor` are bound only where
    they are given. `content` is the whole of it; what is beside it tells whom it is about.
    """

    command: Word
    content: Content
    patient: Id | None = None
    subscription: Id | None = None
    visit: Id | None = None
    charge: Id | None = None
    dispute: Id | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_an_envelope(cls, value: Any) -> Any:
        match value:
            case {"data": dict(data)}:
                pass
            case _:
                raise ValueError("the command is an envelope with its data")
        if unknown := value.keys() - set(_BOUND):
            raise ValueError(f"a proposed command has no {min(unknown)}")
        if data.keys() & {"approver", "approvers"}:
            raise ValueError("leave the approver out: the request becomes the approver")
        about = {name: data.get(name) for name in _ABOUT}
        content = canonical_trusted(value).decode()
        return {"command": value.get("command"), "content": content, **about}


class RequestApproval(Frozen):
    """Without `expires` an approval holds for a week."""

    request: Id
    command: Annotated[
        Proposal,
        WithJsonSchema(
            {
                "type": "object",
                "required": ["command", "data"],
                "properties": {
                    "command": {"type": "string", "pattern": "^[a-z_]{1,64}$"},
                    "data": {"type": "object"},
                },
            }
        ),
    ]
    expires: Moment | None = None


class Approve(Frozen):
    request: Id


class Reject(Frozen):
    request: Id
    reason: FreeText
