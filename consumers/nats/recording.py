"""From a batch of messages to commands: read each, decide a clinic's together, say what became."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from commands import strictjson
from commands.envelope import Envelope, Result, parse_envelope
from commands.handling import Commands
from consumers.nats.inbox import ACCEPTED, Settled, failed
from consumers.nats.wire import CloudEvent, Incoming, Rejected, read_event
from consumers.verdicts import of_refusal
from ledger.codes import Code, Refused
from ledger.errors import Broken, LedgerError

Translate = Callable[[str, CloudEvent], tuple[str, dict[str, Any]]]
"""The command's name and data, from the last token of the subject and the event."""

Numbered = list[tuple[int, Envelope]]
"""Commands with the places of their messages in the batch."""

AT_ONCE = 2
"""Clinics of a batch in hand: one is decided while the other's append is on its way. Deciding is
Python, one at a time, so more of them only get in each other's way."""

_CLINIC_IN_SOURCE = re.compile(r"(?:^|/)clinics?/([^/?#]+)")


@dataclass(frozen=True, slots=True)
class Recording:
    """Settles batches by commands; refusals in `settled` mean that nothing is left to do."""

    commands: Commands
    translate: Translate
    settled: frozenset[Code] = frozenset()
    threads: Executor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE))
    turns: defaultdict[str, Lock] = field(default_factory=lambda: defaultdict(Lock))
    """One batch of a clinic at a time: two of them would undo each other's appends."""

    def __call__(self, messages: Sequence[Incoming]) -> list[Settled]:
        """One outcome for each message, the clinics decided apart from each other."""
        outcomes: dict[int, Settled] = {}
        clinics: dict[str, Numbered] = {}
        for number, message in enumerate(messages):
            try:
                envelope = read_command(message, self.translate)
            except Rejected as error:
                outcomes[number] = failed(error)
            else:
                clinics.setdefault(envelope.clinic, []).append((number, envelope))
        for found in self.threads.map(self._decide, clinics, clinics.values()):
            outcomes.update(found)
        return [outcomes[number] for number in range(len(messages))]

    def _decide(self, clinic: str, numbered: Numbered) -> dict[int, Settled]:
        try:
            with self.turns[clinic]:
                results = self.commands.handle_many(clinic, [item for _, item in numbered])
        except Broken:
            raise
        except LedgerError as error:
            # The other clinics of the batch have their own outcome.
            return {number: failed(error) for number, _ in numbered}
        return {
            number: self._outcome(result)
            for (number, _), result in zip(numbered, results, strict=True)
        }

    def _outcome(self, result: Result) -> Settled:
        refused = result.error
        if refused is None or refused.code in self.settled:
            return ACCEPTED
        return Settled(of_refusal(refused.code), refused.code, refused.message)


def read_command(message: Incoming, translate: Translate) -> Envelope:
    """The command that a message asks for; raises Rejected for one that cannot be taken.

    The clinic is the subject's. The id is derived from the event's `source` and `id`, so the
    same event has the same effect however often it comes (interfaces.md 5).
    """
    clinic = message.clinic
    event = read_event(_parsed(message.payload))
    data = dict(event.data)
    _refuse_foreign(clinic, event, data.pop("clinic", clinic))
    command, data = translate(
        message.subject.rsplit(".", 1)[1], event.model_copy(update={"data": data})
    )
    line = {
        "command": command,
        "id": command_id(event),
        "clinic": clinic,
        "at": event.time,
        "actor": {"id": event.source, "role": "service"},
        "source": {"system": event.source, "record": event.id},
        "data": data,
    }
    envelope = parse_envelope(line)
    if isinstance(envelope, Refused):
        raise Rejected(envelope.code, f"{envelope.field}: {envelope.message}")
    return envelope


def command_id(event: CloudEvent) -> str:
    """The id of the command of an event: one for each pair of source and id."""
    pair = f"{len(event.source)}:{event.source}{event.id}"
    return "ce-" + hashlib.sha256(pair.encode()).hexdigest()[:48]


def _parsed(payload: bytes) -> object:
    try:
        return strictjson.loads(payload)
    except LedgerError as error:
        raise Rejected("unreadable", str(error)) from None


def _refuse_foreign(clinic: str, event: CloudEvent, named: object) -> None:
    """The subject is what a publisher has the right to; nothing inside may name another."""
    in_source = _CLINIC_IN_SOURCE.search(event.source)
    others = {
        named,
        (event.model_extra or {}).get("clinic", clinic),
        in_source.group(1) if in_source else clinic,
    }
    if others != {clinic}:
        raise Rejected("foreign_clinic", "the message names another clinic than its subject")


def agree(name: str, *values: object) -> None:
    """Raises Rejected unless all values that are given are the same."""
    given = [value for value in values if value is not None]
    if any(value != given[0] for value in given):
        raise Rejected("invalid", f"{name} differs between subject, type and data")
