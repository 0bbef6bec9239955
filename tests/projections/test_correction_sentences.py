"""What was corrected, shared or given away reads as what happened."""

from pathlib import Path

import pytest

from aggregates.catalog import EVENTS
from aggregates.subscription import correction_events as c
from aggregates.subscription import dormancy_events as d
from ledger.events import Event
from ledger.store.catalog import Catalog
from projections.history.corrections import CORRECTED
from projections.history.sentences import sentence

GOLDEN = Path(__file__).parent.parent / "golden"


def stored(name: str) -> Event:
    return Catalog(EVENTS).decode(name, 1, (GOLDEN / f"{name}.v1.json").read_bytes())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("UnitsTransferred", "1 of scan transferred to s-2, with $56.10"),
        ("UnitsReceived", "1 of scan received from s-1, with $56.10"),
        ("GoodwillGranted", "1 of scan granted as goodwill, approved by bob"),
        ("MemberAdded", "Shared with p-2"),
        ("MemberRemoved", "No longer shared with p-2"),
        ("LotReinstated", "1 of scan reinstated to 2026-06-30, worth $72.10"),
        ("WrittenOff", "$65.10 written off, $9.00 of it delivered"),
        ("DormancyReached", "$600.00 of scan is due to the state of AL"),
        ("RefundDormant", "$25.00 of refund r-1 is due to the state of AL"),
        ("UnclaimedRemitted", "$25.00 paid to the state with al-2029"),
        ("UnclaimedReturned", "$625.00 claimed by the owner before the state was paid"),
        ("ContractAssessed", "Contract test met, deposit of $120.00 released"),
    ],
)
def test_each_event_is_a_sentence(name: str, said: str) -> None:
    assert sentence(stored(name), "USD") == said


def test_none_is_left_out() -> None:
    modules = {c.__name__, d.__name__}
    assert {cls for _, _, cls in EVENTS if cls.__module__ in modules} == CORRECTED.keys()
