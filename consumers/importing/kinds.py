"""What a file of each kind looks like: columns, rows that belong together, commands of a row."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from consumers.importing.cells import NOON, Layout, Reader, localized


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its name in the first row; `needed` in the first row of what belongs together."""

    name: str
    about: str
    read: Reader
    example: str = ""
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the sheet, its empty cells left out; rows count from 1, the heading's."""

    row: int
    cells: Mapping[str, Any]

    def picked(self, *names: str, **renamed: str) -> dict[str, Any]:
        """The cells that are there, by the names of a command's fields: `field="column"`."""
        wanted = {name: name for name in names} | renamed
        return {to: self.cells[name] for to, name in wanted.items() if name in self.cells}


class Wrong(ValueError):
    """A row cannot become commands; says where and what to do."""

    def __init__(self, row: int, column: str, message: str, code: str = "invalid") -> None:
        super().__init__(message)
        self.row = row
        self.column = column
        self.code = code


@dataclass(frozen=True, slots=True)
class Step:
    """One command. `columns` tells where a field comes from that is named otherwise, `rows` the
    row behind each of its `lines`.
    """

    command: str
    at: datetime
    data: dict[str, Any]
    rows: tuple[int, ...]
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the whole file is read under; `cut_over` is the first day of the new books."""

    layout: Layout
    cut_over: date | None = None

    def noon(self, on: date) -> datetime:
        """The time of what is known by its date alone."""
        return localized(datetime.combine(on, NOON), self.layout)


@dataclass(frozen=True, slots=True)
class Kind:
    """`key` names the columns that identify what a row describes; further rows below it, of the
    same key, may say more of `each`. Those with the same `together` may bear on each other.
    """

    name: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    together: str
    steps: Callable[[Sequence[Entry], Terms], Iterator[Step]]
    each: tuple[str, ...] = ()

    @property
    def by_name(self) -> dict[str, Column]:
        """The columns by their names."""
        return {column.name: column for column in self.columns}
