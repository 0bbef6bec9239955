"""Reports as XLSX: the same bytes for the same rows."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

#: What a workbook says of when it was made: nothing that changes.
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
_LONGEST_NAME = 31
_FORBIDDEN = str.maketrans("[]:*?/\\", "       ")


def workbook(sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]) -> bytes:
    """A workbook with a sheet for each title, columns and rows; amounts stay minor units.

    Text is written as text: what begins with an equals sign is no formula.
    """
    content = io.BytesIO()
    options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with pd.ExcelWriter(content, engine="xlsxwriter", engine_kwargs=options) as writer:
        writer.book.set_properties({"created": _CREATED})
        for number, (title, columns, rows) in enumerate(sheets, start=1):
            cells = [[_cell(cell) for cell in row] for row in rows]
            frame = pd.DataFrame(cells, columns=list(columns), dtype=object)
            frame.to_excel(writer, sheet_name=_name(title, number), index=False)
    return content.getvalue()


def _name(title: str, number: int) -> str:
    plain = title.translate(_FORBIDDEN).strip("' ")
    return plain[:_LONGEST_NAME].strip("' ") or f"Sheet {number}"


def _cell(cell: Any) -> Any:
    return ", ".join(map(str, cell)) if isinstance(cell, list | tuple) else cell
