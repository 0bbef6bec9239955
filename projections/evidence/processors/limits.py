"""What each processor takes: lengths, sizes and pages (evidence.md 3.1, 3.2).

A limit that no source confirms is None; the packet itself keeps to the universal profile.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from projections.evidence.case import Case
from projections.evidence.paper.fitting import TooLarge, page_count
from projections.evidence.processors import others, stripe
from projections.evidence.processors.answer import Answer

_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Letters of one text and of all, bytes of one file and of all, pages and files in all."""

    letters: int | None = None
    letters_together: int | None = None
    file_bytes: int | None = None
    bytes_together: int | None = None
    pages: int | None = None
    files: int | None = None


@dataclass(frozen=True, slots=True)
class Processor:
    """How a processor is answered."""

    fields: Callable[[Answer, Case], Any]
    limits: Limits


_STRIPE = Limits(20_000, 150_000, bytes_together=4_500_000, pages=49)
PROCESSORS: dict[str, Processor] = {
    "stripe": Processor(stripe.fields, _STRIPE),
    "square": Processor(others.square, Limits(500)),
    "braintree": Processor(others.braintree, Limits()),
    "paypal": Processor(
        others.paypal, Limits(2_000, file_bytes=10 * _MB, bytes_together=50 * _MB, files=100)
    ),
    "adyen": Processor(others.adyen, Limits()),
    "checkout": Processor(others.checkout, Limits(500)),
    "shopify": Processor(others.shopify, Limits(20_000, 150_000, 2 * _MB, 4 * _MB, pages=49)),
}
DEFAULT = "stripe"


def limits_of(processor: str, network: str | None) -> Limits:
    """The processor's limits, with what the network narrows."""
    limits = PROCESSORS[processor].limits
    if processor == "stripe" and network == "mastercard":
        return replace(limits, pages=19)
    if processor == "checkout" and network == "amex":
        return replace(limits, file_bytes=5 * _MB, bytes_together=25 * _MB, pages=20, files=5)
    if processor == "checkout" and network in ("discover", "diners"):
        return replace(limits, bytes_together=3 * _MB)
    return limits


def check(fields: Any, files: Mapping[str, bytes], limits: Limits) -> None:
    """Raises TooLarge with the first figure that exceeds a limit: nothing is cut off unseen."""
    texts = list(_texts(fields, "evidence"))
    used = {text: files[text] for _, text in texts if text in files}
    written = [(name, text) for name, text in texts if text not in files]
    for name, text in written:
        _most(f"{name}, letters", len(text), limits.letters)
    _most("letters in all", sum(len(text) for _, text in written), limits.letters_together)
    for path, content in used.items():
        _most(f"{path}, bytes", len(content), limits.file_bytes)
    _most("files", len(used), limits.files)
    _most("bytes of all files", sum(map(len, used.values())), limits.bytes_together)
    if limits.pages is not None:
        _most("pages of all files", sum(map(page_count, used.values())), limits.pages)


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, name)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, key)


def _most(what: str, figure: int, most: int | None) -> None:
    if most is not None and figure > most:
        raise TooLarge(f"{what}: {figure} of at most {most}")
