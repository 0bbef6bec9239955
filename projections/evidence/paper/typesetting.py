"""Sets a document as PDF: the template is fixed, every word of the case is data.

Nothing is fetched: the fonts are those of the typesetter. The same content gives the same bytes.
"""

import tempfile
import unicodedata
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, cast

import orjson
import typst

#: The file's own date: the same facts must give the same bytes, and the facts carry their dates.
_DATED = 946_684_800
TEMPLATE = "packet.typ"
Standard = Literal["a-2b", "a-3b", "a-4", "1.7"]
#: Letters that the typesetter's own fonts hold: Latin, Greek, Cyrillic, and what is written
#: between them.
_PRINTABLE = (
    (0x20, 0x7E),
    (0xA1, 0xAC),
    (0xAE, 0x24F),
    (0x370, 0x377),
    (0x37A, 0x37F),
    (0x384, 0x38A),
    (0x38E, 0x3A1),
    (0x3A3, 0x4FF),
    (0x1E00, 0x1EFF),
    (0x2010, 0x2027),
    (0x2030, 0x2040),
    (0x20A0, 0x20C0),
)
#: A run of letters without a space longer than this may be broken, or it would leave the page.
_RUN = 26
_BREAK = "\u200b"


def typeset(content: dict[str, Any], pictures: Mapping[str, bytes], standard: str) -> bytes:
    """The document of `content`, with the pictures it names."""
    with tempfile.TemporaryDirectory(prefix="packet-") as folder:
        root = Path(folder)
        (root / TEMPLATE).write_bytes(files(__package__).joinpath(TEMPLATE).read_bytes())
        (root / "data.json").write_bytes(orjson.dumps(_inert(content)))
        for name, picture in pictures.items():
            (root / name).write_bytes(picture)
        # Tags would double the size, and an issuer's limit is one megabyte.
        made = typst.compile(
            root / TEMPLATE,
            root=root,
            format="pdf",
            ignore_system_fonts=True,
            pdf_standards=[cast("Standard", standard)],
            timestamp=_DATED,
            pdf_tags=False,
        )
    return bytes(made)


def _inert(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list | tuple):
        return [_inert(item) for item in value]
    if isinstance(value, dict):
        return {key: _inert(item) for key, item in value.items()}
    return value


def printable(text: str) -> str:
    """The text in letters that can be set; others become a question mark."""
    shown = "".join(
        " " if letter.isspace() else letter if _is_printable(letter) else "?"
        for letter in unicodedata.normalize("NFC", text)
        if unicodedata.category(letter) not in ("Cf", "Cc") or letter.isspace()
    )
    return " ".join(_breakable(word) for word in shown.split(" "))


def _is_printable(letter: str) -> bool:
    return any(first <= ord(letter) <= last for first, last in _PRINTABLE)


def _breakable(word: str) -> str:
    return _BREAK.join(word[start : start + _RUN] for start in range(0, len(word), _RUN))
