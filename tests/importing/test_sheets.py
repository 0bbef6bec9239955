"""Files as they come out of spreadsheets: read as they are meant, or refused with a reason."""

import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from consumers.importing import sheets
from consumers.importing.sheets import UnreadableFile, opened


def read(path: Path) -> tuple[list[tuple[int, list[Any]]], tuple[str, ...]]:
    with opened(path) as sheet:
        return [(number, list(cells)) for number, cells in sheet.rows], sheet.notes


def written(folder: Path, content: bytes) -> Path:
    path = folder / "file.csv"
    path.write_bytes(content)
    return path


HEAD, ROW = (1, ["label", "price"]), (2, ["Kräuter", "1"])


@pytest.mark.parametrize(
    "content",
    [
        "label,price\nKräuter,1\n".encode(),
        "label,price\nKräuter,1".encode(),
        "label,price\r\nKräuter,1\r\n".encode(),
        "label,price\rKräuter,1\r".encode(),
        "label;price\nKräuter;1\n".encode("utf-8-sig"),
        "label\tprice\n Kräuter \t1\n".encode(),
        '"label"|"price"\n"Kräuter"|"1"\n'.encode(),
    ],
)
def test_separators_ends_of_lines_and_the_mark_of_utf_8(content: bytes, tmp_path: Path) -> None:
    assert read(written(tmp_path, content)) == ([HEAD, ROW], ())


def test_windows_1252_is_recognised_and_said(tmp_path: Path) -> None:
    rows, [note] = read(written(tmp_path, "label,price\nKräuter,1\n".encode("cp1252")))
    assert rows == [HEAD, ROW]
    assert "Windows-1252" in note


def test_rows_are_counted_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    content = b'label,price\n\n,\n"two\nlines",1\n,2\n'
    rows, _ = read(written(tmp_path, content))
    assert rows == [HEAD, (4, ["two\nlines", "1"]), (5, [None, "2"])]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("label\n1\n".encode("utf-16"), "UTF-8"),
        (b"label\n\0\n", "UTF-8"),
        (b"label\n\x81\n", "neither UTF-8 nor Windows-1252"),
        (b'label,price\n"open,1\n', "quotation marks"),
        (b"label\n" + b"x" * 200_000 + b"\n", "field larger"),
        (b"PK\x03\x04 no workbook", "neither XLSX nor CSV"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, told: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read(written(tmp_path, content))
    assert told in str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="No such file"):
        read(tmp_path / "missing.csv")


def workbook(folder: Path, *rows: list[Any], sheets: int = 1) -> Path:
    path = folder / "file.xlsx"
    with xlsxwriter.Workbook(path) as book:
        formats = {
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        pages = [book.add_worksheet(f"Page {number}") for number in range(1, sheets + 1)]
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                pages[0].write(number, column, value, formats.get(type(value)))
    return path


def test_numbers_of_a_workbook_are_the_decimals_it_shows(tmp_path: Path) -> None:
    at = datetime(2026, 1, 8, 14, 30)  # noqa: DTZ001  a sheet knows no zone
    row = ["Kräuter", 1800.1, 0.1 + 0.2, 12, True, date(2026, 1, 8), at]
    rows, notes = read(workbook(tmp_path, [f"c{n}" for n in range(7)], [], row))
    [_, (number, [label, price, sum_, count, answer, day, time])] = rows
    assert (number, label, price, count, answer) == (3, "Kräuter", Decimal("1800.1"), 12, "yes")
    assert sum_ in (Decimal("0.3"), Decimal("0.30000000000000004"))
    assert (day.date(), time) == (date(2026, 1, 8), at)
    assert notes == ()


def test_empty_cells_at_the_end_of_a_row_are_no_ragged_row(tmp_path: Path) -> None:
    rows, _ = read(workbook(tmp_path, ["a", "b", "c"], ["1"]))
    assert rows[1] == (2, ["1", None, None])


def test_the_first_sheet_is_read_and_that_is_said(tmp_path: Path) -> None:
    _, [note] = read(workbook(tmp_path, ["a"], sheets=2))
    assert "Page 1" in note


def test_a_formula_that_fails_is_no_empty_cell(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write(0, 0, "price")
        page.write_formula(1, 0, "=1/0", None, "#DIV/0!")
    with pytest.raises(UnreadableFile, match="row 2"):
        read(path)


def test_an_archive_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a.txt", "x")
    with pytest.raises(UnreadableFile, match="save it anew"):
        read(path)


def test_an_archive_that_unpacks_to_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(tmp_path, ["a"], ["1"])
    monkeypatch.setattr(sheets, "MOST_BYTES", 100)
    with pytest.raises(UnreadableFile, match="more than can be read"):
        read(path)
