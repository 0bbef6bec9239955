"""The worked examples of docs/accounting.md post what their tables say."""

import pytest

from tests.journeys.accounting_page import FIRST, PAGE, Example, examples
from tests.journeys.story import told_from

EXAMPLES = list(examples(PAGE.read_text()))
#: Every title of level 3 is an example.
TITLES = [line[4:] for line in PAGE.read_text().splitlines() if line.startswith("### ")]


def test_every_example_of_the_page_is_run() -> None:
    assert [example.title for example in EXAMPLES] == TITLES


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_the_books_hold_what_the_page_says(example: Example, database: str) -> None:
    with told_from(database, FIRST) as story:
        assert example.told(story) == example.table
