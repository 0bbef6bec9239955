"""Bad input: a stable code that names the field, nothing written, the rest of the file done."""

import json
from typing import Any

import pytest

from tests.cli.conftest import Terminal, filled, sale, visit


def text(line: dict[str, Any], old: str, new: str) -> str:
    """The line as JSON with something in it that no JSON writer would write."""
    written = json.dumps(filled(line))
    assert old in written
    return written.replace(old, new, 1)


PRICED = {**sale("s-bad"), "data": {**sale("s-bad")["data"], "price": 150000}}
BAD: dict[str, tuple[dict[str, Any] | str | bytes, str | None]] = {
    "a float for money": (text(PRICED, '"price": 150000', '"price": 150000.0'), "data.price"),
    "money with decimals": (text(PRICED, '"price": 150000', '"price": 1500.005'), "data.price"),
    "money as text": (text(PRICED, '"price": 150000', '"price": "150000"'), "data.price"),
    "a truth for money": (text(PRICED, '"price": 150000', '"price": true'), "data.price"),
    "an exponent": (text(PRICED, "150000", "15e4"), "data.payment.amount"),
    "NaN": (text(PRICED, "150000", "NaN"), "data.payment.amount"),
    "infinity": (text(PRICED, "150000", "Infinity"), "data.payment.amount"),
    "a quantity with four places": (
        visit("v-bad", lines=[{"line": "1", "service": "drip", "quantity": "0.0001"}]),
        "data.lines[0].quantity",
    ),
    "a negative quantity": (
        visit("v-bad", lines=[{"line": "1", "service": "drip", "quantity": "-1"}]),
        "data.lines[0].quantity",
    ),
    "an unknown field": (sale("s-bad", colour="red"), "data.colour"),
    "an unknown envelope field": ({**sale("s-bad"), "colour": "red"}, "colour"),
    "an unknown command": ({"command": "sell_everything", "id": "x"}, "command"),
    "a time without offset": ({**sale("s-bad"), "at": "2026-01-05T10:00:00"}, "at"),
    "a time in the far future": ({**sale("s-bad"), "at": "2999-01-05T10:00:00Z"}, "at"),
    "a date that is none": (sale("s-bad", starts="2026-02-30"), "data.starts"),
    "a duplicate key": (
        text(PRICED, '"price": 150000', '"price": 1, "price": 150000'),
        "data.price",
    ),
    "the library's marker": (
        sale("s-bad", discount={"_type_": "Decimal", "_data_": "1"}),
        "data.discount._type_",
    ),
    "an id that is too long": ({**sale("s-bad"), "id": "x" * 65}, "id"),
    "a subscription id with a space": ({**sale("s bad"), "id": "x"}, "data.subscription"),
    "a role nobody has": ({**sale("s-bad"), "actor": {"id": "a", "role": "king"}}, "actor.role"),
    "no object": ("[1, 2]", None),
    "no JSON": ('{"command": "sell_package"', None),
    "no UTF-8": (b'{"command": "\xff\xfe"}', None),
    "a NUL": (text(PRICED, '"iv-10"', '"iv\\u000010"'), None),
    "nested too deep": ("[" * 100 + "]" * 100, None),
}


def test_each_is_refused_by_name_and_the_rest_is_done(terminal: Terminal) -> None:
    good = sale("s-good", patient="p-good")
    answer = terminal.apply(*[line for line, _ in BAD.values()], good)
    assert answer.status == 1
    *refused, accepted = answer.lines
    told = [(r["ok"], r["error"]["code"], r["error"]["field"]) for r in refused]
    assert dict(zip(BAD, told, strict=True)) == {
        name: (False, "invalid", field) for name, (_, field) in BAD.items()
    }
    assert accepted["ok"] is True
    assert terminal.run("history", "--subscription", "s-bad").status == 2


def test_a_line_that_cannot_be_read_is_named_by_its_number(terminal: Terminal) -> None:
    answer = terminal.apply(sale("s-before"), "", "not JSON", sale("s-after"))
    assert answer.status == 1
    before, broken, after = answer.lines
    assert (before["id"], broken["id"], after["id"]) == ("sell-s-before", None, "sell-s-after")
    assert broken["error"]["details"]["line"] == 3


def test_another_clinic_than_the_call_names_is_invalid(terminal: Terminal) -> None:
    answer = terminal.apply({**sale("s-x"), "clinic": "other"}, options=("--clinic", "glow"))
    [refused] = answer.lines
    assert (answer.status, refused["error"]["code"]) == (1, "invalid")
    assert refused["error"]["field"] == "clinic"


def test_a_clinic_nobody_defined_is_unknown(terminal: Terminal) -> None:
    [refused] = terminal.apply({**sale("s-x"), "clinic": "nowhere"}).lines
    assert refused["error"]["code"] == "unknown_clinic"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("apply", "/no/such/file"), "No such file"),
        (("apply", "/tmp"), "Is a directory"),
        (("balance",), "--patient"),
        (("balance", "--patient", "p-1", "--as-of", "yesterday"), "2026-03-31"),
        (("balance", "--patient", "p-1", "--known-at", "2026-01-01T10:00:00"), "offset"),
        (("balance", "--patient", "p-1", "--clinic", "elsewhere"), "unknown_clinic"),
        (("balance", "--subscription", "s-none"), "unknown_subscription"),
        (("close", "January"), "2026-01"),
        (("verify", "2026-07"), "never closed"),
        (("tick", "--now", "noon"), "--now"),
        (("rebuild", "everything"), "balances"),
        (("evidence", "dp-none", "--out", "/tmp/no-packet"), "unknown_dispute"),
        (("fly",), "fly"),
    ],
)
def test_a_mistaken_call_is_answered_with_a_sentence(
    terminal: Terminal, arguments: tuple[str, ...], says: str
) -> None:
    answer = terminal.run(*arguments)
    assert answer.status == 2
    assert answer.out == ""
    assert says in answer.err
    assert "Traceback" not in answer.err
