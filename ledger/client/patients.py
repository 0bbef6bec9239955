"""What is asked and sent: patients.

Made by scripts/client from the description of the API, not edited by hand.
"""

from typing import Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class RegisterPatientData(Sent, total=False):
    patient: Required[str]
    name: str
    email: str
    phone: str
    address: str
    state: str


class Patients(Transport):
    def register_patient(self, key: str, **data: Unpack[RegisterPatientData]) -> Answer:
        """Register patient."""
        return self.post("/v1/patients", {}, data, key=key)

    def patient_balance(
        self,
        patient: str,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
    ) -> Answer:
        """What is left of everything a patient has bought."""
        return self.get(
            "/v1/patients/{patient}/balance",
            {"patient": patient},
            {"as_of": as_of, "known_at": known_at, "at_least": at_least},
        )
