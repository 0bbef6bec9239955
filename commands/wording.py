"""What a caller reads when a line is not as its model asks, in the words of interfaces.md 1."""

from collections.abc import Mapping
from typing import Any

from ledger.ids import PATTERN

#: By pydantic's name of the problem, with what it tells of it in braces; what is not here keeps
#: pydantic's own sentence.
_SENTENCES = {
    "int_type": "A whole number, without quotes or decimals; money counts minor units",
    "int_from_float": "A whole number, without decimals; money counts minor units",
    "extra_forbidden": "Unknown field",
    "missing": "This field is required",
    "string_type": "A text, in quotes",
    "bool_type": "true or false",
    "date_from_datetime_parsing": "A date is written 2026-01-31",
    "date_parsing": "A date is written 2026-01-31",
    "date_type": "A date is written 2026-01-31",
    "literal_error": "Give {expected}",
    "union_tag_invalid": "Give {expected_tags}",
    "union_tag_not_found": "This field is required",
    "model_type": "An object, in braces",
    "model_attributes_type": "An object, in braces",
    "dict_type": "An object, in braces",
    "tuple_type": "A list, in brackets",
    "too_short": "A list of at least {min_length}",
    "too_long": "A list of at most {max_length}",
    "string_too_short": "At least {min_length} characters",
    "string_too_long": "At most {max_length} characters",
    "greater_than": "A number above {gt}",
    "greater_than_equal": "At least {ge}",
    "less_than_equal": "At most {le}",
}
_ID = "An id is 1 to 64 of A-Z a-z 0-9 . _ : -"


def sentence(problem: Mapping[str, Any]) -> str:
    """One sentence about an item of `ValidationError.errors`."""
    if problem["type"] == "string_pattern_mismatch" and problem["ctx"]["pattern"] == PATTERN:
        return f"{_ID}."
    message = problem["msg"].removeprefix("Value error, ")
    known = _SENTENCES.get(problem["type"])
    words = known.format_map(problem.get("ctx", {})) if known else message
    return f"{words[:1].upper()}{words[1:]}."
