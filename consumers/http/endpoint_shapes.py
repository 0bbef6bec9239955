"""The shapes of answers about webhooks out, as schemas."""

from consumers.http.shapes import COUNT, TEXT, TIME, WHOLE, Schema, maybe, page, some, thing
from consumers.outgoing.deliveries import STATES

_ENDPOINT = {
    "endpoint": TEXT,
    "url": TEXT,
    "types": some(TEXT),
    "created_at": TIME,
    "created_by": TEXT,
    "disabled_at": maybe(TIME),
    "disabled_for": maybe(TEXT),
}
NEW_ENDPOINT = thing(**_ENDPOINT, secret=TEXT)
_NAMED = thing(endpoint=TEXT)
_DELIVERY = thing(
    position=WHOLE,
    type=TEXT,
    state={"enum": list(STATES)},
    tries=WHOLE,
    due_at=maybe(TIME),
    last_at=maybe(TIME),
    last_status=maybe(COUNT),
    last_error=maybe(TEXT),
)
#: The answers about webhooks out, by the names of their operations.
ENDPOINTS: dict[str, Schema] = {
    "webhook_endpoints": page(thing(**_ENDPOINT)),
    "keep_webhook_endpoint": thing(**_ENDPOINT),
    "remove_webhook_endpoint": _NAMED,
    "rotate_webhook_secret": thing(endpoint=TEXT, secret=TEXT),
    "enable_webhook_endpoint": _NAMED,
    "webhook_deliveries": page(_DELIVERY),
    "replay_webhook_deliveries": thing(endpoint=TEXT, deliveries=WHOLE),
}
