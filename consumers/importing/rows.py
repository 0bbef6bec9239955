"""Rows as commands: each row read cell by cell, those of one key together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from consumers.importing.heading import columns
from consumers.importing.kinds import Entry, Kind, Step, Terms, Wrong
from consumers.importing.sheets import Row, Sheet, UnreadableFile


@dataclass(frozen=True, slots=True)
class Bad:
    """What is wrong with a row, and what to do."""

    row: int
    column: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Group:
    """What one key stands for: its rows, and its commands or what is wrong with them.

    Groups with the same `together` may bear on each other.
    """

    key: str
    together: str
    rows: tuple[int, ...]
    steps: tuple[Step, ...] = ()
    bad: tuple[Bad, ...] = ()


def groups(kind: Kind, sheet: Sheet, terms: Terms) -> Iterator[Group]:
    """What the file describes, in its order; raises UnreadableFile for a file that is no such
    table.
    """
    heading = next(sheet.rows, None)
    if heading is None:
        raise UnreadableFile("the file is empty")
    names = columns(kind, heading[1])
    seen: set[tuple[str, ...]] = set()
    entries: list[Entry] = []
    bad: list[Bad] = []
    for number, cells in sheet.rows:
        entry, wrong = _read(kind, names, (number, cells), terms)
        if entries and not _continues(kind, entries[0], entry):
            yield _group(kind, entries, bad, terms, seen)
            entries, bad = [], []
        entries.append(entry)
        bad += wrong
    if entries:
        yield _group(kind, entries, bad, terms, seen)


def _read(kind: Kind, names: Sequence[str], row: Row, terms: Terms) -> tuple[Entry, list[Bad]]:
    """The cells of a row; one that cannot be read is left out and told."""
    number, cells = row
    known, values, bad = kind.by_name, dict[str, Any](), list[Bad]()
    for name, cell in zip_longest(names, cells, fillvalue=None):
        if cell is None:
            continue
        if name is None:
            bad.append(Bad(number, "", "invalid", "more cells than the first row; quote commas"))
            break
        try:
            values[name] = known[name].read(cell, terms.layout)
        except ValueError as error:
            bad.append(Bad(number, name, "invalid", str(error)))
    if len(cells) < len(names) and not bad:
        short = f"{len(cells)} cells where the first row has {len(names)}"
        bad.append(Bad(number, "", "invalid", short))
    return Entry(number, values), bad


def _continues(kind: Kind, first: Entry, entry: Entry) -> bool:
    """Whether a row says more about what the rows above describe."""
    lead, *rest = kind.key
    same = entry.cells.get(lead, "") == first.cells.get(lead)
    return same and all(
        name not in entry.cells or entry.cells[name] == first.cells.get(name) for name in rest
    )


def _group(
    kind: Kind, entries: list[Entry], bad: list[Bad], terms: Terms, seen: set[tuple[str, ...]]
) -> Group:
    first, rows = entries[0], tuple(entry.row for entry in entries)
    key = tuple(str(first.cells.get(name, "")) for name in kind.key)
    together = str(first.cells.get(kind.together, ""))
    found = [*bad, *(_missing(kind, first) if not bad else ()), *_differing(kind, entries)]
    if key in seen and not bad:
        found.append(Bad(first.row, kind.key[0], "duplicate", "this stands further up already"))
    seen.add(key)
    name = " ".join(key)
    if found:
        return Group(name, together, rows, bad=tuple(found))
    try:
        return Group(name, together, rows, tuple(kind.steps(entries, terms)))
    except Wrong as wrong:
        told = Bad(wrong.row, wrong.column, wrong.code, str(wrong))
        return Group(name, together, rows, bad=(told,))
    except ValueError as error:  # a day whose noon the clock does not have
        return Group(name, together, rows, bad=(Bad(first.row, "", "invalid", str(error)),))


def _missing(kind: Kind, first: Entry) -> Iterator[Bad]:
    for column in kind.columns:
        if column.needed and column.name not in first.cells:
            yield Bad(first.row, column.name, "invalid", f"is empty; it takes: {column.about}")


def _differing(kind: Kind, entries: Sequence[Entry]) -> Iterator[Bad]:
    """Further rows say nothing else about what all of them describe."""
    first: Mapping[str, Any] = entries[0].cells
    for entry in entries[1:]:
        if not kind.each:
            yield Bad(entry.row, kind.key[0], "duplicate", "this stands in the row above already")
            continue
        for name, value in entry.cells.items():
            if name not in kind.each and value != first.get(name):
                yield Bad(entry.row, name, "invalid", "differs from the first row of the same key")
