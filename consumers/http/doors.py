"""Who is let in: holders of API keys and, where an issuer is trusted, people with its tokens."""

from consumers.bootstrap import Ledger
from consumers.http.callers import Gate, KeyBearer
from consumers.http.tokens import Jwks, TokenBearer


def gate_of(ledger: Ledger) -> Gate:
    """The gate as the settings say; raises NoKeys for keys that would come unprotected."""
    settings = ledger.settings
    keys = KeyBearer(ledger.keys, settings.clock)
    if settings.issuer is None:
        return Gate(keys)
    trusted = settings.issuer
    tokens = TokenBearer(
        ledger.keys.people,
        Jwks(trusted.jwks),
        issuer=trusted.name,
        audience=trusted.audience,
        clock=settings.clock,
    )
    return Gate(keys, tokens)
