"""Where each command lives over HTTP: the path names what it is about (interfaces.md 6)."""

import re
from dataclasses import dataclass

_NAMES = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Resource:
    """A command's path; what stands in braces are fields of its data."""

    path: str
    command: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the data that the path gives."""
        return tuple(_NAMES.findall(self.path))

    @property
    def tag(self) -> str:
        """The noun it is listed under."""
        return self.path.split("/")[2]


_CONTRACT = "/v1/subscriptions/{subscription}"
_VISIT = "/v1/visits/{visit}"
_APPROVAL = "/v1/approvals/{request}"
_PERIOD = "/v1/periods/{period}"
DISPUTE = "/v1/disputes/{dispute}"

RESOURCES = tuple(
    Resource(path, command)
    for path, command in (
        ("/v1/clinic", "define_clinic"),
        ("/v1/clinic/policies", "set_policy"),
        ("/v1/clinic/estimates", "set_estimate"),
        ("/v1/services", "define_service"),
        ("/v1/offers", "publish_offer"),
        ("/v1/offers/{offer}/retirement", "retire_offer"),
        ("/v1/patients", "register_patient"),
        ("/v1/subscriptions", "sell_package"),
        (f"{_CONTRACT}/carried-over-use", "carry_over_use"),
        (f"{_CONTRACT}/consents", "record_consent"),
        (f"{_CONTRACT}/payments", "record_payment"),
        (f"{_CONTRACT}/payment-failures", "record_payment_failure"),
        (f"{_CONTRACT}/assessment", "assess_contract"),
        (f"{_CONTRACT}/refunds", "refund"),
        ("/v1/refunds/{refund}/settlement", "settle_refund"),
        (f"{_CONTRACT}/void", "void_sale"),
        (f"{_CONTRACT}/credit-notes", "credit_note"),
        (f"{_CONTRACT}/write-offs", "write_off"),
        (f"{_CONTRACT}/extensions", "extend"),
        (f"{_CONTRACT}/reinstatements", "reinstate"),
        (f"{_CONTRACT}/pause", "pause"),
        (f"{_CONTRACT}/resumption", "resume"),
        (f"{_CONTRACT}/cancellation", "cancel"),
        (f"{_CONTRACT}/plan", "change_plan"),
        (f"{_CONTRACT}/modifications", "modify_contract"),
        (f"{_CONTRACT}/transfers", "transfer_units"),
        (f"{_CONTRACT}/members", "share"),
        ("/v1/goodwill", "grant_goodwill"),
        ("/v1/store-credit/uses", "use_store_credit"),
        ("/v1/unclaimed/remittances", "remit_unclaimed"),
        ("/v1/unclaimed/claims", "claim_unclaimed"),
        ("/v1/visits", "record_visit"),
        (f"{_VISIT}/signature", "sign_visit"),
        (f"{_VISIT}/reversals", "reverse_consumption"),
        (f"{_VISIT}/moves", "move_consumption"),
        ("/v1/holds", "place_hold"),
        ("/v1/holds/{booking}/release", "release_hold"),
        ("/v1/disputes", "open_dispute"),
        (f"{DISPUTE}/updates", "update_dispute"),
        (f"{DISPUTE}/outcome", "close_dispute"),
        (f"{DISPUTE}/submissions", "record_submission"),
        (f"{DISPUTE}/disclosures", "approve_disclosure"),
        ("/v1/bookings", "record_booking"),
        ("/v1/evidence", "record_evidence"),
        ("/v1/communications", "log_communication"),
        ("/v1/documents", "attach_document"),
        ("/v1/payouts", "record_payout"),
        ("/v1/adjustments", "post_adjustment"),
        ("/v1/approvals", "request_approval"),
        (f"{_APPROVAL}/approval", "approve"),
        (f"{_APPROVAL}/rejection", "reject"),
        (f"{_PERIOD}/close", "close_period"),
        (f"{_PERIOD}/reopening", "reopen_period"),
    )
)
#: What only the clock sends: `POST /v1/tick` does all of it.
BY_TIME = frozenset(
    {
        "apply_changes",
        "bill",
        "credit_dormancy",
        "dormancy",
        "end_contract",
        "expire",
        "renew",
        "signal",
        "signal_dispute",
        "signal_soft_close",
    }
)
