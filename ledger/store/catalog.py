"""The closed set of stored event names: codec, schema versions and lifts (style.md rule 6)."""

from collections.abc import Callable, Iterable
from typing import Any

import orjson
from pydantic import ValidationError

from ledger.canonical import canonical_trusted
from ledger.errors import Broken
from ledger.events import Event

Lift = Callable[[dict[str, Any]], dict[str, Any]]


class Catalog:
    """Which event class stands behind a stored name, and at which schema version.

    A row can never import a module: a name is known here or it is Broken, because skipping
    an event would make every figure after it wrong (architecture.md 4).
    """

    def __init__(self, entries: Iterable[tuple[str, int, type[Event]]] = ()) -> None:
        self._by_name: dict[str, tuple[int, type[Event]]] = {}
        self._by_class: dict[type[Event], tuple[str, int]] = {}
        self._lifts: dict[tuple[str, int], Lift] = {}
        for name, schema_version, cls in entries:
            self.register(name, schema_version, cls)

    def register(self, name: str, schema_version: int, cls: type[Event]) -> None:
        """Adds an event; raises ValueError when its name or class is taken."""
        if name in self._by_name or cls in self._by_class:
            raise ValueError(f"{name} or {cls.__name__} is in the catalog already")
        self._by_name[name] = (schema_version, cls)
        self._by_class[cls] = (name, schema_version)

    def lifts(self, name: str, from_version: int) -> Callable[[Lift], Lift]:
        """Decorates what turns a stored body of `from_version` into one of the next version."""

        def add(lift: Lift) -> Lift:
            if (name, from_version) in self._lifts:
                raise ValueError(f"{name} has a lift from version {from_version} already")
            self._lifts[name, from_version] = lift
            return lift

        return add

    def check(self) -> None:
        """Raises Broken unless every version ever stored can be lifted to the present one."""
        needed = {
            (name, version)
            for name, (present, _) in self._by_name.items()
            for version in range(1, present)
        }
        wrong = sorted(needed ^ self._lifts.keys())
        if wrong:
            raise Broken(f"lifts missing, or not leading to a present version: {wrong}")

    @property
    def names(self) -> dict[str, int]:
        """The present schema version of every stored name."""
        return {name: present for name, (present, _) in sorted(self._by_name.items())}

    def encode(self, event: Event) -> tuple[str, int, str]:
        """Stored name, schema version and canonical JSON; absent fields are left out."""
        try:
            name, schema_version = self._by_class[type(event)]
        except KeyError:
            raise Broken(f"{type(event).__name__} is not in the catalog") from None
        body = canonical_trusted(event.model_dump(mode="json", exclude_none=True))
        return name, schema_version, body.decode()

    def require(self, name: str, schema_version: int) -> None:
        """Raises Broken for an unknown name or a version that is not ours."""
        present, _ = self._by_name.get(name, (0, Event))
        if not 1 <= schema_version <= present:
            raise Broken(f"event {name} of schema version {schema_version} is not in the catalog")

    def decode(self, name: str, schema_version: int, body: str | bytes) -> Event:
        """The event of a stored body, lifted to the present version and validated strictly.

        Raises Broken for an unknown name, a version that is not ours, or a body that does
        not fit: such a row stops a feed and is never skipped.
        """
        self.require(name, schema_version)
        present, cls = self._by_name[name]
        if schema_version < present:
            body = self._lifted(name, schema_version, present, body)
        try:
            return cls.model_validate_json(body)
        except ValidationError as error:
            # Without the input: a body may hold what a log must not.
            fields = [".".join(map(str, line["loc"])) for line in error.errors()]
            raise Broken(f"stored {name} does not fit its class at {fields}") from None

    def _lifted(self, name: str, stored: int, present: int, body: str | bytes) -> bytes:
        data = orjson.loads(body)
        for version in range(stored, present):
            if (name, version) not in self._lifts:
                raise Broken(f"{name} has no lift from version {version}")
            data = self._lifts[name, version](data)
        return orjson.dumps(data)
