"""Attached documents are what their bytes say, can do nothing, and can be read."""

import base64
import hashlib
import io
import zlib

import pytest
from PIL import Image
from pypdf import PdfWriter

from commands.contents import MOST_BYTES, Unfit, media_type_of
from tests.commands.practice import ADMIN, SOLD, Practice


def picture(form: str, size: int = 40) -> bytes:
    made = io.BytesIO()
    Image.effect_noise((size, size), 60).save(made, form)
    return made.getvalue()


def pdf(password: str | None = None) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if password:
        writer.encrypt(password, algorithm="AES-256")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def compressed(more: bytes) -> bytes:
    """A PDF whose catalog, with `more` in it, lies in a compressed stream of objects."""
    inner = [
        b"<</Type/Catalog/Pages 2 0 R " + more + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>",
    ]
    starts = [sum(len(item) + 1 for item in inner[:index]) for index in range(3)]
    head = b"".join(b"%d %d " % (index + 1, start) for index, start in enumerate(starts))
    data = zlib.compress(head + b" ".join(inner))
    objects = b"%%PDF-1.5\n4 0 obj\n<</Type/ObjStm/N 3/First %d/Filter/FlateDecode" % len(head)
    objects += b"/Length %d>>\nstream\n" % len(data) + data + b"\nendstream\nendobj\n"
    place = len(objects)
    rows = [(0, 0, 0), (2, 4, 0), (2, 4, 1), (2, 4, 2), (1, 9, 0), (1, place, 0)]
    table = b"".join(bytes([kind]) + at.to_bytes(2) + index.to_bytes(2) for kind, at, index in rows)
    end = b"5 0 obj\n<</Type/XRef/Size 6/W[1 2 2]/Root 1 0 R/Length %d>>\nstream\n" % len(table)
    return objects + end + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % place


PNG = picture("PNG")
KEPT = [
    (pdf(), "application/pdf"),
    (compressed(b""), "application/pdf"),
    (compressed(b"/OpenAction[3 0 R/Fit]"), "application/pdf"),
    (PNG, "image/png"),
    (picture("JPEG"), "image/jpeg"),
    ("Größe\tzwei\r\n".encode(), "text/plain"),
]


@pytest.mark.parametrize(("content", "found"), KEPT)
def test_the_bytes_tell_what_they_are(content: bytes, found: str) -> None:
    assert media_type_of(content) == found


REFUSED = {
    "empty": (b"", "type_not_allowed"),
    "program": (b"MZ\x90\x00\x03", "type_not_allowed"),
    "archive": (b"PK\x03\x04", "type_not_allowed"),
    "gif": (picture("GIF"), "type_not_allowed"),
    "latin-1": ("Größe".encode("latin-1"), "type_not_allowed"),
    "control characters": (b"a\x1b[31mb", "type_not_allowed"),
    "half a picture": (PNG[: len(PNG) // 2], "damaged"),
    "a broken picture": (PNG[:60] + bytes(20) + PNG[80:], "damaged"),
    "half a photo": (picture("JPEG")[:300], "damaged"),
    "no pdf": (b"%PDF-1.7\nnothing", "damaged"),
    "password": (pdf("secret"), "damaged"),
    "script": (compressed(b"/OpenAction<</S/JavaScript/JS(app.alert)>>"), "active_content"),
    "spelled in hex": (compressed(b"/OpenAction<</S/#4aava#53cript>>"), "active_content"),
    "launch": (compressed(b"/OpenAction<</S/Launch/F(cmd.exe)>>"), "active_content"),
    "files": (compressed(b"/Names<</EmbeddedFiles<</Names[]>>>>"), "active_content"),
    "form": (compressed(b"/AcroForm<</XFA[]>>"), "active_content"),
    "hidden in texts": (
        compressed(b"/A(>>stream\r\n)/OpenAction<</S/Launch>>/B(endstream)"),
        "active_content",
    ),
    "too large": (b"x" * (MOST_BYTES + 1), "too_large"),
}


@pytest.mark.parametrize(("content", "problem"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_kept_is_refused_with_a_stable_word(content: bytes, problem: str) -> None:
    with pytest.raises(Unfit) as refused:
        media_type_of(content)
    assert refused.value.problem == problem


def test_a_picture_that_unfolds_is_not_unfolded() -> None:
    made = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(made, "PNG")
    with pytest.raises(Unfit) as refused:
        media_type_of(made.getvalue())
    assert refused.value.problem == "too_large"


ATTACHED = [
    # content, declared type, digest of, refused field, problem
    (PNG, "application/pdf", PNG, "data.media_type", "other_type"),
    (b"<script>", "text/html", b"<script>", "data.media_type", "other_type"),
    (PNG, "image/png", b"other", "data.sha256", "other_digest"),
    (PNG[:90], "image/png", PNG[:90], "data.content_base64", "damaged"),
]


@pytest.mark.parametrize(("content", "kind", "of", "field", "problem"), ATTACHED)
def test_a_name_and_a_type_are_only_claims(
    practice: Practice, content: bytes, kind: str, of: bytes, field: str, problem: str
) -> None:
    practice.opens().sells()
    error = practice.refuses("attach_document", document(content, kind, of))
    assert (error["code"], error["field"]) == ("invalid", field)
    assert error["details"] == {"problem": problem}
    digest = hashlib.sha256(content).hexdigest()
    assert practice.commands.store.document(practice.clinic, digest) is None


def test_a_picture_is_kept_by_its_digest(practice: Practice) -> None:
    practice.opens().sells()
    practice.does("attach_document", document(PNG, "image/png", PNG), SOLD, actor=ADMIN)
    kept = practice.commands.store.document(practice.clinic, hashlib.sha256(PNG).hexdigest())
    assert kept is not None
    assert (kept.media_type, kept.content) == ("image/png", PNG)


def document(content: bytes, kind: str, of: bytes) -> dict[str, str]:
    named = {"document": "doc-1", "kind": "terms", "subscription": "s-1", "media_type": kind}
    digest = hashlib.sha256(of).hexdigest()
    return named | {"sha256": digest, "content_base64": base64.b64encode(content).decode()}
