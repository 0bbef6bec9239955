"""What accountants enter into the books."""

from collections.abc import Iterable

from aggregates import adjusting
from aggregates.books.orders import PostAdjustment
from aggregates.books.state import BOOKS
from aggregates.subscription.evolve import SUBSCRIPTION
from commands.desk import Desk
from commands.spec import Reads, Spec
from ledger.decider import Context, Decision


def post_adjustment(desk: Desk, context: Context, order: PostAdjustment) -> Decision:
    contracts = desk.subscriptions(_named(order))
    return adjusting.post_adjustment(context, order, desk.books(), desk.clinic(), contracts)


def _named(order: PostAdjustment) -> Iterable[str]:
    """The contracts that lines name."""
    return sorted({line.subscription for line in order.lines if line.subscription is not None})


def _streams(desk: Desk, order: PostAdjustment) -> Reads:
    contracts = [(SUBSCRIPTION, desk.name("subscription", key)) for key in _named(order)]
    return ((BOOKS, desk.name("books")), *contracts)


SPECS = (Spec("post_adjustment", PostAdjustment, post_adjustment, _streams),)
