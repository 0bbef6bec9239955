"""The chart of accounts as a clinic's own accountants number and name it (accounting.md 11, 18)."""

import re
from collections.abc import Iterable
from typing import Any

from ledger.books.chart import CHART

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,31}")
_LONGEST_NAME = 100


def problem_with_accounts(value: Any) -> str | None:
    """What is wrong with a mapping {code: {code, name}}, in words, or None.

    Left side the codes of our chart, right side theirs; either of the two may be left out. Several
    accounts may go to one of theirs, which then has one name.
    """
    if not isinstance(value, dict):
        return 'accounts maps codes, as in {"2100": {"code": "24000", "name": "Prepaid packages"}}'
    for code, target in value.items():
        if code not in CHART:
            return f"accounts: {code!r} is no account of the chart"
        problem = _problem_with(target)
        if problem is not None:
            return f"accounts: {code}: {problem}"
    return _contradiction(_targets(value))


def _problem_with(target: Any) -> str | None:
    if not isinstance(target, dict) or not target or target.keys() - {"code", "name"}:
        return "give a code, a name or both, and nothing else"
    code, name = target.get("code", "0"), target.get("name", "-")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        return "a code is 1-32 of A-Z a-z 0-9 . -, the first a letter or digit"
    if not isinstance(name, str) or not name.isprintable() or name != name.strip():
        return "a name is printable text without spaces around it"
    return None if 0 < len(name) <= _LONGEST_NAME else f"a name has 1-{_LONGEST_NAME} characters"


def _targets(mapping: dict[str, dict[str, str]]) -> Iterable[tuple[str, str, str]]:
    for code, account in CHART.items():
        target = mapping.get(code, {})
        kind = account.kind.removeprefix("contra_")
        yield target.get("code", code), target.get("name", account.name), kind


def _contradiction(targets: Iterable[tuple[str, str, str]]) -> str | None:
    """Programs tell accounts by code or by name: the two go together, and with one kind."""
    codes: dict[str, tuple[str, str, str]] = {}
    names: dict[str, str] = {}
    for target in targets:
        code, name, _ = target
        # As plain-text ledgers write it, where a full stop cannot stand.
        same = codes.setdefault(code.replace(".", "-").casefold(), target)
        if same != target:
            return f"accounts: {' '.join(same)!r} and {' '.join(target)!r} cannot be told apart"
        if names.setdefault(name.casefold(), code) != code:
            return f"accounts: {name!r} is the name of {names[name.casefold()]} and of {code}"
    return None
