"""A use case: its name, its data, what it reads and how it is decided."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from commands.desk import Desk
from ledger.codes import Code, Refused
from ledger.decider import Context, Decider, Decision
from ledger.events import Frozen

Order = TypeVar("Order", bound=Frozen)
Reads = Iterable[tuple[Decider[Any], str]]


def _nothing(_desk: Desk, _order: Any) -> Reads:
    return ()


@dataclass(frozen=True, slots=True)
class Spec:
    """`first` and `then` name the streams to read ahead: those the order names, and those
    that these lead to. What they leave out is read when it is asked for. `makes` are the kinds
    of streams that begin with the command.
    """

    name: str
    order: type[Frozen]
    decide: Callable[[Desk, Context, Any], Decision]
    first: Callable[[Desk, Any], Reads] = _nothing
    then: Callable[[Desk, Any], Reads] = _nothing
    makes: frozenset[str] = frozenset()


def unknown_subscription(key: str) -> Refused:
    """The refusal for a contract that was never sold."""
    return Refused(Code.UNKNOWN_SUBSCRIPTION, f"No subscription {key}.", "data.subscription")
