"""The page of what clinics ask for names every point once, and a test that is there for each."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "coverage.md"
RULES = (2, 3, 5, *range(8, 12), *range(13, 17), *range(18, 26), 31, 33, 35, 38, 39)
ASKED = {
    "The checklist": range(1, 147),
    "Numeric rules": RULES,
    "What goes wrong elsewhere": range(1, 29),
}
NOT_YET = "not yet"
STATES = {"served", "in part", "elsewhere", NOT_YET}
_LINK = re.compile(r"\[([\w:]+)\]\(([^)]+)\)")
_PARTS = 5


def rows(title: str) -> list[list[str]]:
    """The cells of each row of a part: number, point, state, how, test."""
    part = PAGE.read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if re.match(r"\| \d", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@cache
def proofs_in(path: Path) -> frozenset[str]:
    """The tests of a file, those of a class as ``TestPayment::test_it``, without running it."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        found |= {f"{prefix}{item.name}" for item in inside if isinstance(item, ast.FunctionDef)}
    return frozenset(name for name in found if name.split("::")[-1].startswith("test_"))


@pytest.mark.parametrize("title", ASKED)
def test_every_point_is_there_once_and_in_order(title: str) -> None:
    assert [int(row[0]) for row in rows(title)] == list(ASKED[title])


@pytest.mark.parametrize("title", ASKED)
def test_every_point_says_how_and_names_a_test_that_is_there(title: str) -> None:
    wrong = []
    for row in rows(title):
        number, point, state, how, proof = row if len(row) == _PARTS else [row[0], "", "", "", ""]
        named = _LINK.fullmatch(proof)
        if not point or not how or state not in STATES:
            wrong.append(f"{number}: incomplete")
        elif named is None and (proof or state != NOT_YET):
            wrong.append(f"{number}: names no test")
        elif named is not None and named[1] not in proofs_in((DOCS / named[2]).resolve()):
            wrong.append(f"{number}: no {named[1]} in {named[2]}")
    assert not wrong, "\n".join(wrong)


def test_the_summary_counts_what_the_table_says() -> None:
    states = [row[2] for row in rows("The checklist")]
    served, part, elsewhere, missing = map(
        states.count, ("served", "in part", "elsewhere", NOT_YET)
    )
    told = f"{served} are served, {part} in part, {elsewhere} belong elsewhere, {missing} are not"
    assert told in PAGE.read_text()
