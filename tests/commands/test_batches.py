"""Many commands of one clinic in one append: each hears its own answer, as if it had come alone."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from commands.envelope import Result
from commands.handling import Commands
from tests.commands.practice import (
    OPENED,
    VISITED,
    Practice,
    massage,
    pack,
    payment,
    practising,
    sale,
    visit,
)

WRITERS = 8
CLINIC = {"name": "Glow", "currency": "USD", "timezone": "America/New_York"}


def codes(results: list[Result]) -> list[str]:
    return ["ok" if result.error is None else result.error.code.value for result in results]


def at_visit(practice: Practice, command: str, data: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return practice.line(command, data, VISITED, **rest)


def test_a_refusal_in_the_middle_touches_nobody_else(practice: Practice) -> None:
    practice.opens().sells()
    before = practice.head()
    results = practice.many(
        at_visit(practice, "record_visit", visit("v-1")),
        at_visit(practice, "record_visit", visit("v-2", prefer=["s-9"])),
        at_visit(practice, "record_visit", {"visit": "v-3"}),
        at_visit(practice, "record_visit", visit("v-4")),
    )
    assert codes(results) == ["ok", "unknown_subscription", "invalid", "ok"]
    assert practice.told(before) == [
        "VisitRecorded visit/v-1",
        "UnitsDrawn subscription/s-1",
        "VisitRecorded visit/v-4",
        "UnitsDrawn subscription/s-1",
    ]
    positions = [event["position"] for result in results for event in result.events]
    assert positions == [before + 1, before + 2, before + 3, before + 4]


def test_visits_of_one_batch_share_what_the_contract_holds(practice: Practice) -> None:
    practice.opens().sells()
    lines = [at_visit(practice, "record_visit", visit(f"v-{n}", "2")) for n in range(4)]
    rows = [result.data["coverage"][0] for result in practice.many(*lines)]
    assert [row["covered"] for row in rows] == ["2", "2", "1", "0"]
    assert [row["prepaid"] for row in rows] == [18000, 18000, 9000, 0]
    assert [row.get("reason") for row in rows] == [None, None, *["not_enough_units"] * 2]
    assert practice.remaining() == "0"


def test_a_clinic_may_begin_its_life_in_one_batch(practice: Practice) -> None:
    results = practice.many(
        practice.line("define_clinic", CLINIC, OPENED),
        practice.line("define_service", massage(), OPENED),
        practice.line("publish_offer", pack(), OPENED),
        practice.line("sell_package", sale(payment=payment())),
        at_visit(practice, "record_visit", visit()),
        at_visit(practice, "reverse_consumption", {"visit": "v-1", "reason": "mistake"}),
        at_visit(practice, "record_visit", visit("v-2")),
    )
    assert codes(results) == ["ok"] * 7
    assert results[4].data["coverage"][0]["covered"] == "1"
    assert practice.remaining() == "4"
    assert practice.commands.store.verify(practice.clinic) is None


def test_before_the_clinic_is_defined_the_batch_is_unknown(practice: Practice) -> None:
    results = practice.many(
        practice.line("define_service", massage(), OPENED),
        practice.line("define_clinic", CLINIC, OPENED),
        practice.line("define_service", massage(), OPENED),
    )
    assert codes(results) == ["unknown_clinic", "ok", "ok"]


def test_the_same_line_twice_in_a_batch_is_one_command(practice: Practice) -> None:
    practice.opens().sells()
    before = practice.head()
    line = at_visit(practice, "record_visit", visit())
    service = practice.line("define_service", massage(), OPENED)
    first, again, defined, defined_again = practice.many(line, line, service, service)
    assert [again.replayed, defined_again.replayed] == [True, True]
    assert again.to_json() == first.to_json()
    assert defined_again.to_json() == defined.to_json()
    assert practice.head() == before + 3
    assert practice.remaining() == "4"


def test_the_same_id_with_other_content_in_a_batch(practice: Practice) -> None:
    practice.opens().sells()
    line = at_visit(practice, "record_visit", visit())
    other = line | {"data": visit("v-2")}
    results = practice.many(line, other, line)
    assert codes(results) == ["ok", "idempotency_conflict", "ok"]
    assert practice.remaining() == "4"


def test_a_refused_line_does_not_take_its_id_in_the_batch(practice: Practice) -> None:
    practice.opens()
    pay = practice.line("record_payment", payment() | {"subscription": "s-1"})
    results = practice.many(pay, practice.line("sell_package", sale()), pay)
    assert codes(results) == ["unknown_subscription", "ok", "ok"]
    assert not results[2].replayed


def test_a_batch_sent_again_is_answered_from_memory(practice: Practice) -> None:
    practice.opens().sells()
    lines = [at_visit(practice, "record_visit", visit(f"v-{n}")) for n in range(7)]
    first = practice.many(*lines)
    before = practice.head()
    longer = [*lines, at_visit(practice, "record_visit", visit("v-7"))]
    again = practice.many(*longer)
    assert [result.to_json() for result in again[:7]] == [result.to_json() for result in first]
    assert [result.replayed for result in again] == [True] * 7 + [False]
    assert practice.head() == before + 1


def test_writers_at_once_never_draw_a_unit_twice(practice: Practice) -> None:
    """Eight desks, one contract: 30 of 48 visits find a unit, however the races go."""
    practice.opens()
    line = {"kind": "units", "line": "m", "services": ["massage"], "quantity": "30"}
    practice.does("publish_offer", pack(offer="big", lines=[line]), OPENED)
    practice.does("sell_package", sale(offer="big", payment=payment()))
    batches = [
        [at_visit(practice, "record_visit", visit(f"v-{desk}-{n}")) for n in range(6)]
        for desk in range(WRITERS)
    ]
    with ThreadPoolExecutor(WRITERS) as desks:
        results = [
            result
            for batch in desks.map(lambda lines: practice.many(*lines), batches)
            for result in batch
        ]
    covered = Counter(result.data["coverage"][0]["covered"] for result in results)
    assert covered == {"1": 30, "0": 18}
    assert practice.remaining() == "0"
    assert sum(told.startswith("UnitsDrawn") for told in practice.told()) == 30
    assert sum(told.startswith("VisitRecorded") for told in practice.told()) == 48
    assert practice.commands.store.verify(practice.clinic) is None


def test_the_same_batch_at_several_desks_is_recorded_once(practice: Practice) -> None:
    practice.opens().sells()
    before = practice.head()
    lines = [at_visit(practice, "record_visit", visit(f"v-{n}")) for n in range(4)]
    with ThreadPoolExecutor(4) as desks:
        answers = list(desks.map(lambda _: practice.many(*lines), range(4)))
    told = [[result.to_json() for result in answer] for answer in answers]
    assert told == [told[0]] * 4
    assert practice.head() == before + 8
    assert practice.remaining() == "1"


def test_what_another_process_wrote_is_seen(practice: Practice, shared_database: str) -> None:
    """The cache of folded streams is a matter of cost, never of meaning."""
    practice.opens().sells()
    with practising(shared_database) as elsewhere:
        sister = _at(practice, elsewhere)
        assert sister.remaining() == "5"
        practice.does("record_visit", visit("v-1", "2"), VISITED)
        assert sister.does("record_visit", visit("v-2", "2"), VISITED, id="elsewhere").ok
        row = practice.does("record_visit", visit("v-3", "2"), VISITED).data["coverage"][0]
        assert (row["covered"], row["reason"]) == ("1", "not_enough_units")
        assert practice.remaining() == sister.remaining() == "0"


def _at(practice: Practice, commands: Commands) -> Practice:
    return replace(practice, commands=commands)
