"""The examples of offers, refunds and memberships in the documents do what the documents say."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger.codes import Code, Refused
from tests.journeys.story import told_from
from tests.support.clinic import Glow, day

DOCS = Path(__file__).parents[1] / "docs"
PRICE = 10000
VISIT = {"kind": "units", "line": "visit", "services": ["visit"], "quantity": "2"}
SOLD = date(2026, 2, 2)
_NOTHING = "nothing"
_EXAMPLE = re.compile(r"`(\{.*\})`")


def part(page: str, title: str) -> list[list[str]]:
    """The rows of the table under a title, as cells."""
    text = (DOCS / page).read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if _EXAMPLE.search(line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def examples(title: str) -> list[Any]:
    return [
        pytest.param(json.loads(cell.strip("`")), id=what)
        for what, cell in part("offers.md", title)
    ]


def clinic() -> Glow:
    glow = Glow()
    for name in ("visit", "facial", "peel", "massage", "sauna"):
        glow.service(name, 6000)
    glow.service("serum", 4000, category="products", product=True)
    return glow


def sold(lines: list[dict[str, Any]], **terms: Any) -> dict[str, Any]:
    """The answer of the sale of an offer that has this."""
    glow = clinic()
    published = glow.publish("offer", PRICE, lines, **terms)
    assert not isinstance(published, Refused), published
    answer = glow.sell("02-02", "offer", location="uptown")
    assert not isinstance(answer, Refused), answer
    assert isinstance(answer, dict)
    return answer


@pytest.mark.parametrize("line", examples("Lines"))
def test_an_offer_may_have_this_line(line: dict[str, Any]) -> None:
    answer = sold([VISIT, line], term={"months": 6})
    assert [item["line"] for item in answer["lines"]] == ["visit", line["line"]]
    assert sum(item["allocated"] for item in answer["lines"]) == PRICE


@pytest.mark.parametrize("billing", examples("Billing"))
def test_an_offer_may_be_paid_like_this(billing: dict[str, Any]) -> None:
    answer = sold([VISIT], billing=billing)
    assert answer["owed"] == PRICE + billing.get("setup_fee", 0)


@pytest.mark.parametrize("terms", examples("Terms"))
def test_an_offer_may_have_these_terms(terms: dict[str, Any]) -> None:
    assert sold([VISIT], **terms)["price"] == PRICE


def cents(text: str) -> int:
    return int(text.replace(".", "").replace(",", ""))


@pytest.mark.parametrize("row", part("refunds.md", "The formulas"), ids=lambda row: row[0])
def test_a_refund_comes_to_what_the_page_says(row: list[str]) -> None:
    terms, price, units, each, used, after, back, kept = row
    paid, _, free = units.partition(" + ")
    glow = Glow()
    glow.service("session", cents(each))
    line: dict[str, Any] = {
        "kind": "units",
        "line": "session",
        "services": ["session"],
        "quantity": paid,
    }
    lines = [line]
    if free:
        lines.append(line | {"line": "free", "quantity": free.split()[0], "bonus": True})
    glow.publish("pack", cents(price), lines, term={"months": 3}, **json.loads(terms.strip("`")))
    glow.sell(f"{SOLD}", "pack")
    glow.pay(f"{SOLD}", cents(price))
    glow.visit(f"{SOLD}", "v1", f"session:{used}")
    answer = glow.refund(f"{SOLD + timedelta(days=int(after))}")
    if back == _NOTHING:
        assert answer.code is Code.REFUND_EXCEEDS
        return
    assert answer["amount"] == cents(back)
    assert -glow.accounts().get("4040", 0) == cents(kept)
    assert glow.contract().deferred(day("12-31")) == 0


def told(page: str) -> Iterator[list[dict[str, Any]]]:
    """The blocks of a page: commands, or the answer to the last of them."""
    for block in re.findall(r"```json\n(.*?)```", (DOCS / page).read_text(), re.DOTALL):
        yield [json.loads(line) for line in block.splitlines()]


def test_the_life_of_a_membership_goes_as_the_page_says(database: str) -> None:
    answer: dict[str, Any] = {}
    with told_from(database, date(2026, 1, 1)) as story:
        for block in told("memberships.md"):
            if "command" not in block[0]:
                [expected] = block
                assert {key: answer[key] for key in expected} == expected
                continue
            for line in block:
                story.until(datetime.fromisoformat(line["at"]).date())
                answer = story.does(line["command"], **line["data"])
        cycles = [story.balance("s-1", date(2026, 3, on))["lines"][1]["cycle"] for on in (24, 25)]
        assert [(cycle["start"], cycle["end"]) for cycle in cycles] == [
            ("2026-02-15", "2026-03-24"),
            ("2026-03-25", "2026-04-24"),
        ]
