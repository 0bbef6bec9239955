"""The first row: which column is which, and that none of them tells who a patient is."""

import re
from collections.abc import Sequence

from consumers.importing.cells import Cell
from consumers.importing.kinds import Kind
from consumers.importing.sheets import UnreadableFile
from ledger.suggesting import suggestion

#: Words in the name of a column that is about a person and not about what was sold.
_WORDS = """
name firstname lastname fullname surname forename initials salutation dob birth birthday birthdate
birthyear born age gender sex email mail phone telephone mobile cell fax address street city zip
postcode ssn passport insurance diagnosis note notes comment comments
"""
PERSONAL = frozenset(_WORDS.split())
_BREAKS = re.compile(r"[\s\-_./()]+")


def columns(kind: Kind, cells: Sequence[Cell | None]) -> list[str]:
    """The names of the columns in their order; raises UnreadableFile for one that is missing,
    doubled, unknown or personal.
    """
    names = [_name(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    known = kind.by_name
    for number, name in enumerate(names, start=1):
        if name not in known:
            raise UnreadableFile(_unknown(name, number, kind))
        if name in names[: number - 1]:
            raise UnreadableFile(f"the column {name} is there twice; keep one of them")
    missing = [name for name, column in known.items() if column.needed and name not in names]
    if missing:
        template = f"ledger import {kind.name} --template"
        raise UnreadableFile(f"no column {', '.join(missing)}; {template} shows all of them")
    return names


def _name(cell: Cell | None) -> str:
    return _BREAKS.sub("_", str(cell or "").strip().lower()).strip("_")


def _unknown(name: str, number: int, kind: Kind) -> str:
    if not name:
        return f"column {number} has no name in the first row; give it one or delete it"
    if PERSONAL & set(name.split("_")):
        return (
            f"the column {name} looks like personal data, which no import takes: delete it and"
            " keep the patient's id; register_patient stores names apart, where they can be erased"
        )
    return f"no column {name} in {kind.name}; {suggestion(name, kind.by_name)}"
