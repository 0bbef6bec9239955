"""CSV and XLSX files as rows of cells, a row at a time; what cannot be read safely is refused."""

import codecs
import csv
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from consumers.importing.cells import Cell
from ledger.errors import LedgerError

#: What an XLSX file may unpack to, and how many parts it may have.
MOST_BYTES = 2**31
MOST_PARTS = 2000
_CHUNK = 1 << 20
_SEPARATORS = (",", ";", "\t", "|")
_FAULTS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")
_OTHER_ENCODINGS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Row = tuple[int, Sequence[Cell | None]]


class UnreadableFile(LedgerError):
    """The file is no table that can be imported; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows with their numbers as a spreadsheet shows them, empty ones left out, and what was
    found out about the file.
    """

    rows: Iterator[Row]
    notes: tuple[str, ...]


@contextmanager
def opened(path: Path) -> Iterator[Sheet]:
    """The table in a file; raises UnreadableFile for one that is none, also while it is read."""
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror}") from None
    if head.startswith(b"PK"):
        with _workbook(path) as sheet:
            yield sheet
        return
    encoding = _encoding(path)
    notes = () if encoding == "utf-8-sig" else ("read as Windows-1252, for it is no UTF-8",)
    with path.open(encoding=encoding, newline="") as text:
        separator = _separator(text.readline())
        text.seek(0)
        yield Sheet(_lines(csv.reader(text, delimiter=separator, strict=True)), notes)


def _encoding(path: Path) -> str:
    """UTF-8 with or without its mark, else Windows-1252; raises UnreadableFile for others."""
    decoders = {
        name: codecs.getincrementaldecoder(name)(errors="strict") for name in ("utf-8", "cp1252")
    }
    with path.open("rb") as file:
        first = True
        while (chunk := file.read(_CHUNK)) or first:
            if b"\0" in chunk or (first and chunk.startswith(_OTHER_ENCODINGS)):
                raise UnreadableFile("the file is no text in UTF-8; save it as CSV UTF-8 or XLSX")
            first = False
            for name in list(decoders):
                if not _decodes(decoders[name], chunk):
                    del decoders[name]
    if "utf-8" in decoders and _decodes(decoders["utf-8"], b"", final=True):
        return "utf-8-sig"
    if "cp1252" in decoders:
        return "cp1252"
    raise UnreadableFile("the file is neither UTF-8 nor Windows-1252; save it as CSV UTF-8")


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _separator(heading: str) -> str:
    """The character that stands most often in the first line."""
    return max(_SEPARATORS, key=heading.count)


def _lines(reader: Any) -> Iterator[Row]:
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            row = [cell.strip() or None for cell in cells]
            if any(row):
                yield number, row
    except csv.Error as error:
        raise UnreadableFile(f"after row {number}: {error}; check the quotation marks") from None


@contextmanager
def _workbook(path: Path) -> Iterator[Sheet]:
    """The first sheet of a workbook, read as it is asked for."""
    from openpyxl import load_workbook  # noqa: PLC0415  many files are CSV
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    _check_size(path)
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise UnreadableFile(f"the workbook cannot be read: {error}; save it anew") from None
    try:
        first, *others = book.worksheets
        notes = (f"read the sheet {first.title}, not the others",) if others else ()
        yield Sheet(_cells(first), notes)
    finally:
        book.close()


def _check_size(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
    except zipfile.BadZipFile:
        raise UnreadableFile("the file is neither XLSX nor CSV") from None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
        raise UnreadableFile("the workbook unpacks to more than can be read; save it as CSV")


def _cells(sheet: Any) -> Iterator[Row]:
    """The rows as wide as the heading: empty cells at the end of a row are not in the file."""
    sheet.reset_dimensions()  # what a file says about its size may be wrong
    width, number = 0, 0
    try:
        for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            row = [_cell(value, number) for value in values]
            if any(cell is not None for cell in row):
                width = width or len(row)
                yield number, row + [None] * (width - len(row))
    except (ParseError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise UnreadableFile(f"after row {number}: {error}; save the workbook anew") from None


def _cell(value: Any, number: int) -> Cell | None:
    """A number by its shortest decimal text, which is the one the sheet shows of it."""
    if value is None or isinstance(value, Decimal | datetime | date):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return Decimal(repr(value))
    words = str(value).strip()
    if words in _FAULTS:
        raise UnreadableFile(f"row {number}: a formula fails with {words}; mend it")
    return words or None
