"""What is wrong with a line is said in words that a person can act on."""

import pytest

from aggregates.offer.orders import PublishOffer
from aggregates.subscription.orders import RecordPayment, Refund
from aggregates.visit.orders import RecordVisit
from commands.envelope import parse_strictly
from commands.registry import NAMES
from ledger.codes import Refused
from ledger.events import Frozen
from ledger.suggesting import suggestion

PAYMENT = {"subscription": "s-1", "payment": "p-1", "amount": 1050, "tender": "card"}


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"amount": 10.5}, "data.amount", "A whole number, without"),
        ({"amount": "1050"}, "data.amount", "money counts minor units."),
        ({"payment": "zahlung ä"}, "data.payment", "An id is 1 to 64 of"),
        ({"colour": "red"}, "data.colour", "Unknown field."),
        ({"subscription": 7}, "data.subscription", "A text, in quotes."),
    ],
)
def test_a_wrong_field_is_named_and_explained(
    change: dict[str, object], field: str, words: str
) -> None:
    found = parse_strictly(RecordPayment, PAYMENT | change, "data")
    assert isinstance(found, Refused)
    assert found.field == field
    assert words in found.message


REFUND = {"subscription": "s-1", "refund": "r-1", "to": "original", "reason": "moved"}
VISIT = {"visit": "v-1", "patient": "p-1", "status": "completed", "lines": []}
OFFER = {"offer": "o-1", "name": "Offer", "price": 100, "lines": []}
LASER = {"line": "1", "service": "laser"}


@pytest.mark.parametrize(
    ("model", "wrong", "field", "words"),
    [
        (Refund, REFUND | {"to": "mars"}, "data.to", "Give 'original' or 'store_credit'. Or: An"),
        (RecordVisit, VISIT, "data.lines", "A list of at least 1."),
        (RecordVisit, VISIT | {"lines": {}}, "data.lines", "A list, in brackets."),
        (RecordVisit, VISIT | {"lines": ["a"]}, "data.lines[0]", "An object, in braces."),
        (RecordVisit, VISIT | {"lines": [LASER, LASER]}, "data.lines", "Each line of a visit has"),
        (RecordVisit, VISIT | {"status": "done"}, "data.status", "Give 'completed', 'no_show'"),
        (PublishOffer, OFFER | {"lines": [{"kind": "unit"}]}, "data.lines[0].kind", "Give 'units'"),
        (PublishOffer, OFFER | {"lines": [{"line": "a"}]}, "data.lines[0].kind", "is required."),
        (PublishOffer, OFFER | {"price": -1}, "data.price", "At least 0."),
    ],
)
def test_what_a_field_takes_is_said_without_words_of_the_program(
    model: type[Frozen], wrong: dict[str, object], field: str, words: str
) -> None:
    found = parse_strictly(model, wrong, "data")
    assert isinstance(found, Refused)
    assert found.field == field
    assert words in found.message


def test_a_missing_field_is_named() -> None:
    found = parse_strictly(RecordPayment, {"subscription": "s-1"}, "data")
    assert isinstance(found, Refused)
    assert found.message == "This field is required."


@pytest.mark.parametrize(
    ("word", "meant"),
    [("record_payments", "record_payment"), ("refnd", "refund"), ("sell", "sell_package")],
)
def test_a_near_miss_is_told_what_was_probably_meant(word: str, meant: str) -> None:
    assert meant in suggestion(word, NAMES)


def test_a_word_far_from_all_gets_the_list() -> None:
    assert suggestion("colour", ("late_event", "tax")) == "known are late_event, tax."
