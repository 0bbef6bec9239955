"""Adyen's dispute notifications: `CHARGEBACK` and its kin, one item or several in a message."""

import binascii
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from aggregates.dispute.events import CaseType, Status
from consumers.webhooks.disputes import Line, NotReadable, Told, commands_for
from consumers.webhooks.verify import base64_mark
from projections.evidence.codes.table import category

#: What each event says: kind of case, status, whether the money is gone, outcome.
_SAYS: dict[str, tuple[CaseType, Status | None, bool, str | None]] = {
    "REQUEST_FOR_INFORMATION": ("inquiry", "warning_needs_response", False, None),
    "NOTIFICATION_OF_CHARGEBACK": ("chargeback", "needs_response", False, None),
    "CHARGEBACK": ("chargeback", "needs_response", True, None),
    "INFORMATION_SUPPLIED": ("chargeback", "under_review", False, None),
    "CHARGEBACK_REVERSED": ("chargeback", "under_review", True, None),
    "ISSUER_RESPONSE_TIMEFRAME_EXPIRED": ("chargeback", None, True, "won"),
    "PREARBITRATION_WON": ("chargeback", None, True, "won"),
    "SECOND_CHARGEBACK": ("chargeback", None, True, "lost"),
    "PREARBITRATION_LOST": ("chargeback", None, True, "lost"),
}
_ENDS = {"Won": "won", "Lost": "lost", "Accepted": "accepted", "Expired": "lost"}
#: What the signature of an item is over.
_SIGNED = ("pspReference", "originalReference", "merchantAccountCode", "merchantReference")


def verified(
    _headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], _now: datetime
) -> bool:
    """Whether every item carries its signature by one of the keys, which are in hex.

    Adyen signs some fields of each item, and no time: they are read before. A message sent again
    records nothing again.
    """
    try:
        items = [_item(item) for item in orjson.loads(raw)["notificationItems"]]
        keys = [bytes.fromhex(secret) for secret in secrets]
        return bool(items) and all(_is_signed(item, keys) for item in items)
    except (KeyError, TypeError, AttributeError, ValueError, binascii.Error):
        return False


def _item(item: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = item["NotificationRequestItem"]
    return found


def _is_signed(item: Mapping[str, Any], keys: Sequence[bytes]) -> bool:
    amount = item["amount"]
    values = [item.get(name) or "" for name in _SIGNED]
    values += [str(amount["value"]), amount["currency"], item["eventCode"], str(item["success"])]
    mark = item["additionalData"]["hmacSignature"]
    return base64_mark(mark, ":".join(values).encode(), keys)


def commands_of(payload: Mapping[str, Any]) -> list[Line]:
    """The commands of all items about disputes; raises NotReadable."""
    try:
        return [line for told in _told(payload) for line in commands_for(told)]
    except (KeyError, TypeError, AttributeError) as error:
        raise NotReadable(f"no Adyen notification: {error}") from None


def _told(payload: Mapping[str, Any]) -> Iterator[Told]:
    for wrapped in payload["notificationItems"]:
        item = _item(wrapped)
        if item["eventCode"] in _SAYS and str(item["success"]) == "true":
            yield _about(item)


def _about(item: Mapping[str, Any]) -> Told:
    case, status, withdrawn, outcome = _SAYS[item["eventCode"]]
    more = item.get("additionalData") or {}
    code = more.get("chargebackReasonCode")
    ended = outcome or _ENDS.get(more.get("disputeStatus", ""))
    return Told(
        processor="adyen",
        event=f"{item['pspReference']}:{item['eventCode']}",
        at=item["eventDate"],
        dispute=item["pspReference"],
        charge=item["originalReference"],
        amount=item["amount"]["value"],
        currency=item["amount"]["currency"],
        reason=category(code, None),
        opened_at=item["eventDate"],
        case_type=case,
        network_reason_code=code,
        due_by=more.get("defensePeriodEndsAt"),
        status=None if ended else status,
        withdrawn=withdrawn,
        outcome=ended,
    )
