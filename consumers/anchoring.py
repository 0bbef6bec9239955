"""Makes anchors, has them stamped, and holds the present against one that was published."""

import base64
from typing import Any

from consumers.bootstrap import Ledger
from ledger.canonical import canonical
from ledger.errors import LedgerError
from ledger.merkle import consistent
from ledger.store.anchors import Anchor


class NoAnchor(LedgerError):
    """There is nothing to anchor, or what was given is no published anchor."""


class Discontinued(LedgerError):
    """What was published is not the beginning of what is there: history was lost or changed."""


def anchored(ledger: Ledger, *, daily: bool = False) -> Anchor | None:
    """A new anchor, stamped where the settings name an authority; `daily`: the day's only one.

    When the authority is away the anchor stays, and the last one is stamped at the next call.
    Raises NotStamped and Broken.
    """
    made = ledger.anchors.make(ledger.settings.clock(), daily=daily)
    last = ledger.anchors.latest()
    if last is not None and last.token is None and ledger.settings.tsa is not None:
        from consumers.stamping import stamped  # noqa: PLC0415  only where there is an authority

        ledger.anchors.stamp(last, stamped(ledger.settings.tsa, canonical(last.statement())))
    return ledger.anchors.latest() if made else None


def publication(
    ledger: Ledger, anchor: Anchor, since: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What may be shown to anyone: the anchor, its stamp, and that it continues an earlier one.

    {anchor, token, since, consistency}; `since` is the statement of an anchor that was published,
    by default the one before. Raises Discontinued when the present does not continue it.
    """
    if since is None and (before := ledger.anchors.numbered(anchor.number - 1)):
        since = before.statement()
    return {
        "anchor": anchor.statement(),
        "token": None if anchor.token is None else base64.b64encode(anchor.token).decode(),
        "since": since,
        "consistency": [] if since is None else _continued(ledger, anchor, since),
    }


def _continued(ledger: Ledger, anchor: Anchor, since: dict[str, Any]) -> list[str]:
    """The proof that the tree of `since` is the beginning of the anchor's."""
    try:
        size, root = int(since["size"]), bytes.fromhex(since["root"])
    except (KeyError, TypeError, ValueError):
        raise NoAnchor("what was given is no published anchor") from None
    if not 0 < size <= anchor.size:
        raise Discontinued(f"the published tree had {size} leaves, this one has {anchor.size}")
    proof = ledger.anchors.tree().consistency(size, anchor.size)
    if not consistent(size, root, anchor.size, anchor.root, proof):
        raise Discontinued(f"anchor {since.get('number')} is not what the history leads from")
    return [one.hex() for one in proof]
