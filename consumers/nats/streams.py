"""The JetStream streams and durable consumers, made by us and never changed silently.

FastStream would update a live stream to its own defaults, which forget old messages
(reliability.md 5.2); so subscribers declare nothing and `prepare` runs before them.
"""

from typing import Any

from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from ledger.errors import Broken

VISITS = "VISITS"
PAYMENTS = "PAYMENTS"
LEDGER = "LEDGER"
COVERAGE = "COVERAGE"
LEDGER_DEAD = "LEDGER_DEAD"

SUBJECTS: dict[str, list[str]] = {
    VISITS: ["visits.*.completed", "visits.*.no_show", "visits.*.late_cancel"],
    PAYMENTS: [
        "payments.*.captured",
        "payments.*.failed",
        "payments.*.refunded",
        "payments.*.dispute",
    ],
    LEDGER: ["ledger.*.*.*"],
    COVERAGE: ["coverage.*.*"],
    LEDGER_DEAD: ["dead.>"],
}

DURABLES: dict[str, str] = {VISITS: "visits", PAYMENTS: "payments"}
"""The durable consumer of each stream we consume."""

DEDUPLICATION_SECONDS = 120
ACK_WAIT_SECONDS = 60
BATCHES = {VISITS: 500, PAYMENTS: 500}
"""Messages a consumer takes at once."""
BATCH_SECONDS = {VISITS: 0.1, PAYMENTS: 0.1}
"""How long it waits for a batch to fill."""
BATCHES_UNACKNOWLEDGED = 4
"""What several workers of one consumer may hold together."""

StreamValues = dict[str, Any]


def stream_values(name: str, replicas: int) -> StreamValues:
    """The settings of a stream that matter to us.

    A full stream refuses (`discard` new), and nobody deletes from it. The relay publishes in
    atomic batches.
    """
    return {
        "name": name,
        "subjects": SUBJECTS[name],
        "retention": RetentionPolicy.LIMITS,
        "discard": DiscardPolicy.NEW,
        "storage": StorageType.FILE,
        "num_replicas": replicas,
        "duplicate_window": DEDUPLICATION_SECONDS,
        "deny_delete": True,
        "deny_purge": True,
        "allow_atomic": True,
    }


def consumer_values(stream: str) -> StreamValues:
    """The settings of a stream's durable pull consumer that matter to us.

    Deliveries are not limited here: a delivery spent while the database was away must not
    count against a message. The consumer's own fuse counts (inbox.py).
    """
    return {
        "durable_name": DURABLES[stream],
        "ack_policy": AckPolicy.EXPLICIT,
        "ack_wait": ACK_WAIT_SECONDS,
        "max_deliver": -1,
        "max_ack_pending": BATCHES_UNACKNOWLEDGED * BATCHES[stream],
        "filter_subject": None,
    }


async def prepare(jetstream: JetStreamContext, replicas: int = 1) -> list[str]:
    """Makes the streams and consumers that are missing and names them.

    `replicas` is 3 in a cluster. Raises Broken, naming each difference, when a live one is
    set otherwise: somebody decided that, and only a person may undo it.
    """
    made = [
        name for name in SUBJECTS if await _stream(jetstream, name, stream_values(name, replicas))
    ]
    return made + [
        f"{stream}/{durable}"
        for stream, durable in DURABLES.items()
        if await _consumer(jetstream, stream, consumer_values(stream))
    ]


async def _stream(jetstream: JetStreamContext, name: str, wanted: StreamValues) -> bool:
    try:
        info = await jetstream.stream_info(name)
    except NotFoundError:
        info = await jetstream.add_stream(StreamConfig(**wanted))
        _compare(f"stream {name}", info.config, wanted)
        return True
    _compare(f"stream {name}", info.config, wanted)
    return False


async def _consumer(jetstream: JetStreamContext, stream: str, wanted: StreamValues) -> bool:
    durable = wanted["durable_name"]
    try:
        info = await jetstream.consumer_info(stream, durable)
    except NotFoundError:
        info = await jetstream.add_consumer(stream, ConsumerConfig(**wanted))
        _compare(f"consumer {stream}/{durable}", info.config, wanted)
        return True
    _compare(f"consumer {stream}/{durable}", info.config, wanted)
    return False


def _compare(what: str, live: StreamConfig | ConsumerConfig | None, wanted: StreamValues) -> None:
    differences = [
        f"{field} is {getattr(live, field, None)!r}, not {value!r}"
        for field, value in wanted.items()
        if getattr(live, field, None) != value
    ]
    if differences:
        raise Broken(f"{what}: {'; '.join(differences)}")
