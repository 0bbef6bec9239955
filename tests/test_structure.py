"""The shape of the project (architecture.md 2): what imports what, how long things may get."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

MAY_IMPORT = {
    "ledger": {"ledger"},
    "aggregates": {"aggregates", "ledger"},
    "commands": {"commands", "aggregates", "ledger"},
    "projections": {"projections", "aggregates", "ledger"},
    "consumers": {"consumers", "commands", "projections", "aggregates", "ledger"},
}
MAY_NOT_IMPORT = [
    ("ledger/books", "ledger.store"),
    ("aggregates", "ledger.store"),
    *[
        ("projections", name)
        for name in ("decide", "selling", "drawing", "changing", "refunding", "disputing")
    ],
]
"""Folder and module it may not name, in whole or as the last part."""
UPWARD = {"ledger/__main__.py"}
"""Hands over to the command line: the one import that points upwards."""

ONLY_IN = {
    "eventsourcing": ("ledger/store",),
    "psycopg": ("ledger/store", "projections", "consumers"),
    "psycopg_pool": ("ledger/store", "projections", "consumers"),
    "adbc_driver_postgresql": ("projections",),
    "duckdb": ("projections",),
    "pandas": ("projections/reports",),
    "matplotlib": ("projections/charts",),
    "typst": ("projections/evidence/paper",),
    # What a document is, when it comes in; how it is drawn, when it goes out.
    "pypdfium2": ("commands", "projections/evidence/paper"),
    "PIL": ("commands", "projections/evidence/paper"),
    "obstore": ("ledger/store",),
    "rfc3161_client": ("consumers", "projections/evidence"),
    "cryptography": ("projections/evidence", "consumers/webhooks"),
    "faststream": ("consumers",),
    "nats": ("consumers",),
    "httpx": ("consumers/outgoing",),
    "openpyxl": ("consumers/importing",),
    "opentelemetry": ("consumers/http",),
}
ALONE = {"projections/evidence/verify.py": {"cryptography", "rfc3161_client"}}
"""Files that go out to be run by themselves, with what they can do without."""
PURE = ("aggregates", "ledger/books")
IMPURE_MODULES = {"logging", "os", "pathlib", "random", "secrets", "socket", "time", "uuid"}
IMPURE_NAMES = {"float", "input", "open", "print"}
IMPURE_CALLS = {"datetime.now", "datetime.utcnow", "date.today", "datetime.today"}
MARKS = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
SKIPS = {"skip", "skipif", "importorskip", "xfail"}
LONGEST_FILE = 300
LONGEST_TEST_FILE = 400
LONGEST_FUNCTION = 40


def sources(*folders: str) -> list[str]:
    return sorted(
        str(path.relative_to(ROOT)) for folder in folders for path in (ROOT / folder).rglob("*.py")
    )


PACKAGES = sources(*MAY_IMPORT)
EVERYTHING = [*PACKAGES, *sources("tests", "scripts")]


@cache
def text(file: str) -> str:
    return (ROOT / file).read_text()


@cache
def nodes(file: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(text(file))))


def imports(file: str) -> Iterator[str]:
    for node in nodes(file):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ("." * node.level + f"{node.module}.{alias.name}" for alias in node.names)


def within(file: str, folders: tuple[str, ...]) -> bool:
    return any(file.startswith(f"{folder}/") for folder in folders)


@pytest.mark.parametrize("folder", [*MAY_IMPORT, "tests", "scripts"])
def test_every_folder_is_there(folder: str) -> None:
    assert any((ROOT / folder).iterdir())


@pytest.mark.parametrize("file", PACKAGES)
def test_imports_point_downwards(file: str) -> None:
    allowed = MAY_IMPORT[Path(file).parts[0]]
    own = {*MAY_IMPORT, "tests", "scripts"}
    # A relative import, whose first part is empty, would hide its direction.
    wrong = [name for name in imports(file) if name.split(".")[0] in {"", *own - allowed}]
    wrong += [
        name
        for name in imports(file)
        for folder, module in MAY_NOT_IMPORT
        if within(file, (folder,)) and name.startswith(("ledger.", "aggregates."))
        if name == module or name.startswith(f"{module}.") or module in name.split(".")[1:]
    ]
    assert wrong == [] or file in UPWARD


@pytest.mark.parametrize("file", PACKAGES)
def test_libraries_stay_in_their_place(file: str) -> None:
    named = {name.split(".")[0] for name in imports(file)} & ONLY_IN.keys()
    assert [name for name in named if not within(file, ONLY_IN[name])] == []


@pytest.mark.parametrize("file", ALONE)
def test_the_verifier_shares_nothing_with_what_makes_packets(file: str) -> None:
    named = {name.split(".")[0] for name in imports(file)}
    assert named - ALONE[file] <= sys.stdlib_module_names


@pytest.mark.parametrize("file", [file for file in PACKAGES if within(file, PURE)])
def test_rules_are_pure_and_exact(file: str) -> None:
    found = {name for name in imports(file) if name.split(".")[0] in IMPURE_MODULES}
    for node in nodes(file):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            found.add(repr(node.value))
        elif isinstance(node, ast.Name) and node.id in IMPURE_NAMES:
            found.add(node.id)
        elif isinstance(node, ast.Attribute) and ast.unparse(node).endswith(tuple(IMPURE_CALLS)):
            found.add(ast.unparse(node))
    assert found == set()


@pytest.mark.parametrize("file", [file for file in PACKAGES if file != "ledger/settings.py"])
def test_the_environment_is_read_in_one_place(file: str) -> None:
    names = {ast.unparse(node) for node in nodes(file) if isinstance(node, ast.Attribute)}
    assert {*names, *imports(file)}.isdisjoint({"os.environ", "os.getenv", "os.environb"})


@pytest.mark.parametrize("file", EVERYTHING)
def test_files_and_functions_are_short(file: str) -> None:
    longest = LONGEST_TEST_FILE if file.startswith("tests/") else LONGEST_FILE
    assert len(text(file).splitlines()) <= longest
    functions = (n for n in nodes(file) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    long = [f.name for f in functions if (f.end_lineno or 0) - f.lineno >= LONGEST_FUNCTION]
    assert long == []


@pytest.mark.parametrize("file", PACKAGES)
def test_errors_are_caught_by_name(file: str) -> None:
    caught = [n.type for n in nodes(file) if isinstance(n, ast.ExceptHandler)]
    names = {"" if kind is None else ast.unparse(kind) for kind in caught}
    broad = {"Exception", "BaseException"} if not file.startswith("consumers/") else set()
    assert names.isdisjoint({"", *broad})


@pytest.mark.parametrize("file", EVERYTHING)
def test_nothing_is_left_for_later(file: str) -> None:
    assert [mark for mark in MARKS if mark in text(file)] == []
    skips = {n.attr for n in nodes(file) if isinstance(n, ast.Attribute)} & SKIPS
    assert skips == set() or not file.startswith("tests/")
