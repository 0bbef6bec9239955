"""What a clinic can be asked to do: the data of its commands (interfaces.md 4)."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from aggregates.clinic.events import Location
from aggregates.values import Text
from ledger.calendar import Day
from ledger.events import Frozen
from ledger.ids import Id
from ledger.personal import FreeText


class DefineClinic(Frozen):
    name: Text
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    timezone: Annotated[str, StringConstraints(max_length=64)]
    state: Text | None = None
    locations: Annotated[tuple[Location, ...], Field(max_length=500)] = ()
    policies: dict[str, Any] = {}


class SetPolicy(Frozen):
    policy: Annotated[str, StringConstraints(max_length=64)]
    value: Any
    effective: Day
    reason: FreeText
    approver: Id
