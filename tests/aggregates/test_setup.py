"""Setting up a clinic: what is taken, what is refused, what is in force when."""

from typing import Any

import pytest

from aggregates import setup
from aggregates.clinic.events import PeriodLocked
from aggregates.clinic.orders import DefineClinic, SetPolicy
from aggregates.clinic.state import CLINIC, Clinic
from ledger.codes import Code, Refused
from ledger.decider import Decided
from ledger.events import NewEvent
from tests.support.clinic import DIGEST, Glow, day, parsed

CLINIC_FIELDS = {"name": "Glow", "currency": "USD", "timezone": "America/New_York"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"currency": "XYZ"}, "data.currency"),
        ({"timezone": "Mars/Olympus"}, "data.timezone"),
        ({"policies": {"escheat": "maybe"}}, "data.policies.escheat"),
        ({"policies": {"colour": "red"}}, "data.policies.colour"),
        ({"policies": {"immaterial_percent": 11}}, "data.policies.immaterial_percent"),
        ({"policies": {"draw_before_payment": 1}}, "data.policies.draw_before_payment"),
    ],
)
def test_a_clinic_that_cannot_be(fields: dict[str, Any], field: str) -> None:
    order = parsed(DefineClinic, CLINIC_FIELDS | fields)
    refusal = setup.define_clinic(Glow().context("01-05"), order, Clinic())
    assert isinstance(refusal, Refused)
    assert (refusal.code, refusal.field) == (Code.INVALID, field)


def test_a_clinic_is_defined_once() -> None:
    glow = Glow()
    order = parsed(DefineClinic, CLINIC_FIELDS)
    refusal = setup.define_clinic(glow.context("01-05"), order, glow.state("clinic"))
    assert isinstance(refusal, Refused)
    assert refusal.code is Code.DUPLICATE


def policy(glow: Glow, key: str, value: Any, effective: str, approver: str = "bob") -> Any:
    fields = {
        "policy": key,
        "value": value,
        "effective": day(effective),
        "reason": DIGEST,
        "approver": approver,
    }
    context = glow.context("02-10")
    return glow.take(
        context, setup.set_policy(context, parsed(SetPolicy, fields), glow.state("clinic"))
    )


def test_a_policy_takes_effect_on_its_day() -> None:
    glow = Glow({})
    policy(glow, "escheat", "exempt", "03-01")
    policy(glow, "no_show_account", "4000", "02-15")
    clinic = glow.state("clinic")
    assert clinic.policy("escheat", day("02-28")) == "subject"
    assert clinic.policy("escheat", day("03-01")) == "exempt"
    assert clinic.policies(day("02-20"))["no_show_account"] == "4000"


def test_a_policy_that_cannot_be_set() -> None:
    glow = Glow({})
    context = glow.context("02-03")
    lock = NewEvent("glow/clinic", PeriodLocked(period="2026-01", version=1, cut=1))
    glow.take(context, Decided((lock,)))
    for arguments, code, field in (
        (("colour", "red", "03-01"), Code.INVALID, "data.policy"),
        (("escheat", "red", "03-01"), Code.INVALID, "data.value"),
        (("escheat", "exempt", "01-31"), Code.PERIOD_CLOSED, "data.effective"),
        (("escheat", "exempt", "02-01", "amy"), Code.APPROVAL_REQUIRED, "data.approver"),
    ):
        refusal = policy(glow, *arguments)
        assert (refusal.code, refusal.field) == (code, field)


def test_a_stream_refuses_events_of_another_noun() -> None:
    glow = Glow()
    glow.service("session", 100)
    with pytest.raises(AssertionError, match="a clinic cannot evolve from ServiceDefined"):
        CLINIC.fold(glow.history)
