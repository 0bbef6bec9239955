"""Makes a document that fits: pictures shrink first, then it is said what to leave out (3.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2

from ledger.errors import LedgerError
from projections.evidence.paper.content import exhibit_content
from projections.evidence.paper.exhibits import Exhibit
from projections.evidence.paper.pictures import RESOLUTIONS, Drawn, Undrawable, draw
from projections.evidence.paper.typesetting import typeset

#: The universal profile: what every processor and network takes (evidence.md 3.2).
MOST_PAGES = 19
MOST_BYTES = 1_000_000


class TooLarge(LedgerError):
    """The answer exceeds a limit; the message has the figure, and what to leave out first."""


@dataclass(frozen=True, slots=True)
class Format:
    """How pages are made: the paper, and the PDF standard."""

    paper: str = "a4"
    standard: str = "a-2b"


def undrawable(shown: Sequence[Exhibit], contents: Mapping[str, bytes]) -> dict[str, str]:
    """The attached documents that cannot be shown, by digest, with the reason."""
    found = {}
    for item in shown:
        if item.sha256 is not None:
            try:
                draw(item.sha256, item.media_type, contents[item.sha256], RESOLUTIONS[-1])
            except Undrawable as reason:
                found[item.sha256] = str(reason)
    return found


def fitted(
    content: dict[str, Any],
    shown: Sequence[Exhibit],
    contents: Mapping[str, bytes],
    form: Format,
) -> bytes:
    """The document with its exhibits, at the best resolution that fits.

    Raises TooLarge with the figure and, the least weighty first, the documents to leave out.
    """
    made = b""
    for resolution in RESOLUTIONS:
        drawn = {
            item.sha256: draw(item.sha256, item.media_type, contents[item.sha256], resolution)
            for item in shown
            if item.sha256 is not None
        }
        whole = {**content, "exhibits": exhibit_content(shown, drawn, form.paper)}
        pictures = {name: data for item in drawn.values() for name, data in item.pictures}
        made = typeset(whole, pictures, form.standard)
        pages = page_count(made)
        if pages > MOST_PAGES:
            raise TooLarge(f"{pages} pages of at most {MOST_PAGES}. {_advice(shown, drawn)}")
        if len(made) <= MOST_BYTES:
            return made
    raise TooLarge(f"{len(made)} bytes of at most {MOST_BYTES}. {_advice(shown, drawn)}")


def page_count(document: bytes) -> int:
    """The pages of a PDF."""
    read = pypdfium2.PdfDocument(document)
    try:
        return len(read)
    finally:
        read.close()


def _advice(shown: Sequence[Exhibit], drawn: Mapping[str, Drawn]) -> str:
    """Attached documents from the least weighty up, with what each would save."""
    rows = [
        f"{item.key} {item.sha256[:12]} ({max(len(drawn[item.sha256].pictures), 1)} pages, "
        f"{drawn[item.sha256].size} bytes)"
        for item in reversed(shown)
        if item.sha256 is not None
    ]
    return f"Leave out, in this order: {'; '.join(rows)}" if rows else "Nothing can be left out."
