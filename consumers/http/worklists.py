"""Lists, page by page: disputes, approvals, contracts, visits, payments."""

from dataclasses import replace
from typing import Any

import orjson

from aggregates.approval.state import APPROVAL
from consumers.http.asked import Asked
from consumers.http.site import Site
from ledger.ids import stream
from projections.balances.queries import Page, contracts_page
from projections.evidence.worklist import work_list
from projections.lists import queries as lists
from projections.lists.projection import APPROVAL as APPROVALS
from projections.lists.projection import PAYMENT, VISIT
from projections.lists.queries import Standing

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


def subscriptions(site: Site, clinic: str, _: dict[str, str], given: Asked) -> Any:
    """A page of the contracts by their ids, each as its balance has it today."""
    limit, cursor = given.number("limit", PAGE, MOST, least=1), given.given.get("cursor")
    after = "" if cursor is None else site.cursors.read(clinic, "subscriptions", cursor)
    items = contracts_page(
        site.ledger.store,
        clinic,
        Page(after, limit, given.id("patient"), given.id("offer")),
        site.ledger.today(clinic),
    )
    last = items[-1]["subscription"] if len(items) == limit else None
    return {"items": items, "next": last and site.cursors.make(clinic, "subscriptions", last)}


def visits(site: Site, clinic: str, _: dict[str, str], given: Asked) -> Any:
    """A page of the visits, the newest recorded first."""
    return _listed(site, clinic, VISIT, given, lists.Asked(patient=given.id("patient")))


def payments(site: Site, clinic: str, _: dict[str, str], given: Asked) -> Any:
    """A page of the payments, the newest recorded first."""
    wanted = lists.Asked(subscription=given.id("subscription"))
    return _listed(site, clinic, PAYMENT, given, wanted)


def approvals(site: Site, clinic: str, _: dict[str, str], given: Asked) -> Any:
    """A page of the requests for approval, the newest first; by default those still open."""
    standing = given.one_of("standing", Standing, Standing.OPEN)
    wanted = lists.of_standing(standing, site.ledger.settings.clock())
    return _listed(site, clinic, APPROVALS, given, wanted)


def _listed(site: Site, clinic: str, kind: str, given: Asked, wanted: lists.Asked) -> Any:
    limit, cursor = given.number("limit", PAGE, MOST, least=1), given.given.get("cursor")
    below = lists.LAST if cursor is None else int(site.cursors.read(clinic, kind, cursor))
    items = lists.page(site.ledger.store, clinic, kind, replace(wanted, most=limit, below=below))
    last = str(items[-1]["position"]) if len(items) == limit else None
    return {"items": items, "next": last and site.cursors.make(clinic, kind, last)}


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
