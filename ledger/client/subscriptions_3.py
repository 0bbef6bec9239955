"""What is asked and sent: subscriptions 3.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Sequence
from typing import Any, Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class ChangePlanData(Sent, total=False):
    offer: Required[str]
    version: int
    effective: Required[str]
    proration: Required[str]


class ModifyContractData(Sent, total=False):
    modification: Required[str]
    effective: Required[str]
    price: Required[int]
    lines: Required[Sequence[Any]]
    method: str
    reason: Required[str]
    approver: str


class TransferUnitsData(Sent, total=False):
    line: Required[str]
    quantity: Required[str]
    to_patient: Required[str]
    to_subscription: Required[str]
    reason: Required[str]


class ShareData(Sent, total=False):
    patient: Required[str]
    remove: bool


class Subscriptions3(Transport):
    def change_plan(
        self,
        subscription: str,
        key: str,
        if_match: str | None = None,
        **data: Unpack[ChangePlanData],
    ) -> Answer:
        """Change plan."""
        return self.post(
            "/v1/subscriptions/{subscription}/plan",
            {"subscription": subscription},
            data,
            key=key,
            if_match=if_match,
        )

    def modify_contract(
        self,
        subscription: str,
        key: str,
        if_match: str | None = None,
        **data: Unpack[ModifyContractData],
    ) -> Answer:
        """Modify contract."""
        return self.post(
            "/v1/subscriptions/{subscription}/modifications",
            {"subscription": subscription},
            data,
            key=key,
            if_match=if_match,
        )

    def transfer_units(
        self,
        subscription: str,
        key: str,
        if_match: str | None = None,
        **data: Unpack[TransferUnitsData],
    ) -> Answer:
        """Transfer units."""
        return self.post(
            "/v1/subscriptions/{subscription}/transfers",
            {"subscription": subscription},
            data,
            key=key,
            if_match=if_match,
        )

    def share(
        self, subscription: str, key: str, if_match: str | None = None, **data: Unpack[ShareData]
    ) -> Answer:
        """Share."""
        return self.post(
            "/v1/subscriptions/{subscription}/members",
            {"subscription": subscription},
            data,
            key=key,
            if_match=if_match,
        )

    def contract_balance(
        self,
        subscription: str,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
    ) -> Answer:
        """What is left of one contract; its ETag is for If-Match."""
        return self.get(
            "/v1/subscriptions/{subscription}",
            {"subscription": subscription},
            {"as_of": as_of, "known_at": known_at, "at_least": at_least},
        )

    def contract_history(
        self,
        subscription: str,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
    ) -> Answer:
        """Everything that happened to a contract, oldest first."""
        return self.get(
            "/v1/subscriptions/{subscription}/history",
            {"subscription": subscription},
            {"as_of": as_of, "known_at": known_at, "at_least": at_least},
        )

    def refund_quote(
        self,
        subscription: str,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        at_least: int | None = None,
    ) -> Answer:
        """What a refund would come to by every formula, with its working."""
        return self.get(
            "/v1/subscriptions/{subscription}/refund-quote",
            {"subscription": subscription},
            {"as_of": as_of, "known_at": known_at, "at_least": at_least},
        )
