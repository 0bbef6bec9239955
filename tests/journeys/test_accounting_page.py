"""The worked examples of docs/accounting.md and of others post what their tables say."""

from collections.abc import Iterator

import pytest

from consumers.bootstrap import Ledger, running
from tests.journeys.accounting_page import PAGES, Example, examples
from tests.journeys.story import open_settings

TEXT = "\n".join(page.read_text() for page in PAGES)
EXAMPLES = list(examples(TEXT))
#: Every title of level 3 is an example.
TITLES = [line[4:] for line in TEXT.splitlines() if line.startswith("### ")]


@pytest.fixture(scope="module")
def ledger(module_database: str) -> Iterator[Ledger]:
    """One for all examples, each of which opens a clinic of its own."""
    with running(open_settings(module_database)) as opened:
        yield opened


def test_every_example_of_the_pages_is_run() -> None:
    assert [example.title for example in EXAMPLES] == TITLES


@pytest.mark.parametrize(
    ("number", "example"), list(enumerate(EXAMPLES)), ids=[example.title for example in EXAMPLES]
)
def test_the_books_hold_what_the_page_says(ledger: Ledger, number: int, example: Example) -> None:
    assert example.told(ledger, f"glow-{number}") == example.table
