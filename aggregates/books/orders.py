"""What accountants can ask of the books: the data of their commands (interfaces.md 4)."""

from typing import Annotated

from pydantic import Field

from aggregates.books.events import AdjustmentLine
from ledger.events import Frozen
from ledger.ids import Id
from ledger.personal import FreeText


class PostAdjustment(Frozen):
    """A missing `approver` is refused by the rule, with all else that is wrong."""

    adjustment: Id
    lines: Annotated[tuple[AdjustmentLine, ...], Field(max_length=500)]
    reason: FreeText
    approver: Id | None = None
    auto_reverse: bool = False
