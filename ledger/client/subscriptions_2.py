"""What is asked and sent: subscriptions 2.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Sequence
from typing import Any, Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class VoidSaleData(Sent, total=False):
    reason: Required[str]
    approver: str


class CreditNoteData(Sent, total=False):
    note: Required[str]
    amount: Required[int]
    lines: Sequence[Any]
    reason: Required[str]
    approver: str


class WriteOffData(Sent, total=False):
    amount: Required[int]
    reason: Required[str]
    approver: str


class ExtendData(Sent, total=False):
    line: str
    until: Required[str]
    reason: Required[str]
    fee: int
    approver: str


class ReinstateData(Sent, total=False):
    line: str
    until: Required[str]
    reason: Required[str]
    approver: str


class PauseData(Sent, total=False):
    from_: Required[str]
    until: str
    mode: str


class ResumeData(Sent, total=False):
    """Nothing but what every command may say."""


class CancelData(Sent, total=False):
    effective: Required[str]
    channel: Required[str]
    reason: Required[str]
    received_at: str
    communication: str


class Subscriptions2(Transport):
    def void_sale(
        self, subscription: str, key: str, if_match: str | None = None, **data: Unpack[VoidSaleData]
    ) -> Answer:
        """Void sale."""
        return self.post(
            "/v1/subscriptions/{subscription}/void",
            {"subscription": subscription},
            data,
            key=key,
            if_match=if_match,
        )

    def credit_note(
        self,
        subscription: str,
        key: str,
        if_match: str | None = None,
        **data: Unpack[CreditNoteData],
    ) -> Answer:
        """Credit note."""
        return self.post(
            "/v1/subscriptions/{subscription}/credit-notes",
            {"subscription": subscription},
            data,
            key=key,
            if_match=if_match,
        )

    def write_off(
        self, subscription: str, key: str, if_match: str | None = None, **data: Unpack[WriteOffData]
    ) -> Answer:
        """Write off."""
        return self.post(
            "/v1/subscriptions/{subscription}/write-offs",
            {"subscription": subscription},
            data,
            key=key,
            if_match=if_match,
        )

    def extend(
        self, subscription: str, key: str, if_match: str | None = None, **data: Unpack[ExtendData]
    ) -> Answer:
        """Extend."""
        return self.post(
            "/v1/subscriptions/{subscription}/extensions",
            {"subscription": subscription},
            data,
            key=key,
            if_match=if_match,
        )

    def reinstate(
        self,
        subscription: str,
        key: str,
        if_match: str | None = None,
        **data: Unpack[ReinstateData],
    ) -> Answer:
        """Reinstate."""
        return self.post(
            "/v1/subscriptions/{subscription}/reinstatements",
            {"subscription": subscription},
            data,
            key=key,
            if_match=if_match,
        )

    def pause(
        self, subscription: str, key: str, if_match: str | None = None, **data: Unpack[PauseData]
    ) -> Answer:
        """Pause."""
        return self.post(
            "/v1/subscriptions/{subscription}/pause",
            {"subscription": subscription},
            data,
            key=key,
            if_match=if_match,
        )

    def resume(
        self, subscription: str, key: str, if_match: str | None = None, **data: Unpack[ResumeData]
    ) -> Answer:
        """Resume."""
        return self.post(
            "/v1/subscriptions/{subscription}/resumption",
            {"subscription": subscription},
            data,
            key=key,
            if_match=if_match,
        )

    def cancel(
        self, subscription: str, key: str, if_match: str | None = None, **data: Unpack[CancelData]
    ) -> Answer:
        """Cancel."""
        return self.post(
            "/v1/subscriptions/{subscription}/cancellation",
            {"subscription": subscription},
            data,
            key=key,
            if_match=if_match,
        )
