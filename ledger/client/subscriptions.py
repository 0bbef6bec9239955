"""What is asked and sent: subscriptions.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class SellPackageData(Sent, total=False):
    subscription: Required[str]
    offer: Required[str]
    version: int
    patient: Required[str]
    payer: str
    members: Sequence[Any]
    location: str
    provider: str
    price: int
    discount: int
    tax: int
    taxes: Sequence[Any]
    starts: str
    channel: str
    present: bool
    invoice: str
    promotion: str
    discount_rate: str
    commission: int
    commission_months: int
    contract_met: bool
    payment: Mapping[str, Any]
    consent: Mapping[str, Any]


class CarryOverUseData(Sent, total=False):
    visit: Required[str]
    lines: Required[Sequence[Any]]
    location: str
    provider: str


class RecordConsentData(Sent, total=False):
    consent: Required[str]
    kind: str
    document: Required[Mapping[str, Any]]
    method: Required[str]
    signer: Required[str]
    signer_relation: str
    signed_at: Required[str]
    shown_before_payment: Required[bool]
    shown: Mapping[str, Any]
    language: str
    wording_sha256: str
    default_state: str
    signature_sha256: str
    signed_sha256: str
    witness: str
    copy: str
    clauses: Sequence[Any]


class RecordPaymentData(Sent, total=False):
    payment: Required[str]
    amount: Required[int]
    currency: str
    tax: int
    tender: Required[str]
    charge: str
    intent: str
    processor: str
    card: Mapping[str, Any]
    network_transaction: str
    fee: int
    ip: str
    device: Mapping[str, Any]
    email: str
    account: str
    cycle_choice: str


class RecordPaymentFailureData(Sent, total=False):
    attempt: Required[str]
    amount: Required[int]
    code: Required[str]


class AssessContractData(Sent, total=False):
    met: Required[bool]
    reason: Required[str]
    approver: str


class RefundData(Sent, total=False):
    refund: Required[str]
    lines: Sequence[Any]
    amount: int
    to: str | Mapping[str, Any] | Sequence[Any]
    paid: bool
    reason: Required[str]
    approver: str
    goodwill: bool


class Subscriptions(Transport):
    def sell_package(self, key: str, **data: Unpack[SellPackageData]) -> Answer:
        """Sell package."""
        return self.post("/v1/subscriptions", {}, data, key=key)

    def subscriptions(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        patient: str | None = None,
        offer: str | None = None,
    ) -> Answer:
        """The contracts by their ids as they stand today, page by page."""
        return self.get(
            "/v1/subscriptions",
            {},
            {"cursor": cursor, "limit": limit, "patient": patient, "offer": offer},
        )

    def carry_over_use(
        self,
        subscription: str,
        key: str,
        if_match: str | None = None,
        **data: Unpack[CarryOverUseData],
    ) -> Answer:
        """Carry over use."""
        return self.post(
            "/v1/subscriptions/{subscription}/carried-over-use",
            {"subscription": subscription},
            data,
            key=key,
            if_match=if_match,
        )

    def record_consent(
        self,
        subscription: str,
        key: str,
        if_match: str | None = None,
        **data: Unpack[RecordConsentData],
    ) -> Answer:
        """Record consent."""
        return self.post(
            "/v1/subscriptions/{subscription}/consents",
            {"subscription": subscription},
            data,
            key=key,
            if_match=if_match,
        )

    def record_payment(
        self,
        subscription: str,
        key: str,
        if_match: str | None = None,
        **data: Unpack[RecordPaymentData],
    ) -> Answer:
        """Record payment."""
        return self.post(
            "/v1/subscriptions/{subscription}/payments",
            {"subscription": subscription},
            data,
            key=key,
            if_match=if_match,
        )

    def record_payment_failure(
        self,
        subscription: str,
        key: str,
        if_match: str | None = None,
        **data: Unpack[RecordPaymentFailureData],
    ) -> Answer:
        """Record payment failure."""
        return self.post(
            "/v1/subscriptions/{subscription}/payment-failures",
            {"subscription": subscription},
            data,
            key=key,
            if_match=if_match,
        )

    def assess_contract(
        self,
        subscription: str,
        key: str,
        if_match: str | None = None,
        **data: Unpack[AssessContractData],
    ) -> Answer:
        """Assess contract."""
        return self.post(
            "/v1/subscriptions/{subscription}/assessment",
            {"subscription": subscription},
            data,
            key=key,
            if_match=if_match,
        )

    def refund(
        self, subscription: str, key: str, if_match: str | None = None, **data: Unpack[RefundData]
    ) -> Answer:
        """Refund."""
        return self.post(
            "/v1/subscriptions/{subscription}/refunds",
            {"subscription": subscription},
            data,
            key=key,
            if_match=if_match,
        )
