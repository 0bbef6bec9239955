"""What must not come in (reliability.md 7.1): refused as `invalid`, named, and nothing written."""

from typing import Any

import orjson
import pytest

from commands.envelope import Defaults, Result
from commands.handling import Commands
from commands.reading import read_line
from tests.commands.practice import (
    ADMIN,
    PACK,
    SOLD,
    VISITED,
    Clock,
    Practice,
    massage,
    pack,
    payment,
    sale,
    visit,
)

CANARY = "Pat Canary, +1 555 0100"
REASON = {"subscription": "s-1", "until": "2026-12-31", "reason": CANARY}
CLINIC = {"name": "Glow", "currency": "USD", "timezone": "UTC"}
POLICY = {"policy": "escheat", "value": "exempt", "effective": "2026-06-01", "reason": "law"}
MESSAGE = {"communication": "m-1", "patient": "p-1", "kind": "receipt", "channel": "sms"}
MESSAGE |= {"direction": "out"}
LARGEST = 2**53 - 1


@pytest.fixture(scope="module")
def sold(shared: Commands) -> Practice:
    """One clinic with one paid pack: no row of these tables changes it."""
    return Practice(shared, "glow", Clock()).opens().sells()


def refused(practice: Practice, raw: bytes) -> tuple[str, str | None]:
    """Code and field of a refusal that wrote nothing, told nobody's secrets and no trace."""
    before = practice.head()
    result = practice.post(raw)
    assert result.error is not None, result.to_json()
    told = orjson.dumps(result.to_json()).decode()
    assert "Canary" not in told
    assert not any(word in told for word in ("Traceback", "pydantic", ".py", "line 1 column"))
    assert len(told) < 1000
    assert practice.head() == before
    return result.error.code.value, result.error.field


def raw(practice: Practice, command: str, data: Any, literal: bytes) -> bytes:
    """The line with a JSON literal, as it stands in the file, in the place of ``"?"``."""
    return orjson.dumps(practice.line(command, data)).replace(b'"?"', literal)


WHOLE, PLAIN = "data.list_price", None
AMOUNTS = [
    (b"1800.0", WHOLE),
    (b"0.30000000000000004", WHOLE),
    (b'"1800"', WHOLE),
    (b'"12,50"', WHOLE),
    (b"true", WHOLE),
    (b"null", WHOLE),
    (b"[1]", WHOLE),
    (b"-1", WHOLE),
    (b"9007199254740992", WHOLE),
    (b"9223372036854775808", WHOLE),
    (b"18446744073709551616", WHOLE),
    (b"-9999999999999999999", WHOLE),
    (b"1" * 5000, WHOLE),
    (b"1e2", WHOLE),
    (b"1E+400", WHOLE),
    (b"NaN", WHOLE),
    (b"Infinity", WHOLE),
    (b"-Infinity", WHOLE),
    # What is no JSON has no fields to name.
    (b"01", PLAIN),
    (b"0x10", PLAIN),
    (b"1_000", PLAIN),
    ("١٢".encode(), PLAIN),
]


@pytest.mark.parametrize(("literal", "field"), AMOUNTS, ids=[str(row[0][:24]) for row in AMOUNTS])
def test_an_amount_is_a_whole_number_of_cents(
    sold: Practice, literal: bytes, field: str | None
) -> None:
    line = raw(sold, "define_service", massage() | {"list_price": "?"}, literal)
    assert refused(sold, line) == ("invalid", field)


QUANTITIES = [
    *(b'"1.2345"', b"0.1234", b'"-1"', b"-1", b'"+1"', b'"1e2"', b"0", b'"0"', b'"0.000"'),
    *(b'"1,5"', '"١"'.encode(), b'" 1 "', b'""', b'"1."', b'".5"', b'"NaN"', b"null", b"true"),
    *(b"9999999999999", b'"1/3"', b"{}"),
]


@pytest.mark.parametrize("literal", QUANTITIES, ids=str)
def test_a_quantity_has_at_most_three_places_and_is_positive(
    sold: Practice, literal: bytes
) -> None:
    line = raw(sold, "record_visit", visit(quantity="?"), literal)
    assert refused(sold, line) == ("invalid", "data.lines[0].quantity")


TIMES = [
    *("2026-01-12T10:00:00", "2026-01-12", "", "now", "1768230000", "20260112T100000Z"),
    *("2026-02-29T10:00:00Z", "2026-13-01T00:00:00Z", "2026-01-12T24:00:00Z"),
    *("2026-01-12T23:59:60Z", "2026-01-12T10:00:00+25:00", "2026-01-12T10:00:00 America/New_York"),
    *("0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"),
    *("9999-12-31T23:59:59-12:00", "2026-06-16T12:00:01Z", 1768230000, None, True),
]


@pytest.mark.parametrize("at", TIMES, ids=str)
def test_a_time_has_an_offset_and_is_no_more_than_a_day_ahead(sold: Practice, at: Any) -> None:
    """The clock stands at noon UTC on 15 June 2026."""
    line = sold.line("record_visit", visit(), at)
    assert refused(sold, orjson.dumps(line)) == ("invalid", "at")


@pytest.mark.parametrize("at", [*TIMES[:16], 1768230000], ids=str)
def test_so_has_every_other_time(sold: Practice, at: Any) -> None:
    line = sold.line("log_communication", MESSAGE | {"sent_at": at})
    assert refused(sold, orjson.dumps(line)) == ("invalid", "data.sent_at")


DATES = ["2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "1768176000", "20260131"]
DATES += ["2026-01-31T00:00:00", "31.01.2026", "", "2026-1-5"]


@pytest.mark.parametrize("day", [*DATES, 20260131, None], ids=str)
def test_a_date_is_a_day_of_the_calendar(sold: Practice, day: Any) -> None:
    late = sold.line("extend", REASON | {"until": day})
    assert refused(sold, orjson.dumps(late)) == ("invalid", "data.until")
    set_ = sold.line("set_policy", POLICY | {"approver": "bob", "effective": day})
    assert refused(sold, orjson.dumps(set_)) == ("invalid", "data.effective")
    if day is not None:
        early = sold.line("sell_package", sale("s-2", starts=day))
        assert refused(sold, orjson.dumps(early)) == ("invalid", "data.starts")


@pytest.mark.parametrize(
    "period", ["2026-13", "2026-00", "2026-1", "0000-01", "0001-01", "9999-12", "2026-01-01", ""]
)
def test_a_period_is_a_month_that_books_are_kept_for(sold: Practice, period: str) -> None:
    line = sold.line("close_period", {"period": period})
    assert refused(sold, orjson.dumps(line)) == ("invalid", "data.period")


IDS = ["a" * 65, "", "a b", "a/b", "../x", "é", "a\n", "a%2Eb", "a,b", "glow/visit/v", 5, None, []]


@pytest.mark.parametrize("key", IDS, ids=lambda key: repr(key)[:12])
def test_an_id_is_64_plain_characters(sold: Practice, key: Any) -> None:
    named = sold.line("record_visit", visit(key))
    assert refused(sold, orjson.dumps(named)) == ("invalid", "data.visit")
    line = sold.line("record_visit", visit(), id=key)
    assert refused(sold, orjson.dumps(line)) == ("invalid", "id")


@pytest.mark.parametrize("clinic", ["a.b", "a" * 65, "gl ow", "", "a/b", None, 7], ids=str)
def test_a_clinic_id_is_one_word_of_a_subject(sold: Practice, clinic: Any) -> None:
    line = orjson.dumps(sold.line("record_visit", visit(), clinic=clinic))
    read = read_line(line, Defaults())
    assert isinstance(read, Result)
    assert read.error is not None
    assert (read.error.code.value, read.error.field) == ("invalid", "clinic")


def test_a_call_for_one_clinic_takes_no_line_of_another(sold: Practice) -> None:
    line = sold.line("define_service", massage(), clinic="sister")
    assert refused(sold, orjson.dumps(line)) == ("invalid", "clinic")
    own = {key: value for key, value in sold.line("expire", {}).items() if key != "clinic"}
    assert refused(sold, orjson.dumps(own)) == ("invalid", "data.subscription")


NUL, SURROGATE = rb"\u0000", rb"\ud800"
BYTES = [b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80", b"\x00", b"\x01", NUL, SURROGATE]


@pytest.mark.parametrize("broken", BYTES, ids=str)
def test_text_is_utf_8_without_nul_and_half_characters(sold: Practice, broken: bytes) -> None:
    line = orjson.dumps(sold.line("extend", REASON | {"reason": f"?{CANARY}"}))
    assert refused(sold, line.replace(b"?", broken)) == ("invalid", None)
    key = line.replace(b'"reason"', b'"reason' + broken + b'"')
    assert refused(sold, key) == ("invalid", None)


def test_a_byte_order_mark_is_named(sold: Practice) -> None:
    line = orjson.dumps(sold.line("extend", REASON))
    answer = sold.post(b"\xef\xbb\xbf" + line)
    assert answer.error is not None
    assert "byte order mark" in answer.error.message


@pytest.mark.parametrize("text", ["C:\\u0000", "\u202etxt.exe", "zero\u200bwidth", "😀", "'; --"])
def test_odd_text_is_text(practice: Practice, text: str) -> None:
    """What looks like an escape but is none, and what only a page has to show with care."""
    practice.opens().sells().does("extend", REASON | {"reason": text})
    kept = practice.commands.store.personal(practice.clinic, [_reason(practice)])
    assert [item.value for item in kept.values()] == [text]


def _reason(practice: Practice) -> str:
    return str(practice.history()[-1].event.model_dump()["reason"])


def test_a_line_is_one_json_object(sold: Practice) -> None:
    line = orjson.dumps(sold.line("extend", REASON))
    wrong = [b"\xef\xbb\xbf" + line, line.decode().encode("utf-16"), line * 2, line[:-1], b"null"]
    wrong += [b"[]", b'"x"', b"", b"{", b'{"a":1,}', line.replace(b'"', b"'")]
    for each in wrong:
        assert refused(sold, each) == ("invalid", None)


def test_nesting_is_bounded(sold: Practice) -> None:
    deep = [b"[" * 100_000 + b"]" * 100_000, b'{"data":' * 10_000 + b"1" + b"}" * 10_000]
    policies = orjson.dumps(sold.line("define_clinic", CLINIC | {"policies": {"escheat": "?"}}))
    deep.append(policies.replace(b'"?"', b"[" * 70 + b"]" * 70))
    for each in deep:
        assert refused(sold, each) == ("invalid", None)


MARKED = {"_type_": "decimal_str", "_data_": "1E+400"}
MARKERS = [
    ("extend", REASON | {"reason": MARKED}, "data.reason"),
    ("extend", REASON | MARKED, "data"),
    ("set_policy", POLICY | {"approver": "bob", "value": MARKED}, "data.value"),
    ("define_clinic", CLINIC | {"policies": {"escheat": MARKED}}, "data.policies.escheat"),
    ("open_dispute", {"dispute": "d", "claim": MARKED}, "data.claim"),
    ("sell_package", sale("s-2", payment=payment() | MARKED), "data.payment"),
    ("record_visit", {"lines": [{"line": "1"}, MARKED]}, "data.lines[1]"),
]


@pytest.mark.parametrize(("command", "data", "where"), MARKERS, ids=[row[2] for row in MARKERS])
def test_the_marks_of_the_event_library_never_come_in(
    sold: Practice, command: str, data: dict[str, Any], where: str
) -> None:
    line = sold.line(command, data)
    assert refused(sold, orjson.dumps(line)) == ("invalid", f"{where}._type_")
    assert sold.post(orjson.dumps(line)).id == line["id"]


def test_the_words_of_those_marks_are_ordinary_text(practice: Practice) -> None:
    text = orjson.dumps(MARKED).decode()
    practice.opens().sells().does("extend", REASON | {"reason": text})
    assert practice.commands.store.verify(practice.clinic) is None


def test_a_key_stands_once(sold: Practice) -> None:
    line = orjson.dumps(sold.line("extend", REASON))
    for key, field in ((b'"until"', "data.until"), (b'"id"', "actor.id"), (b'"at"', "at")):
        twice = line.replace(key, key + b':"2026-12-30",' + key)
        assert refused(sold, twice) == ("invalid", field)


@pytest.mark.parametrize("name", ["version", "recorded_at", "clinic_id", "role", "content", "x y"])
def test_unknown_fields_are_refused_wherever_they_stand(sold: Practice, name: str) -> None:
    outside = sold.line("extend", REASON) | {name: "1"}
    assert refused(sold, orjson.dumps(outside)) == ("invalid", name)
    within = sold.line("extend", REASON | {name: "1"})
    assert refused(sold, orjson.dumps(within)) == ("invalid", f"data.{name}")
    actor = sold.line("extend", REASON, actor=ADMIN | {f"{name}_": "1"})
    assert refused(sold, orjson.dumps(actor)) == ("invalid", f"actor.{name}_")
    nested = sold.line("sell_package", sale("s-2", payment=payment() | {name: "1"}))
    assert refused(sold, orjson.dumps(nested)) == ("invalid", f"data.payment.{name}")


def test_currencies_are_those_in_use_and_the_clinics_own(sold: Practice) -> None:
    for currency in ("usd", "US", "ZZZ", "XTS", "XAU", "", None, 840):
        line = sold.line("define_clinic", CLINIC | {"currency": currency})
        assert refused(sold, orjson.dumps(line)) == ("invalid", "data.currency")
    for currency in ("usd", "EUR", "XTS", ""):
        paid = sold.line("sell_package", sale("s-2", payment=payment(currency=currency)))
        assert refused(sold, orjson.dumps(paid))[0] in {"currency_mismatch", "invalid"}


@pytest.mark.parametrize(
    "zone", ["EST5EDT;DROP", "Mars/Base", "", "../../etc/passwd", " UTC", "localtime", "Factory"]
)
def test_a_time_zone_is_a_place_known_everywhere(sold: Practice, zone: str) -> None:
    line = sold.line("define_clinic", CLINIC | {"timezone": zone})
    assert refused(sold, orjson.dumps(line)) == ("invalid", "data.timezone")


TWICE = [{"line": "1", "service": "massage"}] * 2
HUGE = {"kind": "units", "line": "m", "services": ["massage"], "quantity": "999999999999"}
MISFITS: list[tuple[str, dict[str, Any], str]] = [
    ("sell_package", sale("s-2", price=LARGEST, tax=LARGEST), "data.price"),
    ("sell_package", sale("s-2", price=LARGEST, tax=1), "data.price"),
    ("record_visit", visit(quantity="999999999999"), "data.lines[0].quantity"),
    ("record_visit", visit(lines=TWICE), "data.lines"),
    ("publish_offer", pack(lines=[HUGE]), "data.lines[0].quantity"),
    ("publish_offer", pack(term={}), "data.term"),
    ("publish_offer", pack(term={"weeks": 0}), "data.term.weeks"),
    ("define_service", massage() | {"ssp": {"low": 3, "mid": 2, "high": 1}}, "data.ssp"),
    ("define_service", massage() | {"ssp": "x"}, "data.ssp"),
    ("record_payout", {"payout": "x", "amount": 0, "payments": ["pay-s-1"] * 2}, "data.payments"),
    ("record_visit", visit(status=CANARY), "data.status"),
    ("register_patient", {"patient": "p-9", "name": CANARY * 100}, "data.name"),
    ("register_patient", {"patient": "p-9", "name": [CANARY]}, "data.name"),
    ("register_patient", {"patient": CANARY}, "data.patient"),
]
CARD = {"brand": "visa", "entry": "chip", "present": True}


@pytest.mark.parametrize(("command", "data", "field"), MISFITS, ids=[row[2] for row in MISFITS])
def test_what_does_not_fit_is_named(
    sold: Practice, command: str, data: dict[str, Any], field: str
) -> None:
    line = sold.line(command, data, VISITED)
    assert refused(sold, orjson.dumps(line)) == ("invalid", field)


@pytest.mark.parametrize("last4", ["4242424242424242", "42", "424a", CANARY, 4242])
def test_a_card_number_never_comes_in(sold: Practice, last4: Any) -> None:
    line = sold.line("sell_package", sale("s-2", payment=payment(card=CARD | {"last4": last4})))
    assert refused(sold, orjson.dumps(line)) == ("invalid", "data.payment.card.last4")


DOCUMENT = {"document": "x", "kind": "terms", "sha256": "0" * 64, "media_type": "text/plain"}
DOCUMENT |= {"subscription": "s-1"}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"content_base64": "é"}, "data.content_base64"),
        ({"content_base64": "eA"}, "data.content_base64"),
        ({"content_base64": "eA=="}, "data.sha256"),
        ({"path": "/etc/passwd"}, "data.path"),
        ({"content_base64": "eA==", "path": "x"}, "data"),
        ({}, "data"),
        ({"content_base64": "eA==", "media_type": "text/html;x"}, "data.media_type"),
    ],
)
def test_a_document_is_what_its_digest_says(sold: Practice, more: Any, field: str) -> None:
    line = sold.line("attach_document", DOCUMENT | more)
    assert refused(sold, orjson.dumps(line)) == ("invalid", field)


def test_the_limits_themselves_are_taken(practice: Practice) -> None:
    """What is just right is not refused: the tables above tell limits, not moods."""
    practice.opens()
    practice.does("define_service", massage() | {"service": "-" * 64, "list_price": LARGEST})
    practice.does("define_service", massage(), "2026-06-16T12:00:00Z")
    practice.does("sell_package", sale("s-1", price=LARGEST - PACK, tax=PACK))
    practice.does("record_visit", visit(quantity="0.001"))
    practice.does("record_visit", visit("v-2", quantity=1))
    practice.does("record_visit", visit("a.b:c_d-E"), SOLD.replace("T", "t"))
