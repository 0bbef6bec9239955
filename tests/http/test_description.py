"""The description says what there is: every route, and nothing else."""

from fastapi.routing import APIRoute

from commands.registry import NAMES
from consumers.http.examples import EXAMPLES
from consumers.http.resources import BY_TIME, RESOURCES
from tests.http.conftest import Api


def test_every_command_has_its_place_or_belongs_to_the_clock() -> None:
    assert {resource.command for resource in RESOURCES} | BY_TIME == NAMES


def test_the_examples_are_accepted_one_after_the_other(api: Api) -> None:
    assert api.post("/v1/patients", clinic="new", patient="p").json()["code"] == "unknown_clinic"
    paths = {resource.command: resource.path for resource in RESOURCES}
    for command, body in EXAMPLES.items():
        path = paths.get(command, "/v1/check").format(subscription="s-7")
        answer = api.post(path, clinic="new", **body)
        assert answer.is_success, answer.text


def test_every_route_is_described_and_every_description_has_a_route(api: Api) -> None:
    told = api.client().get("/openapi.json").json()
    described = {(method.upper(), path) for path, item in told["paths"].items() for method in item}
    routes = {
        (method, route.path)
        for route in api.app.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert described == routes
