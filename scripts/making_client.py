"""Write the typed client `ledger.client` from the API's own description: `scripts/client`."""

import builtins
import keyword
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from consumers.http.description import document
from consumers.http.writing import OF_THE_ENVELOPE

FOLDER = Path(__file__).parents[1] / "ledger" / "client"
Operation = dict[str, Any]
HEAD = """{about}

Made by scripts/client from the description of the API, not edited by hand.
"""
MOST = 8
"""Operations of a file, which stays short enough to read."""
#: Sent as they are, in bodies and heads of their own.
NOT_HERE = frozenset({"bulk", "healthz", "readyz"})
NAMES = {"string": "str", "integer": "int", "number": "int | str", "boolean": "bool"}


def main() -> None:
    for name, text in files().items():
        (FOLDER / name).write_text(text)


def files() -> dict[str, str]:
    """The generated files by name, as they are to stand in the folder."""
    described = document("Clinic ledger", "1")
    by_tag: dict[str, list[str]] = {}
    for path, item in described["paths"].items():
        for method, operation in item.items():
            if operation["operationId"] not in NOT_HERE and operation.get("security") != []:
                tag = operation["tags"][0].replace("-", "_")
                made = _operation(path, method, operation, described["components"])
                by_tag.setdefault(tag, []).append(made)
    modules = {
        tag if not begun else f"{tag}_{begun // MOST + 1}": made[begun : begun + MOST]
        for tag, made in sorted(by_tag.items())
        for begun in range(0, len(made), MOST)
    }
    texts = {f"{name}.py": _module(name, made) for name, made in modules.items()}
    texts["__init__.py"] = _package(sorted(modules))
    return {name: formatted(text) for name, text in texts.items()}


def formatted(text: str) -> str:
    """As the project's formatter leaves it."""
    for step in (("check", "--select", "I", "--fix", "--quiet"), ("format", "--quiet")):
        command = [sys.executable, "-m", "ruff", *step, "--stdin-filename", "ledger/client/x.py"]
        text = subprocess.run(
            [*command, "-"],
            input=text,
            cwd=FOLDER.parents[1],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
    return text


def _module(name: str, operations: list[str]) -> str:
    shapes = "".join(made.partition(SPLIT)[0] for made in operations)
    methods = "".join(made.partition(SPLIT)[2] for made in operations)
    about = HEAD.format(about=f'"""What is asked and sent: {name.replace("_", " ")}.') + '"""\n\n'
    return f"{about}{_imports(shapes + methods)}{shapes}class {_class(name)}(Transport):\n{methods}"


def _imports(text: str) -> str:
    used = [name for name in ("Mapping", "Sequence") if f"{name}[" in text]
    first = f"from collections.abc import {', '.join(used)}\n" if used else ""
    typing = [name for name in ("Any", "Required", "TypedDict", "Unpack") if name in text]
    second = f"from typing import {', '.join(typing)}\n" if typing else ""
    gap = "\n" if used or typing else ""
    parts = ("Answer", "Sent", "Transport") if "(Sent," in text else ("Answer", "Transport")
    return f"{first}{second}{gap}from ledger.client.transport import {', '.join(parts)}\n\n\n"


def _package(modules: list[str]) -> str:
    about = '"""A typed client of the HTTP API: one method for each operation of its description.'
    imports = "".join(f"from ledger.client.{name} import {_class(name)}\n" for name in modules)
    imports += "from ledger.client.transport import Answer, Problem, Unreachable\n\n"
    names = '__all__ = ["Answer", "Client", "Problem", "Unreachable"]\n\n\n'
    bases = ", ".join(map(_class, modules))
    client = f'class Client({bases}):\n    """The whole API."""\n'
    return f'{HEAD.format(about=about)}"""\n\n{imports}{names}{client}'


def _class(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _operation(path: str, method: str, operation: Operation, components: dict[str, Any]) -> str:
    """The shape of its data, where it has some, and its method."""
    name, parameters = operation["operationId"], operation["parameters"]
    named = [one["name"] for one in parameters if one["in"] == "path"]
    heads = [f"{one}: str" for one in named]
    names = "{" + ", ".join(f'"{one}": {one}' for one in named) + "}"
    shape = "".join(_shape(name, operation, components))
    if method == "get":
        given = dict(_query(parameters, components))
        heads += ["*", *(f"{one}: {kind}" for one, kind in given.items())] if given else []
        sent = "{" + ", ".join(f'"{one.rstrip("_")}": {one}' for one in given) + "}"
    else:
        heads += [
            kind for one, kind in HEADERS.items() if any(p["name"] == one for p in parameters)
        ]
        heads += [f"**data: Unpack[{_class(name)}Data]"] if shape else []
        used = [kind.partition(":")[0] for kind in HEADERS.values() if kind in heads]
        sent = ", ".join([*(["data"] if shape else ["{}"]), *(f"{one}={one}" for one in used)])
    text = f"    def {name}({', '.join(['self', *heads])}) -> Answer:\n"
    text += f'        """{operation["summary"]}."""\n'
    return f'{shape}{SPLIT}{text}        return self.{method}("{path}", {names}, {sent})\n\n'


#: Between the shape and the method of an operation.
SPLIT = "\0"
HEADERS = {"Idempotency-Key": "key: str", "If-Match": "if_match: str | None = None"}


def _shape(name: str, operation: Operation, components: dict[str, Any]) -> Iterator[str]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return
    properties = content["schema"]["properties"]
    beside = set(OF_THE_ENVELOPE) if properties.keys() >= set(OF_THE_ENVELOPE) else set()
    yield f"class {_class(name)}Data({'Sent' if beside else 'TypedDict'}, total=False):\n"
    required = content["schema"].get("required", [])
    own = {field: one for field, one in properties.items() if field not in beside}
    if not own:
        yield '    """Nothing but what every command may say."""\n'
    for field, one in own.items():
        kind = _kind(one, components)
        yield f"    {_safe(field)}: {f'Required[{kind}]' if field in required else kind}\n"
    yield "\n\n"


def _safe(name: str) -> str:
    """A name that Python has itself gets a line after it."""
    return f"{name}_" if keyword.iskeyword(name) or hasattr(builtins, name) else name


def _query(
    parameters: list[dict[str, Any]], components: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    """The needed ones first."""
    asked = [one for one in parameters if one["in"] == "query"]
    for one in sorted(asked, key=lambda one: not one.get("required")):
        kind = _kind(one["schema"], components)
        yield _safe(one["name"]), kind if one.get("required") else f"{kind} | None = None"


def _kind(schema: dict[str, Any], components: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _kind(components["schemas"][schema["$ref"].rpartition("/")[2]], components)
    if "anyOf" in schema or "oneOf" in schema:
        arms = [_kind(one, components) for one in schema.get("anyOf", schema.get("oneOf", []))]
        found = dict.fromkeys(arm for arm in arms if arm != "None")
        return "Any" if "Any" in found else " | ".join(found)
    match schema.get("type"):
        case "null":
            return "None"
        case "array":
            return "Sequence[Any]"
        case "object":
            return "Mapping[str, Any]"
        case str(name):
            return NAMES[name]
        case _:
            return "str" if "enum" in schema or "const" in schema else "Any"


if __name__ == "__main__":
    main()
