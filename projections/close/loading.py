"""What a replay runs on the events of a type: each body is parsed once, then posted and noted."""

from dataclasses import dataclass

from ledger.books.interpret import Rules
from ledger.books.placing import Close
from projections.close import compile as compiled
from projections.close.facts import facts


def event_types(rules: Rules, *, pools: bool) -> tuple[str, ...]:
    """The events that a replay reads: those with a posting, and those that facts are read of."""
    noted = facts((), pools=pools)
    return tuple(sorted({*rules, *(event for fact in noted for event in fact.events)}))


@dataclass(frozen=True, slots=True)
class Loading:
    """A SELECT over the table `chunk`, and what to run when `parsed` holds its result.

    `chunk` has the columns position, type, stream, effective_on and body. `asked` tells, for
    each of the statements `posted`, whether it has anything to write.
    """

    parse: str
    asked: str
    posted: tuple[str, ...]
    noted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Loadings:
    """How each event type is loaded under these rules; the closes in force place what is posted.

    `pools` says whether lots of units are wanted, for breakage before expiry.
    """

    rules: Rules
    closes: tuple[Close, ...] = ()
    pools: bool = False

    @property
    def types(self) -> tuple[str, ...]:
        """The events that are loaded."""
        return event_types(self.rules, pools=self.pools)

    def of(self, event: str) -> Loading:
        """What is run for events of one type."""
        postings = self.rules.get(event, ())
        noted = [fact for fact in facts(self.closes, pools=self.pools) if event in fact.events]
        shapes = [compiled.shape(postings)] if postings else []
        return Loading(
            compiled.parsing(event, [*shapes, *(fact.fields for fact in noted)]),
            compiled.asked(postings),
            compiled.statements(event, postings, self.closes),
            tuple(statement for fact in noted for statement in fact.statements),
        )
