"""Handling: every command comes through here, one or many of a clinic at a time.

Check, load, decide, append, in one append for the whole batch (architecture.md 4, 6). Retries
and idempotency live here and nowhere else: a conflict means "look again", a lost reply means
"send the same ids again" (style.md rules 7 and 8).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from datetime import datetime
from random import uniform
from time import sleep

from aggregates.clinic.state import CLINIC
from aggregates.document.orders import AttachDocument
from aggregates.estimate.orders import SetEstimate
from aggregates.period.orders import ClosePeriod
from commands.approving import with_requests
from commands.closing import Closer, close_period
from commands.contexts import context_of, meta_of, protected_channel, salt
from commands.desk import Desk
from commands.envelope import Envelope, Result, refused
from commands.estimating import set_estimate
from commands.evidencing import content_of
from commands.gathering import Gathering
from commands.objecting import objection
from commands.pacing import too_fast
from commands.pending import Pending, foreseen, parsed, result_of
from commands.periods import unless_stopped
from commands.registry import CLOSE_PERIOD, SPECS
from commands.remembering import about, answer, with_subject
from commands.workspace import StateCache, Workspace
from ledger.codes import Refused
from ledger.decider import Context, Decision
from ledger.errors import Busy, OutcomeUnknown
from ledger.events import Frozen
from ledger.personal import protect
from ledger.store.store import CommandRow, Conflict, EventStore, Known

#: Pauses before deciding again after a lost race, with jitter (style.md rule 8).
PAUSES = (0.01, 0.03, 0.1, 0.3, 0.6)


class Commands:
    """The commands of all clinics; safe to share between threads.

    `clock` gives the ledger's now; `fixed_clock` tells that it also replaces the server's for
    recorded times, so that no pace can be told from them. `closer` computes the figures of a
    close, `due` names the contracts with something to expire by a day.
    """

    def __init__(
        self,
        store: EventStore,
        clock: Callable[[], datetime],
        *,
        closer: Closer | None = None,
        fixed_clock: bool = False,
    ) -> None:
        self.store = store
        self.clock = clock
        self._closer = closer
        self._fixed_clock = fixed_clock
        self._cache = StateCache()
        self._gathering = Gathering(self._handle_batch)

    def handle(self, envelope: Envelope) -> Result:
        """Decides and records one command, with those that other threads send at the same moment;
        raises LedgerError for the machinery's failures.
        """
        if envelope.command == CLOSE_PERIOD:
            return self._handle_batch(envelope.clinic, [envelope])[0]
        return self._gathering.handle(envelope)

    def submit(self, envelope: Envelope, threads: Executor) -> Future[Result]:
        """What `handle` gives, for one who does not wait in a thread of his own."""
        if envelope.command == CLOSE_PERIOD:
            return threads.submit(self.handle, envelope)
        return self._gathering.submit(envelope, threads)

    def handle_many(self, clinic: str, envelopes: Sequence[Envelope]) -> list[Result]:
        """Decides a batch in memory, in order, and records what is accepted in one append.

        Each result is the command's own: a refused one does not touch the others. Raises Busy
        when races were lost too often, OutcomeUnknown when the reply stayed lost.
        """
        if len(envelopes) == 1 or all(item.command != CLOSE_PERIOD for item in envelopes):
            return self._handle_batch(clinic, envelopes)
        return [self._handle_batch(clinic, [envelope])[0] for envelope in envelopes]

    def rehearse(self, clinic: str, envelopes: Sequence[Envelope]) -> list[Result]:
        """What `handle_many` would answer now, the events left out; no command may bring a
        document. Nothing is recorded.
        """
        return [foreseen(item) for item in self._decided(self.desk(clinic), envelopes, recall=True)]

    def desk(self, clinic: str) -> Desk:
        """A fresh view of the clinic's streams, for questions that change nothing."""
        return Desk(clinic, Workspace(self.store, clinic, self._cache))

    def _handle_batch(self, clinic: str, envelopes: Sequence[Envelope]) -> list[Result]:
        lost: Busy = Busy("the same streams moved too often; send the command again")
        is_close = any(item.command == CLOSE_PERIOD for item in envelopes)
        recall = is_close
        if not is_close and len({item.command for item in envelopes}) == 1:
            results = self._on_trust(clinic, envelopes)
            if results is not None:
                return results
            recall = True
        for pause in (*PAUSES, None):
            try:
                desk = self.desk(clinic)
                return self._settled(desk, self._decided(desk, envelopes, recall=recall))
            except Known:
                recall = True
                continue
            except (Conflict, OutcomeUnknown) as error:
                recall = True
                lost = error
            if pause is not None:
                sleep(pause * uniform(0.5, 1.5))
            if len(envelopes) > 1 and isinstance(lost, Conflict):
                return self._in_halves(clinic, envelopes)
        raise lost if isinstance(lost, OutcomeUnknown) else Busy(str(lost))

    def _on_trust(self, clinic: str, envelopes: Sequence[Envelope]) -> list[Result] | None:
        """Commands of one name decided on what is remembered, in one round trip: the append checks
        that it was right. None where it was not, or where a refusal may come from it.
        """
        spec = SPECS.get(envelopes[0].command)
        makes = frozenset[str]() if spec is None else spec.makes
        desk = Desk(clinic, Workspace(self.store, clinic, self._cache, makes))
        pending = self._decided(desk, envelopes, recall=False)
        if any(item.is_refused for item in pending) and not desk.workspace.is_certain:
            return None
        try:
            return self._settled(desk, pending)
        except (Known, Conflict, OutcomeUnknown):
            return None

    def _in_halves(self, clinic: str, envelopes: Sequence[Envelope]) -> list[Result]:
        """Smaller appends meet fewer others (style.md rule 10)."""
        middle = len(envelopes) // 2
        return [
            *self._handle_batch(clinic, envelopes[:middle]),
            *self._handle_batch(clinic, envelopes[middle:]),
        ]

    def _decided(self, desk: Desk, envelopes: Sequence[Envelope], *, recall: bool) -> list[Pending]:
        """Every command decided in memory, in order. The command memory is asked before only when
        a try before has met it; the append asks it again in any case, and so does every refusal.
        """
        pending = [parsed(envelope) for envelope in envelopes]
        if recall:
            self._recall(desk, [item for item in pending if item.result is None])
        self._read_ahead(desk, pending)
        now = self.clock()
        accepted: dict[str, Pending] = {}
        for item in pending:
            item.twin = accepted.get(item.envelope.id)
            if item.result is None and item.twin is None:
                self._decide(desk, item, now)
            if item.row is not None:
                accepted[item.envelope.id] = item
        return pending

    def _settled(self, desk: Desk, pending: list[Pending]) -> list[Result]:
        """The answers, once what is accepted is recorded."""
        self._recall(desk, [item for item in pending if item.is_refused])
        self._append(desk, pending)
        return [result_of(item) for item in pending]

    def _recall(self, desk: Desk, items: Sequence[Pending]) -> None:
        """Answers what is remembered: an accepted command sent again, or a twin of it recorded
        meanwhile, must not hear that it is its own duplicate (architecture.md 4).
        """
        if not items:
            return
        memory = self.store.remembered(desk.clinic_id, [item.envelope.id for item in items])
        for item in items:
            known = memory.get(item.envelope.id)
            if known is not None:
                item.result = answer(item.envelope, *known)

    def _read_ahead(self, desk: Desk, pending: list[Pending]) -> None:
        """Reads the streams of the whole batch in one query, or in two where the cache may not
        have known what the first would lead to.
        """
        items = [
            (SPECS[item.envelope.command], item.order)
            for item in pending
            if item.result is None and item.envelope.command in SPECS
        ]
        guess = Desk(desk.clinic_id, desk.workspace.remembered())
        first = [read for spec, order in items for read in spec.first(desk, order)]
        then = [read for spec, order in items for read in spec.then(guess, order)]
        if desk.workspace.load(((CLINIC, desk.name("clinic")), *first, *then)):
            desk.workspace.load(read for spec, order in items for read in spec.then(desk, order))

    def _decide(self, desk: Desk, item: Pending, now: datetime) -> None:
        envelope = item.envelope
        context = context_of(desk, envelope, now)
        refusal = objection(desk, envelope, context)
        if refusal is not None:
            item.result = refused(envelope.id, refusal)
            return
        assert item.order is not None
        order, texts = protect(item.order, salt)
        channel, more = protected_channel(envelope)
        decided = self._decision(desk, context, envelope.command, order)
        decision = with_requests(desk, context, envelope, decided)
        if not isinstance(decision, Refused) and not self._fixed_clock:
            decision = too_fast(desk, context, envelope.command) or decision
        if isinstance(decision, Refused):
            item.result = refused(envelope.id, decision)
            return
        desk.workspace.stage(context, decision)
        desk.workspace.decided[envelope.command] += 1
        self._keep_content(desk, context, order)
        item.row = CommandRow(
            id=envelope.id,
            name=envelope.command,
            request_hash=envelope.fingerprint,
            data=decision.data,
            actor=context.actor,
            role=context.role,
            effective_at=context.at,
            effective_on=context.on,
            events=decision.events,
            meta=meta_of(envelope, channel),
            personal=with_subject(desk, order, [*texts, *more]),
        )

    def _decision(self, desk: Desk, context: Context, command: str, order: Frozen) -> Decision:
        if isinstance(order, ClosePeriod):
            return close_period(desk, context, order, self._closer)
        if isinstance(order, SetEstimate):
            return set_estimate(desk, context, order, self._closer)
        decision = SPECS[command].decide(desk, context, order)
        return unless_stopped(desk, context, command, decision)

    def _keep_content(self, desk: Desk, context: Context, order: Frozen) -> None:
        """Stores a document's bytes by their digest; storing them twice is storing them once."""
        content = content_of(order) if isinstance(order, AttachDocument) else None
        if content is not None and isinstance(order, AttachDocument):
            subject = about(desk, order)
            self.store.put_document(context.clinic, order.media_type, content, subject)

    def _append(self, desk: Desk, pending: list[Pending]) -> None:
        rows = [item.row for item in pending if item.row is not None]
        if not rows:
            return
        written = [new for row in rows for new in row.events]
        now = self.clock() if self._fixed_clock else None
        expected = desk.workspace.expected(written)
        accepted = self.store.append(desk.clinic_id, rows, expected, now)
        desk.workspace.keep()
        answers = iter(accepted)
        for item in pending:
            if item.row is not None:
                item.result = answer(item.envelope, item.row.request_hash, next(answers))
