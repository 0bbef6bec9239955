"""Operations of the API's description: what is asked, sent and answered."""

from typing import Any

from consumers.http import problems
from consumers.http.examples import EXAMPLES
from consumers.http.schemas import PARAMETERS, PROBLEMS, ref

Operation = dict[str, Any]
TEMPLATE = "#/components/schemas/{model}"


def read(
    name: str,
    about: str,
    path: str,
    parameters: tuple[str, ...],
    shape: dict[str, Any],
) -> Operation:
    """A question: its path's names and its parameters, and the shape of its answer."""
    named = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return {
        "operationId": name,
        "tags": [path.split("/")[2]],
        "summary": about,
        "parameters": [
            *map(in_path, named),
            *(PARAMETERS[parameter] for parameter in parameters),
        ],
        "responses": {"200": answered("The answer", shape), **refusals(404, 409)},
    }


def in_path(name: str) -> dict[str, Any]:
    """A name in the path."""
    schema = ref("Period" if name == "period" else "Id")
    return {"name": name, "in": "path", "required": True, "schema": schema}


def sent(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """The body of a request, with its example."""
    content = {"schema": schema}
    if name in EXAMPLES:
        content["example"] = EXAMPLES[name]
    return {"required": True, "content": {"application/json": content}}


def answered(about: str, schema: dict[str, Any]) -> dict[str, Any]:
    """An answer in JSON."""
    return {"description": about, "content": {"application/json": {"schema": schema}}}


def refusals(*more: int) -> dict[str, Any]:
    """The problems that any request may meet, and these."""
    content = {problems.MEDIA_TYPE: {"schema": ref("Problem")}}
    return {
        str(status): {"description": PROBLEMS[status], "content": content}
        for status in sorted({400, 401, 403, 429, 500, 503, *more})
    }
