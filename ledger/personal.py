"""Personal fields and free text: stored apart, erasable, and only a salted digest in the event.

Interfaces.md 1 marks them †. An order holds the text; `protect` exchanges it for digests
before a decider sees it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, StringConstraints


@dataclass(frozen=True, slots=True)
class Marked:
    """Marks a field whose text must not enter an event."""

    longest: int


Personal = Annotated[str, StringConstraints(min_length=1, max_length=400), Marked(400)]
FreeText = Annotated[str, StringConstraints(min_length=1, max_length=4000), Marked(4000)]


@dataclass(frozen=True, slots=True)
class PersonalText:
    """An erasable text, and the salted digest by which events refer to it.

    `subject` is whom it is about, the key of erasure; `kind` is the field it was given in.
    """

    digest: str
    subject: str
    kind: str
    salt: bytes
    value: str


Model = TypeVar("Model", bound=BaseModel)


def salted_digest(salt: bytes, text: str) -> str:
    """SHA-256 over salt and text, in hex."""
    return hashlib.sha256(salt + text.encode()).hexdigest()


def protect(order: Model, salt: Callable[[], bytes]) -> tuple[Model, list[PersonalText]]:
    """The order with every marked text replaced by its digest, and the texts taken out.

    Whom the texts are about is the caller's to say.
    """
    texts: list[PersonalText] = []
    changes: dict[str, Any] = {}
    marked, nested = _fields_to_look_at(type(order))
    for name in nested:
        value = getattr(order, name)
        if isinstance(value, BaseModel):
            protected, inner = protect(value, salt)
            if inner:
                changes[name] = protected
                texts.extend(inner)
    for name in marked:
        value = getattr(order, name)
        if isinstance(value, str):
            text = _taken(name, value, salt())
            texts.append(text)
            changes[name] = text.digest
        elif isinstance(value, dict):
            taken = {key: _taken(f"{name}.{key}", str(item), salt()) for key, item in value.items()}
            texts.extend(taken.values())
            changes[name] = {key: text.digest for key, text in taken.items()}
    return (order.model_copy(update=changes) if changes else order), texts


@lru_cache(maxsize=256)
def _fields_to_look_at(order: type[BaseModel]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields that are marked, and those that hold a model which may have marked ones."""
    fields = order.model_fields.items()
    marked = [name for name, field in fields if _is_marked(field.metadata, field.annotation)]
    nested = [name for name, field in fields if _holds_model(field.annotation)]
    return tuple(marked), tuple(nested)


def _holds_model(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return True
    return any(_holds_model(arm) for arm in getattr(annotation, "__args__", ()))


def _taken(kind: str, value: str, salt: bytes) -> PersonalText:
    return PersonalText(salted_digest(salt, value), "", kind, salt, value)


def _is_marked(metadata: list[Any], annotation: Any) -> bool:
    """Whether the field, or one arm of its optional type, is marked."""
    if any(isinstance(item, Marked) for item in metadata):
        return True
    arms = getattr(annotation, "__args__", ())
    return any(
        any(isinstance(item, Marked) for item in getattr(arm, "__metadata__", ()))
        or _is_marked([], arm)
        for arm in arms
        if arm is not type(None)
    )
