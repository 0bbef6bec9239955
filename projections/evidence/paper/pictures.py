"""Attached documents as grey pictures: without scripts, links, hidden layers or metadata.

What a reviewer sees is what is there: a page is drawn, and only the drawing goes out.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

#: The resolutions tried in turn; below the last a page cannot be read (evidence.md 3.1).
RESOLUTIONS = (150, 120, 100)
MOST_PAGES = 19
#: Pictures larger than this are no papers.
MOST_PIXELS = 60_000_000
_PAGE_INCHES = (8.27, 11.69)
_POINTS_PER_INCH = 72
#: Sixteen greys, black and white among them: a third of the size, and print stays sharp.
_GREYS = [round(grey / 17) * 17 for grey in range(256)]
#: White that is left around a cropped page, in dots.
_EDGE = 10
MOST_LETTERS = 9000


class Undrawable(Exception):
    """Why a document cannot be shown."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document as pictures by name, or as paragraphs of text."""

    pictures: tuple[tuple[str, bytes], ...] = ()
    text: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """The bytes of its pictures."""
        return sum(len(picture) for _, picture in self.pictures)


def draw(sha256: str, media_type: str, content: bytes, resolution: int) -> Drawn:
    """A document at a resolution; raises Undrawable with the reason."""
    if media_type == "text/plain":
        return Drawn(text=_paragraphs(content))
    if media_type == "application/pdf":
        pages = _pdf_pages(content, resolution)
    elif media_type in ("image/png", "image/jpeg"):
        pages = _picture(content, resolution)
    else:
        raise Undrawable(f"{media_type} is not PDF, JPEG, PNG or plain text")
    inked = (cropped for page in pages if (cropped := _cropped(page)) is not None)
    named = [(f"{sha256[:16]}-{number}.png", _png(page)) for number, page in enumerate(inked)]
    if not named:
        raise Undrawable("its pages are blank")
    return Drawn(pictures=tuple(named))


def _paragraphs(content: bytes) -> tuple[str, ...]:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise Undrawable("the text is not UTF-8") from None
    if len(text) > MOST_LETTERS:
        raise Undrawable(f"{len(text)} letters of text; attach the pages that matter")
    return tuple(line for line in text.splitlines() if line.strip())


def _pdf_pages(content: bytes, resolution: int) -> Iterator[Image.Image]:
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        raise Undrawable("it is no readable PDF, or it is encrypted") from None
    try:
        if len(document) > MOST_PAGES:
            raise Undrawable(f"{len(document)} pages; attach the pages that matter")
        for page in document:
            largest = max(_POINTS_PER_INCH * _PAGE_INCHES[1], *page.get_size())
            scale = resolution * _PAGE_INCHES[1] / largest
            yield _fitted(page.render(scale=scale, grayscale=True).to_pil(), resolution)
    finally:
        document.close()


def _picture(content: bytes, resolution: int) -> Iterator[Image.Image]:
    try:
        picture = Image.open(io.BytesIO(content))
        if picture.width * picture.height > MOST_PIXELS:
            raise Undrawable(f"{picture.width} by {picture.height} pixels")
        yield _fitted(ImageOps.exif_transpose(picture), resolution)
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise Undrawable("it is no readable picture") from None


def _fitted(picture: Image.Image, resolution: int) -> Image.Image:
    """Grey, upright on white, and no larger than a page at the resolution."""
    upright = picture.convert("RGBA") if picture.mode in ("P", "LA", "RGBA") else picture
    if upright.mode == "RGBA":
        paper = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(paper, upright)
    grey = upright.convert("L")
    width, height = _PAGE_INCHES
    grey.thumbnail((width * resolution, height * resolution))
    return grey.point(_GREYS)


def _cropped(picture: Image.Image) -> Image.Image | None:
    """The picture without its white edges; None for a blank page, which no network takes."""
    ink = ImageOps.invert(picture).getbbox()
    if ink is None:
        return None
    left, top, right, bottom = ink
    right, bottom = min(right + _EDGE, picture.width), min(bottom + _EDGE, picture.height)
    return picture.crop((max(left - _EDGE, 0), max(top - _EDGE, 0), right, bottom))


def _png(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue()
