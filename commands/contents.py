"""What a document's bytes are, whatever its name or its sender says (reliability.md 7.1).

Kept are PDF, JPEG, PNG and plain text. What could run, what is damaged and what cannot be opened
without a password is refused: an issuer would not read it, and nobody should have to open it.
"""

import io
import re
import warnings
from threading import Lock

import pypdfium2
from PIL import Image, UnidentifiedImageError

PDF, JPEG, PNG, TEXT = "application/pdf", "image/jpeg", "image/png", "text/plain"
MOST_BYTES = 10 * 1024 * 1024
#: A picture larger than this is no paper, and opening it could exhaust the memory.
MOST_PIXELS = 60_000_000
MOST_PAGES = 500
_MAGIC = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
#: Control characters that stand in no text.
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
#: Names in a PDF that let it run, start or carry something (PDF 32000-1, 12.6.4, 7.11.4).
_ACTIVE = re.compile(
    rb"/(JavaScript|JS|Launch|ImportData|SubmitForm|RichMedia|Movie|Rendition|EmbeddedFiles?|XFA)"
    rb"(?![A-Za-z0-9])"
)
#: As the library writes it: inside a text the end of the line would be escaped.
_STREAM = re.compile(rb">>stream\r\n.*?endstream", re.DOTALL)
#: The library that reads PDFs is used by one thread at a time.
_PDF_LOCK = Lock()


class Unfit(ValueError):
    """Why a document is not kept; `problem` is a stable word."""

    def __init__(self, problem: str, message: str) -> None:
        super().__init__(message)
        self.problem = problem


def media_type_of(content: bytes) -> str:
    """The type that the bytes themselves have; raises Unfit for a document that is not kept."""
    if len(content) > MOST_BYTES:
        raise Unfit("too_large", f"A document has at most {MOST_BYTES} bytes.")
    found = next((kind for magic, kind in _MAGIC if content.startswith(magic)), None)
    if found == PDF:
        _check_pdf(content)
    elif found is not None:
        _check_picture(content)
    elif not _is_text(content):
        raise Unfit("type_not_allowed", "Documents are PDF, JPEG, PNG or plain text in UTF-8.")
    return found or TEXT


def _is_text(content: bytes) -> bool:
    try:
        return bool(content) and _NO_TEXT.search(content.decode()) is None
    except UnicodeDecodeError:
        return False


def _check_picture(content: bytes) -> None:
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content)) as picture:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if picture.width * picture.height > MOST_PIXELS:
                raise Unfit("too_large", f"A picture has at most {MOST_PIXELS} dots.")
            picture.load()
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Warning) as error:
        if isinstance(error, Unfit):
            raise
        raise Unfit("damaged", "The picture is damaged.") from None
    except Image.DecompressionBombError:
        raise Unfit("too_large", f"A picture has at most {MOST_PIXELS} dots.") from None


def _check_pdf(content: bytes) -> None:
    """Every object is written out plainly and looked at: names may be spelled in hex, and objects
    may lie compressed in others.
    """
    if _ACTIVE.search(_STREAM.sub(b"", _plainly(content))):
        raise Unfit("active_content", "The PDF holds scripts, actions or files.")


def _plainly(content: bytes) -> bytes:
    with _PDF_LOCK:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError:
            raise Unfit("damaged", "The PDF is damaged, or needs a password.") from None
        try:
            if not 0 < len(document) <= MOST_PAGES:
                raise Unfit("too_large", f"A PDF has 1 to {MOST_PAGES} pages.")
            written = io.BytesIO()
            document.save(written)
            return written.getvalue()
        finally:
            document.close()
