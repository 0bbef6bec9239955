"""What a close hands an accountant to look at (accounting.md 14.4)."""

from collections.abc import Iterator
from typing import Any

import pytest

from projections.close import checklist as listing
from projections.close import unsigned
from tests.journeys.story import Story, consent, day, told_from, visit

AHEAD = {"kind": "once", "cancellable": True, "draw_before_payment": True}


def offer(story: Story, name: str, *lines: dict[str, Any], price: int = 10000, **more: Any) -> None:
    """An offer of these lines, else of five sessions."""
    five = {"kind": "units", "line": "s", "services": ["session"], "quantity": "5"}
    story.does(
        "publish_offer", offer=name, name=name, price=price, lines=list(lines) or [five], **more
    )


def sell(story: Story, key: str, offered: str, paid: int | None = None, **more: Any) -> None:
    payment = {"payment": f"pay-{key}", "amount": paid, "tender": "cash"}
    given: dict[str, Any] = {
        "consent": consent(f"c-{key}"),
        **({} if paid is None else {"payment": payment}),
    }
    story.does("sell_package", subscription=key, offer=offered, patient="p-1", **given, **more)


@pytest.fixture
def story(database: str) -> Iterator[Story]:
    with told_from(database, day("01-02")) as told:
        told.does("define_service", service="session", label="Session", list_price=3000)
        offer(told, "four", term={"weeks": 4})
        offer(told, "long")
        told.does("define_service", service="facial", label="Facial", list_price=3000)
        five = {"kind": "units", "line": "f", "services": ["facial"], "quantity": "5"}
        offer(told, "ahead", five, billing=AHEAD)
        yield told


def listed(story: Story, period: str = "2026-01") -> list[tuple[str, str, int | None]]:
    found = story.does("close_period", period=period)["exceptions"]
    return [(one["kind"], one["id"], one.get("amount")) for one in found]


def test_everything_is_listed_once(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Visits are walked through page by page."""
    monkeypatch.setattr(unsigned, "PAGE", 1)
    sell(story, "s-1", "long", 10000)
    visit(story, "v-1", "session", status="no_show")
    visit(story, "v-2", "session")
    visit(story, "v-3", "session")
    story.does("sign_visit", visit="v-3", signer="Pat Doe")
    for on, key in (("01-02", "early"), ("01-05", "soon"), ("01-08", "later")):
        story.until(day(on))
        sell(story, f"s-{key}", "four", 10000)
    sell(story, "s-ahead", "ahead")
    visit(story, "v-4", "facial")
    sell(story, "s-doubt", "long", 4000, contract_met=False)
    story.today = day("02-03")
    assert listed(story) == [
        ("lot_expiring", "s-early:s.1", 10000),
        ("lot_expiring", "s-soon:s.1", 10000),
        ("negative_liability", "s-ahead", 2000),
        ("unapplied_cash", "s-doubt", 4000),
        ("visit_unsigned", "v-2", None),
        ("visit_unsigned", "v-4", None),
    ]
    story.today = day("03-03")
    assert [one for one in listed(story, "2026-02") if one[0] == "visit_unsigned"] == []


def test_a_line_without_a_price_to_allocate_by_is_told(story: Story) -> None:
    story.does("define_service", service="free", label="Free", list_price=0)
    both = [
        {"kind": "units", "line": name, "services": [name], "quantity": "2"}
        for name in ("session", "free")
    ]
    offer(story, "both", *both)
    sell(story, "s-1", "both", 10000)
    story.today = day("02-03")
    assert listed(story) == [("contract_without_ssp", "s-1:free", None)]


def test_a_long_list_is_cut_and_says_so(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "LONGEST", 2)
    sell(story, "s-1", "long", 10000)
    for name in ("v-1", "v-2", "v-3"):
        visit(story, name, "session")
    story.today = day("02-03")
    assert [key for _, key, _ in listed(story)] == ["v-1", "v-2", "more"]
