"""What evidence can be asked to record: the data of `record_evidence` (interfaces.md 4)."""

from typing import Any

from pydantic import model_validator

from aggregates.evidence.events import Kind
from aggregates.evidence.kinds import Fields
from ledger.calendar import Moment
from ledger.events import Frozen
from ledger.ids import Id

OWNERS = ("patient", "subscription", "visit", "charge", "dispute")


class RecordEvidence(Frozen):
    """`kind` decides which `fields` there are."""

    evidence: Id
    kind: Kind
    subscription: Id | None = None
    patient: Id | None = None
    visit: Id | None = None
    charge: Id | None = None
    dispute: Id | None = None
    occurred_at: Moment
    fields: Fields

    @model_validator(mode="before")
    @classmethod
    def _kind_of_the_fields(cls, data: Any) -> Any:
        """The kind is said once, beside the fields."""
        fields = data.get("fields") if isinstance(data, dict) else None
        if not isinstance(fields, dict) or "kind" in fields:
            return data
        return {**data, "fields": {**fields, "kind": data.get("kind")}}

    @model_validator(mode="after")
    def _concerns_something(self) -> "RecordEvidence":
        if all(getattr(self, owner) is None for owner in OWNERS):
            raise ValueError(f"evidence names one of {', '.join(OWNERS)}")
        if self.fields.kind != self.kind:
            raise ValueError("the kind is said once, beside the fields")
        return self
