"""What waits for a person: disputes, page by page, and a request for approval."""

from typing import Any

import orjson

from aggregates.approval.state import APPROVAL
from consumers.http.asked import Asked
from consumers.http.site import Site
from ledger.ids import stream
from projections.evidence.worklist import work_list

MOST = 1000
PAGE = 100


def disputes(site: Site, clinic: str, _: dict[str, str], given: Asked) -> Any:
    """A page of the disputes, open ones first by their due date."""
    limit, after = given.number("limit", PAGE, MOST, least=1), given.given.get("cursor")
    items = work_list(site.ledger.store, clinic, site.ledger.settings.clock())
    if after is not None:
        last = site.cursors.read(clinic, "disputes", after)
        names = [item["dispute"] for item in items]
        items = items[names.index(last) + 1 :] if last in names else []
    page = items[:limit]
    more = len(items) > limit
    following = site.cursors.make(clinic, "disputes", page[-1]["dispute"]) if more else None
    return {"items": page, "next": following}


def approval(site: Site, clinic: str, path: dict[str, str], _: Asked) -> Any:
    """What was asked for and what became of it; the command is null once it is erased."""
    name, store = stream(clinic, "approval", path["request"]), site.ledger.store
    state = APPROVAL.fold(store.load(clinic, [name])[name])
    if state.requested is None:
        return None
    digest = state.requested.content
    kept = store.personal(clinic, [digest]).get(digest)
    return {
        "request": path["request"],
        "standing": state.standing,
        "asked_by": state.asked_by,
        "approved_by": state.approved_by or None,
        "expires": state.requested.expires.isoformat(),
        "command": None if kept is None else orjson.loads(kept.value),
    }
