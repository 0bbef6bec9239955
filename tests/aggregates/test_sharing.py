"""Sharing a contract with other patients (interfaces.md 4, `share` and `members`)."""

from typing import Any

import pytest

from aggregates.patient import events as p
from ledger.codes import Code
from tests.support.corrections import Desk, desk


def shared(*members: str, **more: Any) -> Desk:
    glow = desk(90000, 6, shareable=True, **more)
    glow.sell("01-05", "six", members=members)
    glow.pay("01-05", 90000)
    return glow


def test_a_member_uses_the_contract_until_he_is_removed() -> None:
    glow = shared()
    assert glow.visit("01-06", "v1", "session", patient="p-2")[0]["reason"] == "not_covered"
    assert glow.share("01-07", "p-2") == {"members": ["p-2"]}
    assert glow.state("patient", "p-2").subscriptions == ("s-1",)
    assert glow.visit("01-08", "v2", "session", patient="p-2")[0]["prepaid"] == 15000
    assert glow.share("01-09", "p-2", remove=True) == {"members": []}
    assert glow.state("patient", "p-2").subscriptions == ()
    assert glow.visit("01-10", "v3", "session", patient="p-2")[0]["reason"] == "not_covered"
    assert glow.accounts() == {"1020": 90000, "2100": -75000, "4000": -15000}


def test_members_of_the_sale_are_on_their_rosters_at_once() -> None:
    glow = shared("p-2", "p-3")
    assert glow.contract().members == ("p-2", "p-3")
    assert len(glow.events(p.SubscriptionShared)) == 2
    assert glow.visit("01-06", "v1", "session", patient="p-3")[0]["covered"] == "1"
    assert glow.share("01-07", "p-3", remove=True) == {"members": ["p-2"]}


def test_value_of_a_shared_contract_stays_with_its_holder() -> None:
    glow = shared("p-2")
    glow.tick("04-05")
    assert glow.state("patient", "p-1").store_credit == 90000
    assert glow.state("patient", "p-2").store_credit == 0


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"patient": "p-1"}, Code.INVALID, "data.patient"),
        ({"patient": "p-2"}, Code.DUPLICATE, "data.patient"),
        ({"patient": "p-3", "remove": True}, Code.INVALID, "data.patient"),
    ],
)
def test_what_is_refused(fields: dict[str, Any], code: Code, field: str) -> None:
    refused = shared("p-2").share("01-07", **fields)
    assert (refused.code, refused.field) == (code, field)


def test_a_contract_that_is_not_shareable_has_no_members() -> None:
    glow = desk(90000, 6)
    refused = glow.sell("01-05", "six", members=["p-2"])
    assert (refused.code, refused.field) == (Code.NOT_TRANSFERABLE, "data.members")
    glow.sell("01-05", "six")
    refused = glow.share("01-06", "p-2")
    assert (refused.code, refused.field) == (Code.NOT_TRANSFERABLE, "data.subscription")


def test_an_ended_contract_takes_no_new_member_but_lets_one_go() -> None:
    glow = shared("p-2")
    glow.refund("01-06")
    assert glow.share("01-07", "p-3").code is Code.CANCELLED
    assert glow.share("01-07", "p-2", remove=True) == {"members": []}
