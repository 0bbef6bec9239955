"""One contract's whole life: every command once, with the events and the answer it must give."""

import base64
import hashlib
from typing import Any

from tests.commands import (
    life_approvals,
    life_changes,
    life_corrections,
    life_dormancy,
    life_evidence,
    life_members,
)
from tests.commands.practice import MASSAGE, OPENED, SOLD, consent, massage, pack, sale, visit
from tests.commands.step import Step

JANUARY_6 = "2026-01-06T10:00:00-05:00"
JANUARY_12 = "2026-01-12T10:00:00-05:00"
FEBRUARY_3 = "2026-02-03T10:00:00-05:00"
JUNE_1 = "2026-06-01T10:00:00-04:00"
PAID = 47250
"""The pack with its tax."""
FEE = 1400
TERMS = b"the terms"
SHA256 = hashlib.sha256(TERMS).hexdigest()


def clinic_steps() -> list[Step]:
    clinic = {"name": "Glow", "currency": "USD", "timezone": "America/New_York"}
    policy = {"policy": "escheat", "value": "exempt", "effective": "2026-01-01"}
    return [
        Step("define_clinic", OPENED, clinic, ["ClinicDefined clinic"], {"clinic": "glow"}),
        Step(
            "set_policy",
            OPENED,
            policy | {"reason": "our state exempts services", "approver": "bob"},
            ["PolicySet clinic"],
            {"policy": "escheat", "value": "exempt"},
        ),
        Step(
            "define_service",
            OPENED,
            massage(),
            ["ServiceDefined service/massage"],
            {"service": "massage"},
        ),
        Step(
            "register_patient",
            OPENED,
            {"patient": "p-1", "name": "Pat Doe"},
            ["PatientRegistered patient/p-1"],
            {"patient": "p-1"},
        ),
        Step(
            "publish_offer",
            OPENED,
            pack(requires_consent=True),
            ["OfferPublished offer/pack"],
            {"offer": "pack", "version": 1},
        ),
    ]


def retiring_steps() -> list[Step]:
    old = {"offer": "old-pack"}
    published = ["OfferPublished offer/old-pack"]
    return [
        Step("publish_offer", OPENED, pack() | old, published, old | {"version": 1}),
        Step("retire_offer", OPENED, old, ["OfferRetired offer/old-pack"], old),
    ]


def sold(owed: int = PAID, tax: int = 2250) -> dict[str, Any]:
    lines = [{"line": "m", "ssp": 5 * MASSAGE, "allocated": 45000}]
    dates = {"starts": "2026-01-05", "expires": "2026-04-04"}
    return {"price": 45000, "tax": tax, "owed": owed, "lines": lines} | dates


def sale_steps() -> list[Step]:
    card = {"brand": "visa", "last4": "4242", "entry": "chip", "present": True}
    paid = {"payment": "pay-1", "amount": PAID, "tender": "card", "charge": "ch-1", "fee": FEE}
    return [
        Step(
            "sell_package",
            SOLD,
            sale(tax=2250),
            ["PackageSold subscription/s-1", "SubscriptionAdded patient/p-1"],
            sold(),
        ),
        Step(
            "record_consent",
            SOLD,
            consent() | {"subscription": "s-1"},
            ["ConsentRecorded subscription/s-1"],
            {"consent": "c-1"},
        ),
        Step(
            "record_payment",
            SOLD,
            paid | {"subscription": "s-1", "card": card},
            [
                "PaymentReceived subscription/s-1",
                "PaymentRegistered payment/pay-1",
                "ChargeRegistered charge/ch-1",
            ],
            {"payment": "pay-1", "owed": 0},
        ),
        Step(
            "record_payout",
            JANUARY_6,
            {"payout": "po-1", "amount": PAID - FEE, "payments": ["pay-1"]},
            ["PayoutRecorded payout/po-1"],
            {"payout": "po-1", "unmatched": 0},
        ),
    ]


def covered() -> dict[str, Any]:
    draw = {
        "subscription": "s-1",
        "line": "m",
        "grant": "m.1",
        "quantity": "1",
        "amount": 9000,
    }
    row = {
        "line": "1",
        "service": "massage",
        "quantity": "1",
        "covered": "1",
        "prepaid": 9000,
        "list_price": MASSAGE,
        "discount": 0,
        "credit": 0,
        "patient_owes": 0,
        "draws": [draw],
    }
    return {"coverage": [row]}


def use_steps() -> list[Step]:
    return [
        Step(
            "record_visit",
            JANUARY_12,
            visit(),
            ["VisitRecorded visit/v-1", "UnitsDrawn subscription/s-1"],
            covered(),
        ),
        Step(
            "sign_visit",
            JANUARY_12,
            {"visit": "v-1", "signer": "Pat Doe"},
            ["VisitSigned visit/v-1"],
            {"visit": "v-1"},
        ),
        Step(
            "reverse_consumption",
            JANUARY_12,
            {"visit": "v-1", "reason": "wrong patient"},
            ["ConsumptionReversed visit/v-1", "DrawReversed subscription/s-1"],
            {"visit": "v-1", "lines": ["1"]},
        ),
    ]


def holding_steps() -> list[Step]:
    lines = [{"line": "1", "service": "massage"}]
    part = {"subscription": "s-1", "line": "m", "grant": "m.1", "quantity": "1"}
    held = {"line": "1", "service": "massage", "quantity": "1", "lots": [part]}
    return [
        Step(
            "place_hold",
            JANUARY_12,
            {"booking": "b-1", "patient": "p-1", "lines": lines, "for": FEBRUARY_3},
            ["HoldPlaced booking/b-1", "UnitsReserved subscription/s-1"],
            {"booking": "b-1", "held": [held]},
        ),
        Step(
            "release_hold",
            JANUARY_12,
            {"booking": "b-1"},
            ["UnitsReleased subscription/s-1"],
            {"booking": "b-1", "released": True},
        ),
    ]


def changing_steps() -> list[Step]:
    message = {"communication": "m-1", "subscription": "s-1", "kind": "receipt"}
    message |= {"channel": "email", "direction": "out", "sent_at": JANUARY_12}
    terms = {"document": "doc-1", "kind": "terms", "sha256": SHA256, "subscription": "s-1"}
    terms |= {"media_type": "text/plain", "content_base64": base64.b64encode(TERMS).decode()}
    return [
        Step(
            "log_communication",
            JANUARY_12,
            message,
            ["CommunicationLogged communication/m-1", "CommunicationLinked subscription/s-1"],
            {"communication": "m-1", "status": "sent"},
        ),
        Step(
            "attach_document",
            JANUARY_12,
            terms,
            ["DocumentAttached document/doc-1"],
            {"document": "doc-1"},
        ),
        Step(
            "extend",
            JANUARY_12,
            {"subscription": "s-1", "until": "2026-05-31", "reason": "illness"},
            ["LotExtended subscription/s-1"],
            {"until": "2026-05-31", "lots": ["m.1"]},
        ),
    ]


def unwinding_steps() -> list[Step]:
    note = {"subscription": "s-3", "note": "n-1", "amount": 5000, "reason": "agreed"}
    return [
        Step(
            "sell_package",
            SOLD,
            sale("s-2"),
            ["PackageSold subscription/s-2", "SubscriptionAdded patient/p-1"],
            sold(45000, 0),
        ),
        Step(
            "void_sale",
            JANUARY_12,
            {"subscription": "s-2", "reason": "keyed twice"},
            ["SaleVoided subscription/s-2"],
            {"voided": True},
        ),
        Step(
            "sell_package",
            SOLD,
            sale("s-3"),
            ["PackageSold subscription/s-3", "SubscriptionAdded patient/p-1"],
            sold(45000, 0),
        ),
        Step(
            "credit_note",
            JANUARY_12,
            note,
            ["CreditNoted subscription/s-3"],
            {"price": 40000, "owed": 40000},
        ),
    ]


def refund_steps() -> list[Step]:
    return [
        Step(
            "refund",
            JANUARY_12,
            {
                "subscription": "s-1",
                "refund": "r-1",
                "lines": [{"line": "m", "quantity": "1"}],
                "paid": False,
                "reason": "one too many",
            },
            ["Refunded subscription/s-1", "RefundRegistered refund/r-1"],
            {
                "amount": 9450,
                "tax": 450,
                "payments": [{"payment": "pay-1", "amount": 9450}],
                "working": [
                    {"step": "funded value of the unused units", "amount": 9000},
                    {"step": "tax given back", "amount": 450},
                ],
            },
        ),
        Step(
            "settle_refund",
            JANUARY_12,
            {"refund": "r-1", "status": "paid"},
            ["RefundSettled subscription/s-1"],
            {"refund": "r-1", "status": "paid"},
        ),
    ]


def estimating_steps() -> list[Step]:
    estimate = {"estimate": "b-1", "kind": "breakage", "scope": {"offer": "pack"}, "rate": "0.15"}
    return [
        Step(
            "set_estimate",
            FEBRUARY_3,
            estimate
            | {"effective": "2026-01-31", "evidence": "cohorts of 2024", "approver": "bob"},
            ["EstimateSet estimates"],
            {"estimate": "b-1", "rate": "0.15", "effective": "2026-01-31"},
        ),
    ]


def adjusting_steps() -> list[Step]:
    lines = [{"account": "5000", "debit": 900}, {"account": "2000", "credit": 900}]
    journal = {"adjustment": "adj-1", "lines": lines, "reason": "a bill to come"}
    return [
        Step(
            "post_adjustment",
            JANUARY_12,
            journal | {"approver": "bob", "auto_reverse": True},
            ["AdjustmentPosted books", "AdjustmentReversed books"],
            {"adjustment": "adj-1"},
        )
    ]


def dispute_steps() -> list[Step]:
    dispute = {"dispute": "d-1", "charge": "ch-1", "amount": PAID, "reason": "fraudulent"}
    return [
        Step(
            "open_dispute",
            FEBRUARY_3,
            dispute | {"opened_at": FEBRUARY_3, "due_by": "2026-02-05T12:00:00-05:00"},
            ["DisputeOpened dispute/d-1", "UnitsFrozen subscription/s-1"],
            {"dispute": "d-1", "withdrawn": True},
        ),
        Step(
            "signal_dispute",
            FEBRUARY_3,
            {"dispute": "d-1"},
            ["DisputeDue dispute/d-1"],
            {"signals": ["DisputeDue"]},
        ),
        *life_evidence.answer_steps(),
        Step(
            "close_dispute",
            FEBRUARY_3,
            {"dispute": "d-1", "outcome": "won"},
            ["DisputeClosed dispute/d-1", "DisputeSettled subscription/s-1"],
            {"dispute": "d-1", "outcome": "won", "lost": 0},
        ),
    ]


def closing_steps() -> list[Step]:
    lapsed = ["LotExpired subscription/s-1"]
    return [
        Step("close_period", FEBRUARY_3, {"period": "2026-01"}, CLOSED, {}),
        Step("expire", JUNE_1, {"subscription": "s-1"}, lapsed, {"expired": ["m.1"]}),
        Step(
            "signal_soft_close",
            JUNE_1,
            {"period": "2026-02"},
            ["SoftCloseDue period/2026-02"],
            {"signals": ["SoftCloseDue"]},
        ),
        Step(
            "reopen_period",
            JUNE_1,
            {"period": "2026-01", "approvers": ["bob", "cy"], "reason": "a visit was missing"},
            ["PeriodReopened period/2026-01", "PeriodUnlocked clinic"],
            {"period": "2026-01", "version": 1, "state": "reopened"},
        ),
    ]


CLOSED = ["PeriodClosed period/2026-01", "PeriodLocked clinic"]


STORY = (
    clinic_steps,
    retiring_steps,
    sale_steps,
    use_steps,
    life_corrections.carrying_steps,
    holding_steps,
    changing_steps,
    unwinding_steps,
    refund_steps,
    *life_members.STORY,
    *life_corrections.STORY,
    *life_changes.STORY,
    *life_dormancy.STORY,
    estimating_steps,
    adjusting_steps,
    life_evidence.evidence_steps,
    dispute_steps,
    closing_steps,
    *life_approvals.STORY,
)


def life() -> list[Step]:
    """Every command, in an order in which each is accepted."""
    return [step for part in STORY for step in part()]
