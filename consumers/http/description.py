"""The API's description in OpenAPI 3.1, made of the tables that the routes are made of."""

from typing import Any

from fastapi import FastAPI

from commands.asking import Check
from commands.registry import APART, SPECS
from consumers.http import endpoint_shapes, shapes
from consumers.http.downloads import OF_A_PACKET, OF_AN_EXPORT, ZIP
from consumers.http.endpoints import ACTS, Act
from consumers.http.operations import (
    TEMPLATE,
    Operation,
    answered,
    in_path,
    read,
    refusals,
    sent,
)
from consumers.http.questions import QUESTIONS
from consumers.http.reporting import parameters_of, reports
from consumers.http.resources import RESOURCES, Resource
from consumers.http.schemas import COMPONENTS, PARAMETERS, ref
from consumers.webhooks.processors import PROCESSORS
from ledger.events import Frozen

#: What a system posts, where it is not JSON.
_POSTED = {"braintree": "application/x-www-form-urlencoded"}


def describe(app: FastAPI) -> None:
    """Gives the application its description; it is made when it is first asked for."""
    made: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        made.update(made or document(app.title, app.version))
        return made

    # FastAPI's own way to replace it.
    app.openapi = openapi  # type: ignore[method-assign]


def document(title: str, version: str) -> dict[str, Any]:
    """The whole document."""
    schemas: dict[str, Any] = dict(COMPONENTS)
    paths: dict[str, dict[str, Operation]] = {}
    for resource in RESOURCES:
        paths.setdefault(resource.path, {})["post"] = _command(resource, schemas)
    for question in QUESTIONS:
        shape = shapes.QUESTIONS[question.name]
        operation = read(question.name, question.about, question.path, question.parameters, shape)
        paths.setdefault(question.path, {})["get"] = operation
    for name in reports():
        path = f"/v1/reports/{name}"
        key, shape = f"report_{name}".replace("-", "_"), shapes.REPORTS.get(name, {})
        asked = tuple(one if one != "by" else f"by_{name}" for one in parameters_of(name))
        paths[path] = {"get": read(key, f"The report {name}", path, asked, shape)}
    _add_acts(paths, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": version,
            "description": "Money counts minor units; quantities are exact decimals in strings; "
            "times carry their offset.",
        },
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _command(resource: Resource, schemas: dict[str, Any]) -> Operation:
    name = resource.command
    order = SPECS[name].order if name in SPECS else APART[name]
    body = _body(order, resource, schemas)
    return {
        "operationId": resource.command,
        "tags": [resource.tag],
        "summary": resource.command.replace("_", " ").capitalize(),
        "parameters": [
            *map(in_path, resource.fields),
            PARAMETERS["key"],
            *([PARAMETERS["seen"]] if resource.fields else []),
        ],
        "requestBody": sent(body, resource.command),
        "responses": {
            "200": answered("Sent before, or nothing to record", ref("Result")),
            "201": answered("Recorded", ref("Result")),
            **refusals(404, 409, 413, 415, 422, 408),
        },
    }


def _body(order: type[Frozen], resource: Resource, schemas: dict[str, Any]) -> dict[str, Any]:
    """The command's data without what the path says, and with what the envelope adds."""
    schema = order.model_json_schema(ref_template=TEMPLATE)
    schemas.update(schema.pop("$defs", {}))
    given = set(resource.fields)
    schema["properties"] = {
        name: one for name, one in schema.get("properties", {}).items() if name not in given
    } | {
        "at": ref("At"),
        "source": {"anyOf": [ref("Source"), {"type": "null"}]},
        "context": {"anyOf": [ref("Context"), {"type": "null"}]},
    }
    schema["required"] = [name for name in schema.get("required", []) if name not in given]
    return schema


def _add_acts(paths: dict[str, dict[str, Operation]], schemas: dict[str, Any]) -> None:
    question = Check.model_json_schema(ref_template=TEMPLATE)
    schemas.update(question.pop("$defs", {}))
    paths["/v1/check"] = {
        "post": {
            **read("check", "What a visit would be covered with", "/v1/check", (), {}),
            "requestBody": sent(question, "check"),
            "responses": {
                "200": answered("Covered", shapes.COVERED),
                **refusals(404, 408, 413, 415),
            },
        }
    }
    paths["/v1/tick"] = {
        "post": read("tick", "What time alone brings", "/v1/tick", (), shapes.TICKED)
    }
    paths["/v1/commands"] = {
        "post": {
            **read("bulk", "Many commands as JSON Lines, one result line each", "/v1/", (), {}),
            "requestBody": {"required": True, "content": {"application/x-ndjson": {}}},
            "responses": {
                "200": {"description": "Results", "content": {"application/x-ndjson": {}}},
                **refusals(408, 413, 415),
            },
        }
    }
    period = "/v1/periods/{period}"
    paths.setdefault(period, {})["get"] = read(
        "closed_period", "What was sealed", period, (), shapes.CLOSED
    )
    paths[f"{period}/proof"] = {
        "get": read("proof", "A replay", f"{period}/proof", ("version",), shapes.PROOF)
    }
    _add_downloads(paths)
    _add_hooks(paths)
    for act in ACTS:
        paths.setdefault(act.path, {})[act.method.lower()] = _endpoint_act(act)


def _add_hooks(paths: dict[str, dict[str, Operation]]) -> None:
    for system in PROCESSORS:
        paths[f"/v1/webhooks/{{clinic}}/{system}"] = {"post": _hook(system)}
    for path in ("/healthz", "/readyz"):
        paths[path] = {
            "get": {
                "operationId": path[1:],
                "security": [],
                "responses": {"200": answered("Yes", {}), "503": answered("No", {})},
            }
        }


def _add_downloads(paths: dict[str, dict[str, Operation]]) -> None:
    files = {"200": {"description": "An archive", "content": {ZIP: {}}}}
    exports, evidence = "/v1/exports/journal", "/v1/disputes/{dispute}/evidence"
    asked = tuple(name for name in OF_AN_EXPORT if name != "period")
    journal = read(
        "export_journal", "The journal for another program", exports, ("month", *asked), {}
    )
    paths[exports] = {"get": {**journal, "responses": {**journal["responses"], **files}}}
    about = "The packet that answers a dispute"
    packet = read("evidence_packet", about, evidence, OF_A_PACKET, {})
    paths[evidence] = {"get": {**packet, "responses": {**packet["responses"], **files}}}


def _endpoint_act(act: Act) -> Operation:
    shape = endpoint_shapes.ENDPOINTS[act.name]
    operation = read(act.name, act.about, act.path, act.parameters, shape)
    responses = operation["responses"]
    if act.changes is None:
        return operation
    operation["parameters"].append(PARAMETERS["key"])
    responses.update(refusals(422))
    if act.body is None and "secret" in act.name:
        responses["201"] = responses.pop("200")
    if act.body is None:
        return operation
    body = act.body.model_json_schema(ref_template=TEMPLATE)
    if act.method == "PUT":
        responses["201"] = answered("Made, with its secret", endpoint_shapes.NEW_ENDPOINT)
    taken = {**responses, **refusals(404, 408, 409, 413, 415, 422)}
    return {**operation, "requestBody": sent(body, act.name), "responses": taken}


def _hook(system: str) -> Operation:
    told = shapes.thing(results=shapes.some({"type": "object"}))
    problems = refusals(404, 408, 409, 413, 422)
    return {
        "operationId": f"{system}_events",
        "tags": ["webhooks"],
        "summary": f"Events of {system}, signed over their raw bytes",
        "security": [],
        "parameters": [in_path("clinic")],
        "requestBody": {
            "required": True,
            "content": {_POSTED.get(system, "application/json"): {"schema": {"type": "object"}}},
        },
        "responses": {"200": answered("Taken", told), **problems},
    }
