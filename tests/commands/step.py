"""A step in a clinic's life: a command, and what must come of it."""

from dataclasses import dataclass, field
from typing import Any

from tests.commands.practice import ADMIN


@dataclass(frozen=True)
class Step:
    """A command on a day, the events it records in their order, and its whole answer."""

    command: str
    at: str
    data: dict[str, Any]
    events: list[str]
    answer: dict[str, Any]
    actor: dict[str, str] = field(default_factory=ADMIN.copy)
