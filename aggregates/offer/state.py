"""What an offer's history comes to: its versions."""

from dataclasses import dataclass, replace
from datetime import datetime

from aggregates.offer.events import OfferPublished, OfferRetired
from ledger.decider import Decider, impossible
from ledger.events import Recorded


@dataclass(frozen=True, slots=True)
class Offer:
    versions: tuple[tuple[datetime, OfferPublished], ...] = ()
    retired_at: datetime | None = None

    def at(self, moment: datetime, version: int | None) -> OfferPublished | None:
        """The version asked for, or the last one published by `moment`; None if there is none.

        A retired offer has none, until it is published again.
        """
        if self.retired_at is not None and self.retired_at <= moment:
            return None
        if version is not None:
            return next((o for _, o in self.versions if o.version == version), None)
        found = [offer for since, offer in self.versions if since <= moment]
        return max(found, key=lambda offer: offer.version) if found else None


def evolve(state: Offer, recorded: Recorded) -> Offer:
    """The state after one more event."""
    match recorded.event:
        case OfferPublished() as offer:
            versions = (*state.versions, (recorded.effective_at, offer))
            return replace(state, versions=versions, retired_at=None)
        case OfferRetired():
            return replace(state, retired_at=recorded.effective_at)
        case other:
            raise impossible("offer", other)


OFFER: Decider[Offer] = Decider(Offer(), evolve)
