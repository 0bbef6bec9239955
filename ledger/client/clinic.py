"""What is asked and sent: clinic.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class DefineClinicData(Sent, total=False):
    name: Required[str]
    currency: Required[str]
    timezone: Required[str]
    state: str
    locations: Sequence[Any]
    policies: Mapping[str, Any]


class SetPolicyData(Sent, total=False):
    policy: Required[str]
    value: Required[Any]
    effective: Required[str]
    reason: Required[str]
    approver: Required[str]


class SetEstimateData(Sent, total=False):
    estimate: Required[str]
    kind: Required[str]
    scope: Mapping[str, Any]
    rate: Required[str]
    effective: Required[str]
    evidence: Required[str]
    approver: Required[str]


class Clinic(Transport):
    def define_clinic(self, key: str, **data: Unpack[DefineClinicData]) -> Answer:
        """Define clinic."""
        return self.post("/v1/clinic", {}, data, key=key)

    def clinic(self) -> Answer:
        """The clinic that the caller is at, its currency and the decimal places of its amounts."""
        return self.get("/v1/clinic", {}, {})

    def set_policy(self, key: str, **data: Unpack[SetPolicyData]) -> Answer:
        """Set policy."""
        return self.post("/v1/clinic/policies", {}, data, key=key)

    def set_estimate(self, key: str, **data: Unpack[SetEstimateData]) -> Answer:
        """Set estimate."""
        return self.post("/v1/clinic/estimates", {}, data, key=key)
