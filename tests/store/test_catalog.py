"""Stored names, schema versions and lifts (style.md rule 6)."""

from datetime import date
from typing import Any

import pytest

from ledger.errors import Broken
from ledger.events import Event
from ledger.store.catalog import Catalog
from tests.store.samples import CATALOG, Drawn, Sold


def test_a_body_is_canonical_and_leaves_out_what_is_absent() -> None:
    encoded = CATALOG.encode(Drawn(visit="v-1", on=date(2026, 3, 2), quantity=2))
    assert encoded == ("Drawn", 2, '{"on":"2026-03-02","quantity":2,"visit":"v-1"}')
    assert CATALOG.encode(Sold(units=1)) == ("Sold", 1, '{"units":1}')


@pytest.mark.parametrize("event", [Sold(units=1), Sold(units=1, note="é")])
def test_an_event_survives_storage(event: Event) -> None:
    assert CATALOG.decode(*CATALOG.encode(event)) == event


def test_an_old_version_is_lifted() -> None:
    lifted = CATALOG.decode("Drawn", 1, '{"on":"2026-03-02","visit":"v-1"}')
    assert lifted == Drawn(visit="v-1", on=date(2026, 3, 2), quantity=1)


@pytest.mark.parametrize(
    ("name", "version", "body"),
    [
        ("Refunded", 1, "{}"),
        ("Sold", 2, '{"units":1}'),
        ("Sold", 0, '{"units":1}'),
        ("Sold", 1, '{"units":"1"}'),
        ("Sold", 1, '{"units":1.0}'),
        ("Sold", 1, '{"units":1,"gift":true}'),
        ("Sold", 1, '{"_type_":"datetime","_data_":"2026-01-01"}'),
        ("os.system", 1, '{"command":"true"}'),
    ],
)
def test_what_is_not_in_the_catalog_stops(name: str, version: int, body: str) -> None:
    with pytest.raises(Broken):
        CATALOG.decode(name, version, body)


def test_an_unreadable_body_is_not_repeated_in_the_error() -> None:
    with pytest.raises(Broken) as broken:
        CATALOG.decode("Sold", 1, '{"units":"Ada Byron"}')
    assert "Ada" not in str(broken.value)


def test_an_unregistered_event_cannot_be_stored() -> None:
    class Forgotten(Event):
        pass

    with pytest.raises(Broken):
        CATALOG.encode(Forgotten())


def test_every_version_ever_stored_needs_its_lift() -> None:
    catalog = Catalog([("Sold", 3, Sold)])

    @catalog.lifts("Sold", from_version=1)
    def same(data: dict[str, Any]) -> dict[str, Any]:
        return data

    with pytest.raises(Broken, match="2"):
        catalog.check()
    catalog.lifts("Sold", from_version=2)(same)
    catalog.check()
    catalog.lifts("Sold", from_version=3)(same)
    with pytest.raises(Broken, match="3"):
        catalog.check()


def test_names_classes_and_lifts_are_given_once() -> None:
    catalog = Catalog([("Sold", 1, Sold)])
    with pytest.raises(ValueError, match="already"):
        catalog.register("Sold", 1, Drawn)
    with pytest.raises(ValueError, match="already"):
        catalog.register("SoldAgain", 1, Sold)
    with pytest.raises(ValueError, match="already"):
        CATALOG.lifts("Drawn", from_version=1)(lambda data: data)
    assert CATALOG.names == {"Drawn": 2, "Sold": 1}
