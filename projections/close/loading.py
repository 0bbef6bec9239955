"""What a replay runs on the events of a type: each body is parsed once, then posted and noted."""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.books.interpret import Rules
from ledger.books.placing import Close
from ledger.books.posting import Posting
from projections.close import compile as compiled
from projections.close.facts import facts
from projections.close.fields import Fact


def event_types(rules: Rules, *, pools: bool) -> tuple[str, ...]:
    """The events that a replay reads: those with a posting, and those that facts are read of."""
    noted = facts((), pools=pools)
    return tuple(sorted({*rules, *(event for fact in noted for event in fact.events)}))


@dataclass(frozen=True, slots=True)
class Loading:
    """A SELECT over the table `chunk`, and what to run when `parsed` holds its result.

    `chunk` has the columns position, type, stream, effective_on and body.
    """

    parse: str
    statements: tuple[str, ...]


def loadings(rules: Rules, closes: Sequence[Close], *, pools: bool) -> dict[str, Loading]:
    """How each event type is loaded; the closes in force place what is posted."""
    noted = facts(closes, pools=pools)
    return {
        event: _loading(
            event, rules.get(event, ()), [fact for fact in noted if event in fact.events], closes
        )
        for event in event_types(rules, pools=pools)
    }


def _loading(
    event: str, postings: Sequence[Posting], noted: Sequence[Fact], closes: Sequence[Close]
) -> Loading:
    posted = (compiled.statement(event, postings, closes),) if postings else ()
    shapes = [compiled.shape(postings)] if postings else []
    return Loading(
        compiled.parsing(event, [*shapes, *(fact.fields for fact in noted)]),
        (*posted, *(statement for fact in noted for statement in fact.statements)),
    )
