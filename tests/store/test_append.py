"""What an append promises (architecture.md 4; reliability.md 2, I1 to I7)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import count

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.errors import Busy, OutcomeUnknown
from ledger.events import NewEvent
from ledger.personal import PersonalText
from ledger.store.store import Accepted, Conflict, EventStore, Known, StoredRef
from tests.store.conftest import Opener
from tests.store.samples import NOON, Drawn, Sold, command, sold

CLINICS = count()
S1 = "glow/subscription/s-1"
S2 = "glow/subscription/s-2"


def sell(store: EventStore, key: str = "c-1", stream: str = S1, clinic: str = "glow") -> Accepted:
    [accepted] = store.append(clinic, [command(key, sold(stream))], {stream: 0})
    return accepted


def test_what_is_appended_is_loaded(store: EventStore) -> None:
    accepted = sell(store)
    assert accepted.events == (StoredRef(1, "Sold", S1, 1),)
    loaded = store.load("glow", [S1, S2])
    assert loaded[S2] == []
    [recorded] = loaded[S1]
    assert recorded.event == Sold(units=5)
    assert (recorded.position, recorded.version, recorded.command) == (1, 1, "c-1")
    assert (recorded.effective_at, recorded.effective_on) == (NOON, date(2026, 3, 2))
    assert (recorded.actor, recorded.role, recorded.meta) == (
        "ana",
        "front_desk",
        {"request_id": "r-c-1"},
    )
    assert recorded.recorded_at == accepted.recorded_at


def test_an_event_may_be_effective_on_another_date(store: EventStore) -> None:
    earlier = NOON - timedelta(days=3)
    reversal = sold(effective_on=earlier.date(), effective_at=earlier)
    store.append("glow", [command("c-1", reversal, sold())], {S1: 0})
    first, second = store.load("glow", [S1])[S1]
    assert (first.effective_on, first.effective_at) == (earlier.date(), earlier)
    assert second.effective_on == NOON.date()


def test_the_same_command_again_is_known_and_answered_from_memory(store: EventStore) -> None:
    first = sell(store)
    with pytest.raises(Known) as known:
        sell(store)
    assert known.value.same_content == {"c-1": True}
    request_hash, remembered = store.remembered("glow", ["c-1", "c-2"])["c-1"]
    assert request_hash == command("c-1").request_hash
    assert remembered == Accepted("c-1", first.data, first.events, first.recorded_at, replayed=True)


def test_the_same_id_with_other_content_is_told_apart(store: EventStore) -> None:
    sell(store)
    with pytest.raises(Known) as known:
        store.append("glow", [command("c-1", sold(S2), content="other")], {S2: 0})
    assert known.value.same_content == {"c-1": False}
    assert store.load("glow", [S2]) == {S2: []}


def test_a_known_command_stops_its_whole_batch(store: EventStore) -> None:
    sell(store)
    with pytest.raises(Known) as known:
        store.append("glow", [command("c-1"), command("c-2", sold(S2))], {S2: 0})
    assert known.value.same_content == {"c-1": True}
    assert "c-2" not in store.remembered("glow", ["c-2"])


def test_a_known_command_is_known_even_if_its_stream_moved(store: EventStore) -> None:
    sell(store)
    store.append("glow", [command("c-2", sold())], {S1: 1})
    with pytest.raises(Known):
        sell(store)


def test_a_conflict_names_the_streams_and_appends_nothing(store: EventStore) -> None:
    sell(store)
    with pytest.raises(Conflict) as conflict:
        store.append("glow", [command("c-2", sold(S1), sold(S2))], {S1: 0, S2: 0})
    assert conflict.value.streams == (S1,)
    assert store.load("glow", [S2]) == {S2: []}
    head = store.head("glow")
    assert head is not None
    assert head.position == 1


@pytest.mark.parametrize(("guarded", "fits"), [(0, False), (1, True), (2, False)])
def test_a_guarded_stream_must_stand_where_it_was_read(
    store: EventStore, *, guarded: int, fits: bool
) -> None:
    sell(store)
    batch = [command("c-2", sold(S2))]
    if fits:
        assert store.append("glow", batch, {S2: 0, S1: guarded})
    else:
        with pytest.raises(Conflict) as conflict:
            store.append("glow", batch, {S2: 0, S1: guarded})
        assert conflict.value.streams == (S1,)


def test_commands_of_one_batch_follow_each_other_on_one_stream(store: EventStore) -> None:
    batch = [
        command("c-1", sold(), sold(S2)),
        command("c-2"),
        command("c-3", sold()),
    ]
    answers = store.append("glow", batch, {S1: 0, S2: 0})
    assert [[ref.position for ref in answer.events] for answer in answers] == [[1, 2], [], [3]]
    assert [event.version for event in store.load("glow", [S1])[S1]] == [1, 2]
    remembered = store.remembered("glow", ["c-1", "c-2", "c-3"])
    for answer in answers:
        assert remembered[answer.id][1].events == answer.events


def test_a_command_without_events_is_remembered_and_moves_nothing(store: EventStore) -> None:
    sell(store)
    before = store.head("glow")
    store.append("glow", [command("c-2")], {S1: 1})
    after = store.head("glow")
    assert before is not None
    assert after is not None
    assert (after.position, after.hash) == (before.position, before.hash)
    assert store.remembered("glow", ["c-2"])["c-2"][1].events == ()


def test_recorded_time_never_goes_back(store: EventStore) -> None:
    times = [NOON, NOON - timedelta(days=400), NOON + timedelta(seconds=1)]
    recorded = [
        store.append("glow", [command(f"c-{n}", sold())], {S1: n}, now)[0].recorded_at
        for n, now in enumerate(times)
    ]
    assert recorded == [NOON, NOON, NOON + timedelta(seconds=1)]


def test_without_a_clock_of_its_own_a_caller_gets_the_servers(store: EventStore) -> None:
    before = datetime.now(UTC)
    assert before - timedelta(seconds=5) < sell(store).recorded_at
    assert sell(store, "c-2", S2).recorded_at < datetime.now(UTC) + timedelta(seconds=5)


def test_one_of_fifty_wins_a_stream_version(opened: Opener) -> None:
    store = opened("ledger_api")

    def race(n: int) -> bool:
        try:
            sell(store, f"c-{n}")
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(50) as threads:
        won = list(threads.map(race, range(50)))
    assert sum(won) == 1
    assert [event.version for event in store.load("glow", [S1])[S1]] == [1]
    assert len(store.remembered("glow", [f"c-{n}" for n in range(50)])) == 1


def test_one_command_sent_at_once_by_many_is_accepted_once(store: EventStore) -> None:
    def send(_: int) -> str:
        try:
            return sell(store).id
        except Known:
            return "known"

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(send, range(8))) == ["c-1", *["known"] * 7]


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), min_size=1, max_size=6))
def test_positions_and_versions_have_no_hole(store: EventStore, batches: list[list[str]]) -> None:
    clinic = f"clinic-{next(CLINICS)}"
    versions = dict.fromkeys("abc", 0)
    for number, streams in enumerate(batches):
        store.append(clinic, [command(f"c-{number}", *map(sold, streams))], versions)
        versions = {name: versions[name] + streams.count(name) for name in versions}
    history = list(store.history(clinic))
    assert [event.position for event in history] == list(range(1, sum(map(len, batches)) + 1))
    for name, events in store.load(clinic, list("abc")).items():
        assert [event.version for event in events] == list(range(1, versions[name] + 1))
    assert store.verify(clinic) is None


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), st.binary())
def test_any_text_comes_back_as_it_was(store: EventStore, text: str, salt: bytes) -> None:
    clinic = f"clinic-{next(CLINICS)}"
    named = PersonalText(f"d-{text}", "p-1", "name", salt, text)
    told = NewEvent(f"stream {text}", Sold(units=1, note=text))
    store.append(clinic, [command(f"c-{text}", told, personal=(named,))], {told.stream: 0})
    assert [event.event for event in store.load(clinic, [told.stream])[told.stream]] == [told.event]
    assert store.personal(clinic, [named.digest]) == {named.digest: named}
    assert store.verify(clinic) is None


@pytest.mark.parametrize(
    ("batch", "expected"),
    [([command("c-1"), command("c-1")], {}), ([command("c-1", sold())], {})],
    ids=["one id twice", "a stream without a version"],
)
def test_a_batch_that_contradicts_itself_is_a_mistake_of_the_caller(
    store: EventStore, batch: list[object], expected: dict[str, int]
) -> None:
    with pytest.raises(ValueError, match=r"twice|no expected version"):
        store.append("glow", batch, expected)  # type: ignore[arg-type]


def test_pages_together_are_the_history(store: EventStore) -> None:
    store.append("glow", [command("c-1", *[sold() for _ in range(1100)])], {S1: 0})
    assert len(store.read("glow", 0)) == 500
    assert [event.position for event in store.read("glow", 3, until=5)] == [4, 5]
    assert [event.position for event in store.history("glow", 40)] == list(range(41, 1101))


def test_texts_and_documents_are_stored_apart_and_erased(store: EventStore) -> None:
    name = PersonalText("d-1", "p-1", "name", b"salt", "Ada Byron")
    other = PersonalText("d-2", "p-2", "name", b"salt", "Mary Shelley")
    store.append("glow", [command("c-1", sold(), personal=(name, other))], {S1: 0})
    scan = store.put_document("glow", "text/plain", b"signed", "p-1")
    assert store.personal("glow", ["d-1", "d-2", "d-3"]) == {"d-1": name, "d-2": other}
    document = store.document("glow", scan)
    assert document is not None
    assert (document.content, document.subject) == (b"signed", "p-1")

    assert store.erase("glow", "p-1") == 2

    assert store.personal("glow", ["d-1", "d-2"]) == {"d-2": other}
    assert store.document("glow", scan) is None
    assert store.verify("glow") is None


def test_a_lock_not_had_in_time_is_busy_and_nothing_is_stored(
    store: EventStore, admin: psycopg.Connection
) -> None:
    sell(store)
    with admin.transaction():
        admin.execute("SELECT FROM ledger.clinic_head FOR UPDATE")
        with pytest.raises(Busy) as busy:
            sell(store, "c-2", S2)
    assert not isinstance(busy.value, OutcomeUnknown)
    assert sell(store, "c-2", S2).events[0].position == 2


def test_a_connection_lost_while_sending_leaves_the_outcome_unknown(
    store: EventStore, admin: psycopg.Connection
) -> None:
    sell(store)
    with admin.transaction(), ThreadPoolExecutor(1) as thread:
        admin.execute("SELECT FROM ledger.clinic_head FOR UPDATE")
        sending = thread.submit(sell, store, "c-2", S2)
        while not _end_waiting_appends(admin):
            pass
        with pytest.raises(OutcomeUnknown):
            sending.result()
    assert sell(store, "c-2", S2).events[0].position == 2


def test_one_failure_replaces_all_connections_that_died_with_the_server(
    store: EventStore, admin: psycopg.Connection
) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: sell(store, f"c-{n}", f"s-{n}", f"clinic-{n}"), range(40)))
    ended = admin.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    ).fetchall()
    assert len(ended) > 1
    with pytest.raises(Busy):
        store.load("clinic-1", ["s-1"])
    for _ in range(4):
        assert store.load("clinic-1", ["s-1"])["s-1"]


def _end_waiting_appends(admin: psycopg.Connection) -> bool:
    ended = admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    ).fetchall()
    return bool(ended)


def test_an_old_body_is_lifted_when_it_is_read(
    store: EventStore, admin: psycopg.Connection
) -> None:
    sell(store)
    with admin.transaction():
        admin.execute("SET LOCAL session_replication_role = replica")
        admin.execute("ALTER TABLE ledger.event DISABLE TRIGGER append_only")
        admin.execute(
            "UPDATE ledger.event SET type = 'Drawn', schema_version = 1, body = %s",
            ['{"on":"2026-03-02","visit":"v-1"}'],
        )
    [recorded] = store.load("glow", [S1])[S1]
    assert recorded.event == Drawn(visit="v-1", on=date(2026, 3, 2), quantity=1)
