"""Plain text as a PDF within every processor's limits (evidence.md 3.2, universal profile).

A4 portrait, 12 points, black on white, no images, links or scripts. The same lines always
give the same bytes.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from fpdf import FPDF

LINE_HEIGHT = 5.5
#: The file's own date: the same facts must give the same bytes, and the facts carry their dates.
_DATED = datetime(2000, 1, 1, tzinfo=UTC)


def pdf(sections: Sequence[Sequence[str]]) -> bytes:
    """A document in which every section begins on a page of its own."""
    document = FPDF(format="A4")
    document.set_creation_date(_DATED)
    document.set_font("Helvetica", size=12)
    for lines in sections:
        document.add_page()
        for line in lines:
            document.multi_cell(
                0, LINE_HEIGHT, _printable(line) or " ", align="L", new_x="LMARGIN", new_y="NEXT"
            )
    return bytes(document.output())


def _printable(line: str) -> str:
    """The line in the characters of the standard font; others become a question mark."""
    return line.encode("latin-1", errors="replace").decode("latin-1")
