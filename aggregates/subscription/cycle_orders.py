"""What time, or a person in its place, asks of a contract, and failed attempts to collect."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from aggregates.values import Word
from ledger.events import Frozen
from ledger.ids import Id
from ledger.money import PositiveAmount


def _named(value: object) -> object:
    """An attempt that is counted instead of named, by its number."""
    return str(value) if type(value) is int else value


class Renew(Frozen):
    """The cycles that have begun fall due. The clock names the `cycle`; without it a contract
    that does not renew by itself goes on for one more.
    """

    subscription: Id
    cycle: Annotated[int, Field(ge=1)] | None = None


class Bill(Frozen):
    """The instalments whose day has come are receivable (row 4)."""

    subscription: Id


class Signal(Frozen):
    """What other services are told on the days that have begun."""

    subscription: Id


class Dormancy(Frozen):
    """Value that has been dormant for long enough is due to the state (row 21)."""

    subscription: Id


class RecordPaymentFailure(Frozen):
    subscription: Id
    attempt: Annotated[Id, BeforeValidator(_named)]
    amount: PositiveAmount
    code: Word
