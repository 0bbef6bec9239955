"""An approval to show more than the minimum: by whom, why, which fields, until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from aggregates.dispute.events import DisclosureApproved
from ledger.errors import LedgerError
from projections.evidence.profile.tags import CLINICAL

ISSUER_MIN = "issuer_min"


class NotApproved(LedgerError):
    """More was asked for than the minimum, and nobody approved it."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What may be shown; `name` stands on every page."""

    fields: frozenset[str] = frozenset()
    approvers: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The profile as pages and the manifest name it."""
        if not self.fields:
            return ISSUER_MIN
        more = ", ".join(sorted(self.fields))
        return f"{ISSUER_MIN} + {more} (approved by {', '.join(self.approvers)})"


def profile_for(
    include: Iterable[str], approvals: Iterable[DisclosureApproved], now: datetime
) -> Profile:
    """The minimum, with the asked-for fields.

    Raises NotApproved for a field that none of the dispute's approvals in force names.
    """
    wanted = frozenset(include)
    standing = [item for item in approvals if item.expires > now]
    granted = frozenset(field for item in standing for field in item.fields) & CLINICAL
    if not wanted <= granted:
        lacking = ", ".join(sorted(wanted - granted))
        raise NotApproved(f"no approval in force covers {lacking} for this dispute")
    used = [item.approver for item in standing if wanted & set(item.fields)]
    return Profile(wanted, tuple(dict.fromkeys(used)))
