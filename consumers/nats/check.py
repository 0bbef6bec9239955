"""What would be covered? Asked over core NATS, answered at once, changing nothing."""

import asyncio
import logging
from concurrent.futures import Executor
from typing import Any

import orjson
from faststream import AckPolicy
from faststream.message import StreamMessage
from faststream.nats import NatsBroker
from nats.aio.msg import Msg

from commands import asking, strictjson
from commands.handling import Commands
from consumers.nats.inbox import fault
from consumers.nats.wire import clinic_of
from ledger.codes import Code, Refused
from ledger.errors import Busy, Unreadable

SUBJECT = "entitlements.*.check"
GROUP = "entitlements"
AT_ONCE = 4
REPLIES = "_INBOX."

log = logging.getLogger(__name__)


class Check:
    """Answers requests in threads of `executor`."""

    def __init__(self, commands: Commands, executor: Executor) -> None:
        self._commands = commands
        self._executor = executor

    def subscribe(self, broker: NatsBroker) -> None:
        """Registers with the queue group, so each request is answered by one process."""
        subscriber = broker.subscriber(
            SUBJECT,
            GROUP,
            max_workers=AT_ONCE,
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
            decoder=_untouched,
        )
        subscriber(self.receive)

    async def receive(self, message: Msg) -> None:
        """Answers one request, at an inbox only: a reply must not reach a subject of others."""
        if not message.reply.startswith(REPLIES):
            return
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(
            self._executor, self.answer, message.subject, message.data
        )
        await message.respond(orjson.dumps(answer))

    def answer(self, subject: str, payload: bytes) -> dict[str, Any]:
        """The coverage rows and access, or ``{"error": {"code", "message", "field"}}``."""
        try:
            found = asking.check(self._commands, clinic_of(subject), _question(payload))
        except Unreadable as error:
            found = Refused(Code.INVALID, str(error))
        except Busy:
            found = Refused(Code.CONFLICT, "The ledger is busy; ask again.")
        except Exception as error:  # noqa: BLE001  whoever asks must hear something
            log.critical("entitlement check failed: %s", fault(error))
            return {"error": {"code": "internal", "message": "The ledger cannot answer."}}
        if isinstance(found, Refused):
            return {"error": {"code": found.code, "message": found.message, "field": found.field}}
        return found


def _question(payload: bytes) -> object:
    """The question as it is, or as the data of a CloudEvent."""
    content = strictjson.loads(payload)
    if isinstance(content, dict) and "specversion" in content:
        return content.get("data")
    return content


async def _untouched(message: StreamMessage[Msg]) -> Msg:
    return message.raw_message
