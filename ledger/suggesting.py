"""Which known word was probably meant."""

from collections.abc import Collection
from difflib import get_close_matches


def suggestion(word: str, known: Collection[str]) -> str:
    """Which of the known words was probably meant, else all of them."""
    close = get_close_matches(word, sorted(known), n=3)
    if close:
        return f"did you mean {' or '.join(close)}?"
    return f"known are {', '.join(sorted(known))}."
