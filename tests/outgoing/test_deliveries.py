"""What is recorded is posted: signed, in order, again when it was not taken, and to an end."""

import asyncio
import logging
from datetime import timedelta

import orjson
import pytest

from consumers.nats import wire
from consumers.outgoing.deliveries import TRIES, pause_after
from consumers.outgoing.endpoints import MOST, TooMany, UnknownEndpoint
from tests.outgoing.conftest import Office, Receiver, receiving, signed_by
from tests.support.messaging import until


def work(office: Office) -> int:
    return asyncio.run(office.deliverer().work_off())


def test_what_is_recorded_from_now_on_is_posted_in_order(
    office: Office, receiver: Receiver
) -> None:
    before = office.head()
    secret = office.add(receiver.url)
    assert work(office) == 0
    office.sells(5)
    assert work(office) == office.head() - before
    assert receiver.positions == list(range(before + 1, office.head() + 1))
    assert all(signed_by(secret, post) for post in receiver.posts)
    assert {state for _, state, _ in office.standing()} == {"delivered"}
    assert work(office) == 0


def test_a_body_is_the_event_as_it_is_on_the_stream(office: Office, receiver: Receiver) -> None:
    office.add(receiver.url)
    office.sells()
    work(office)
    post = receiver.posts[0]
    [row] = office.commands.store.read_rows("glow", post.position - 1, post.position, 1)
    assert post.body == wire.ledger_event(row)
    assert post.headers["webhook-id"] == f"glow:{post.position}"
    assert post.headers["content-type"] == "application/cloudevents+json"
    assert post.headers["webhook-timestamp"] == str(int(office.clock().timestamp()))
    assert post.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert orjson.loads(post.body)["data"]["clinic"] == "glow"


def test_only_the_types_that_were_chosen_are_posted(office: Office, receiver: Receiver) -> None:
    office.add(receiver.url, "OfferPublished")
    office.sells(3)
    work(office)
    assert (receiver.posts, office.standing()) == ([], [])


def test_the_next_waits_until_the_one_before_was_taken(office: Office, receiver: Receiver) -> None:
    office.add(receiver.url)
    start = office.head() + 1
    office.sells(2)
    receiver.answers = [500, 302, 200]
    for waits in (0, 6, 20):
        office.clock.passes(seconds=waits)
        work(office)
    end = office.head()
    assert receiver.positions == [start, start, *range(start, end + 1)]
    assert {post.path for post in receiver.posts} == {"/hook"}  # a redirect is not followed
    assert len({post.headers["webhook-id"] for post in receiver.posts[:3]}) == 1
    assert office.standing()[0] == (start, "delivered", 3)


def test_a_try_comes_later_and_later_with_jitter() -> None:
    for tries, seconds in ((1, 5), (2, 15), (5, 405), (9, 32805), (10, 43200), (12, 43200)):
        paused = {pause_after(tries) for _ in range(50)}
        assert len(paused) > 1
        assert min(paused) >= timedelta(seconds=seconds * 0.8)
        assert max(paused) <= timedelta(seconds=seconds * 1.2)


def test_after_the_last_try_it_has_failed_and_the_endpoint_is_disabled(
    office: Office, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    office.add(receiver.url)
    start = office.head() + 1
    office.sells(2)
    receiver.answers = [503] * TRIES
    with caplog.at_level(logging.CRITICAL):
        for _ in range(TRIES + 3):
            work(office)
            office.clock.passes(hours=15)
    assert receiver.positions == [start] * TRIES
    assert office.standing()[0] == (start, "failed", TRIES)
    [endpoint] = office.endpoints.list("glow")
    assert endpoint.disabled_for == "the receiver answered 503"
    assert office.deliveries.counts()[1] == 1
    assert "webhook billing of clinic glow is disabled" in caplog.text


def test_an_endpoint_that_is_enabled_again_has_missed_nothing(
    office: Office, receiver: Receiver
) -> None:
    office.add(receiver.url)
    start = office.head() + 1
    receiver.answers = [410]
    office.sells(2)
    work(office)
    office.sells(2)
    assert work(office) == 0
    office.endpoints.enable("glow", "billing")
    assert office.deliveries.replay("glow", "billing", start, start, office.clock()) == 1
    work(office)
    assert receiver.positions == [start, *range(start, office.head() + 1)]
    assert [state for _, state, _ in office.standing()] == ["delivered"] * (
        office.head() - start + 1
    )


def test_positions_are_replayed_with_the_same_id(office: Office, receiver: Receiver) -> None:
    office.add(receiver.url)
    office.sells(3)
    work(office)
    ids = [post.headers["webhook-id"] for post in receiver.posts]
    assert office.deliveries.replay("glow", "billing", 1, 10_000, office.clock()) == office.head()
    receiver.posts.clear()
    work(office)
    assert receiver.positions == list(range(1, office.head() + 1))
    assert [post.headers["webhook-id"] for post in receiver.posts][-len(ids) :] == ids


def test_two_workers_send_each_event_once_and_in_order(office: Office, receiver: Receiver) -> None:
    office.add(receiver.url)
    start = office.head() + 1
    office.sells(20)

    async def both() -> None:
        await asyncio.gather(*(office.deliverer().work_off() for _ in range(2)))

    asyncio.run(both())
    work(office)
    assert receiver.positions == list(range(start, office.head() + 1))


def test_what_a_worker_took_and_never_settled_is_sent_by_another(
    office: Office, receiver: Receiver
) -> None:
    office.add(receiver.url)
    office.sells()
    office.deliveries.follow(office.clock())
    [taken] = office.deliveries.claim(office.clock(), 10)
    assert work(office) == 0
    office.clock.passes(minutes=2)
    work(office)
    assert receiver.positions[0] == taken.position


def test_a_slow_endpoint_does_not_hold_the_others_up(office: Office, receiver: Receiver) -> None:
    with receiving() as other:
        office.add(receiver.url)
        office.add(other.url, name="books")
        receiver.answers = [500]
        office.sells()
        work(office)
    assert other.positions == list(range(other.positions[0], office.head() + 1))
    assert office.standing()[0][1] == "pending"


def test_while_a_secret_is_exchanged_both_sign(office: Office, receiver: Receiver) -> None:
    old = office.add(receiver.url)
    new = office.endpoints.rotate("glow", "billing", office.clock())
    office.sells()
    work(office)
    assert signed_by(old, receiver.posts[-1])
    assert signed_by(new, receiver.posts[-1])
    office.clock.passes(days=2)
    office.sells()
    work(office)
    assert not signed_by(old, receiver.posts[-1])
    assert signed_by(new, receiver.posts[-1])


def test_the_worker_posts_what_comes_until_it_is_stopped(
    office: Office, receiver: Receiver
) -> None:
    office.add(receiver.url)

    async def arrived() -> bool:
        return len(receiver.posts) >= 3

    async def story() -> None:
        stop = asyncio.Event()
        running = asyncio.ensure_future(office.deliverer().run(stop))
        await asyncio.to_thread(office.sells, 3)
        await until(arrived)
        stop.set()
        await running

    asyncio.run(story())
    assert receiver.positions == sorted(set(receiver.positions))


def test_what_was_delivered_long_ago_is_forgotten(office: Office, receiver: Receiver) -> None:
    office.add(receiver.url)
    office.sells()
    work(office)
    assert office.deliveries.forget(office.clock()) == 0
    office.clock.passes(days=31)
    assert office.deliveries.forget(office.clock()) == len(receiver.posts)
    assert office.standing() == []


def test_an_endpoint_that_is_removed_gets_nothing_more(office: Office, receiver: Receiver) -> None:
    office.add(receiver.url)
    office.sells()
    office.endpoints.remove("glow", "billing")
    assert work(office) == 0
    for change in (office.endpoints.remove, office.endpoints.enable):
        with pytest.raises(UnknownEndpoint):
            change("glow", "billing")
    with pytest.raises(UnknownEndpoint):
        office.endpoints.rotate("glow", "billing", office.clock())


def test_another_clinics_endpoint_is_not_there(office: Office, receiver: Receiver) -> None:
    office.add(receiver.url)
    office.sells()
    work(office)
    for ask in (office.deliveries.list, office.endpoints.remove):
        with pytest.raises(UnknownEndpoint):
            ask("dew", "billing")
    assert office.endpoints.list("dew") == []


def test_a_clinic_has_so_many_endpoints_and_no_more(office: Office, receiver: Receiver) -> None:
    for number in range(MOST):
        office.add(receiver.url, name=f"e-{number}")
    with pytest.raises(TooMany):
        office.add(receiver.url, name="one-more")
    assert len(office.endpoints.list("glow")) == MOST
