"""Worked examples, those of docs/accounting.md, published.md and rows.md: told to a clinic, and
their books as tables.

An example stands under a title of level 3: a block of lines ``2026-01-05 command {data}``, then a
table of what was posted. ``command@2026-01-30`` is about an earlier day; a day alone lets time
pass. Every command comes from an administrator at 10:00; each month is closed on the 3rd of the
next.

``python -m tests.journeys.accounting_page`` writes the tables of all of them anew.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from consumers.bootstrap import Ledger, running
from projections.reports import accounting
from tests.journeys.story import Story, consent, dollars, open_settings, opens
from tests.support import servers

PAGE = Path(__file__).parents[2] / "docs" / "accounting.md"
PUBLISHED = Path(__file__).with_name("published.md")
ROWS = Path(__file__).with_name("rows.md")
PAGES = (PAGE, PUBLISHED, ROWS)
FIRST = date(2026, 1, 1)
HEAD = "| posted | what | row | debit | credit |\n|---|---|---|---|---|\n"
_EXAMPLE = re.compile(
    r"^### (?P<title>[^\n]+)\n(?:(?!^#).)*?"
    r"^```text\n(?P<lines>.*?)^```\n\n(?P<table>(?:\|[^\n]*\n)+)",
    re.DOTALL | re.MULTILINE,
)
_DAY = r"\d{4}-\d\d-\d\d"
_LINE = re.compile(
    rf"(?P<day>{_DAY})(?: (?P<command>[a-z_]+)(?:@(?P<on>{_DAY}))? (?P<data>{{.*}}))?"
)


@dataclass(frozen=True, slots=True)
class Example:
    """One worked example as the page has it."""

    title: str
    lines: tuple[str, ...]
    table: str

    def told(self, ledger: Ledger, clinic: str) -> str:
        """The table of what the books of a new clinic hold after its last day."""
        story = Story(ledger, FIRST, clinic)
        opens(story)
        for line in self.lines:
            _tell(story, line)
        with story.books(story.today) as books:
            entries = accounting.journal(books, date(2025, 1, 1), story.today)
        return HEAD + "".join(_row(entry) for entry in entries)


def examples(text: str) -> Iterator[Example]:
    """The examples of the page, in order."""
    for found in _EXAMPLE.finditer(text):
        lines = tuple(found["lines"].strip().splitlines())
        yield Example(found["title"], lines, found["table"])


def _tell(story: Story, line: str) -> None:
    found = _LINE.fullmatch(line)
    assert found, f"{line!r} is not DAY [COMMAND[@DAY] DATA]"
    story.until(date.fromisoformat(found["day"]))
    if found["command"]:
        on = date.fromisoformat(found["on"]) if found["on"] else None
        story.does(found["command"], on, **_filled(found["command"], json.loads(found["data"])))


def _filled(command: str, data: dict[str, Any]) -> dict[str, Any]:
    """A sale's ``"consent": true`` stands for signed terms with every clause."""
    if command == "sell_package" and data.get("consent") is True:
        return {**data, "consent": consent(f"c-{data['subscription']}")}
    return data


def _row(entry: dict[str, Any]) -> str:
    sides = (_side(entry, "debit"), _side(entry, "credit"))
    late = f", of {entry['prior_period_of']}" if entry["prior_period_of"] else ""
    soon = ", provisional" if entry["provisional"] else ""
    cells = (entry["posting_date"], f"{entry['memo']}{late}{soon}", entry["rule"], *sides)
    return f"| {' | '.join(cells)} |\n"


def _side(entry: dict[str, Any], side: str) -> str:
    return "; ".join(
        " ".join(filter(None, (line["account"], line["line"], dollars(line[side]))))
        for line in entry["lines"]
        if line[side]
    )


def write(page: Path) -> None:
    """Writes the tables of a page anew."""
    text = page.read_text()
    folder = servers.make_folder()
    try:
        url = servers.shared_postgres(folder, durable=False)
        servers.make_template(url, folder)
        with servers.fresh_database(url) as database, running(open_settings(database)) as ledger:
            tables = [
                example.told(ledger, f"glow-{number}")
                for number, example in enumerate(examples(text))
            ]
    finally:
        servers.remove_folder(folder)
    made = iter(tables)
    page.write_text(
        _EXAMPLE.sub(lambda found: found[0].removesuffix(found["table"]) + next(made), text)
    )


if __name__ == "__main__":
    for each in PAGES:
        write(each)
