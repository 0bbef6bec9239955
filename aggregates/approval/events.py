"""What can happen to a request for approval (reliability.md 6.7, B25)."""

from datetime import datetime

from aggregates.values import Digest, Word
from ledger.events import Event
from ledger.ids import Id


class ApprovalRequested(Event):
    """`content` is the salted digest of the command as it is to be sent, which is stored apart."""

    request: Id
    command: Word
    content: Digest
    expires: datetime


class ApprovalGiven(Event):
    request: Id


class ApprovalRejected(Event):
    request: Id
    reason: Digest


class ApprovalUsed(Event):
    """The command was accepted with this approval; it serves no other one."""

    request: Id
