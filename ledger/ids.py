"""Ids of callers, and stream names (interfaces.md 1, architecture.md 3)."""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def is_id(text: str) -> bool:
    """Whether `text` is 1–64 of ``A-Z a-z 0-9 . _ : -``."""
    return _ID.fullmatch(text) is not None


def is_clinic_id(text: str) -> bool:
    """An id without a dot, because it is one token of a NATS subject."""
    return is_id(text) and "." not in text


def _check_clinic(text: str) -> str:
    if "." in text:
        raise ValueError("a clinic id has no '.'")
    return text


PATTERN = r"^[A-Za-z0-9._:\-]{1,64}$"
Id = Annotated[str, StringConstraints(pattern=PATTERN)]
ClinicId = Annotated[Id, AfterValidator(_check_clinic)]


def stream(clinic: str, kind: str, key: str | None = None) -> str:
    """``glow/subscription/s-1``; ``glow/clinic`` for a stream of which a clinic has one."""
    return f"{clinic}/{kind}" if key is None else f"{clinic}/{kind}/{key}"


def kind_of(name: str) -> str:
    """The noun of a stream name: ``subscription`` for ``glow/subscription/s-1``."""
    return name.split("/", 2)[1]


def key_of(name: str) -> str:
    """The id in a stream name, or "" for a stream of which a clinic has one."""
    return "".join(name.split("/", 2)[2:])


def subject_token(text: str) -> str:
    """An id as one token of a NATS subject: dots are written ``%2E`` (interfaces.md 1)."""
    return text.replace(".", "%2E")


def from_subject_token(token: str) -> str:
    """The id written as a subject token."""
    return token.replace("%2E", ".")
