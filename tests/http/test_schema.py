"""The description is true: whatever it allows and forbids is sent, and every answer is in it."""

import re
from typing import Any

import orjson
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from consumers.http.description import document
from tests.http.conftest import Api


@schemathesis.serializer("application/x-ndjson")
def lines(_: Any, value: Any) -> Any:
    """Commands as JSON Lines; whatever else is generated goes out as one line."""
    return value if isinstance(value, bytes) else orjson.dumps(value, default=str)


schema = schemathesis.openapi.from_dict(document("Clinic ledger", "1"))
#: What every command may say beside its own; one reader reads it for all of them.
ENVELOPE = re.compile(r"(?:Object with valid ')?(at|context|source)\b")
sent: set[tuple[str, str]] = set()


@schema.hook
def filter_case(_: Any, case: schemathesis.Case[Any]) -> bool:
    """Whether to send it: each case of the envelope once, with the first command that has it."""
    about = getattr(case.meta.phase.data if case.meta else None, "description", None) or ""
    part = ENVELOPE.match(about)
    if part is None or not isinstance(case.body, dict):
        return True
    key = about, repr(case.body.get(part[1]))
    known = key in sent
    sent.add(key)
    return not known


@schema.parametrize()
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_that_is_described(case: schemathesis.Case[Any], api: Api) -> None:
    """All checks of schemathesis but one. That data follow their schema is not enough for a
    command to be accepted, whose rules look at several fields and at what is recorded, nor for a
    cursor, which only the page before gives, or for a day or month so far ahead that nobody
    asks for it.
    """
    loose = {"cursor", "as_of", "period", "include", "leave_out"} & set(case.query or {})
    rules = case.operation.method in {"post", "put"} or bool(loose)
    key = {"Authorization": api.client().headers["Authorization"]}
    case.call_and_validate(
        base_url=api.url,
        headers=key,
        timeout=60,
        excluded_checks=[positive_data_acceptance] if rules else [],
    )
