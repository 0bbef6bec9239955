"""The description is true: whatever it allows and forbids is sent, and every answer is in it."""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from consumers.http.description import document
from tests.http.conftest import Api

schema = schemathesis.openapi.from_dict(document("Clinic ledger", "1"))


@schema.parametrize()
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_that_is_described(case: schemathesis.Case[Any], api: Api) -> None:
    """All checks of schemathesis. That a command's data follow its schema is not enough for it
    to be accepted (rules look at several fields, and at what is recorded), but then the problem
    names a field or a code.
    """
    rules = case.operation.method == "post"
    key = {"Authorization": api.client().headers["Authorization"]}
    case.call_and_validate(
        base_url=api.url,
        headers=key,
        timeout=60,
        excluded_checks=[positive_data_acceptance] if rules else [],
    )
