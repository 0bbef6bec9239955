"""How a receiver knows that a webhook is ours: Standard Webhooks, HMAC-SHA256.

The signature is over ``id.timestamp.body``, once for each secret in force; the receiver refuses
what is older than a few minutes, and what it has taken before by its id.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256

MARK = "whsec_"
SALT_BYTES = 16


def secret_of(server: bytes, clinic: str, endpoint: str, salt: bytes) -> bytes:
    """The key of an endpoint: made anew each time, so that it is kept nowhere."""
    named = b"\0".join([b"webhook", clinic.encode(), endpoint.encode(), salt])
    return hmac.new(server, named, sha256).digest()


def shown(secret: bytes) -> str:
    """A secret as its owner gets it."""
    return MARK + b64encode(secret).decode()


def headers(secrets: Iterable[bytes], identity: str, second: int, body: bytes) -> dict[str, str]:
    """What is sent beside a body."""
    told = f"{identity}.{second}.".encode() + body
    signed = (hmac.new(secret, told, sha256).digest() for secret in secrets)
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(second),
        "webhook-signature": " ".join(f"v1,{b64encode(one).decode()}" for one in signed),
    }
