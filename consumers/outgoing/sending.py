"""One try: the event, signed, to the checked address, within bounds of time and of size."""

import asyncio
import ssl
from collections.abc import Mapping
from ipaddress import IPv6Address

import httpx

from consumers.outgoing.addresses import ForbiddenAddress, Resolve, Target, checked, resolve
from consumers.outgoing.deliveries import Outcome

#: A receiver that takes longer does its work before it answers; it gets the event again.
SECONDS = 10.0
KIND = "application/cloudevents+json"
_ONCE = httpx.Limits(max_keepalive_connections=0)


class Sender:
    """Posts to the outside; nothing of an answer is read but its status."""

    def __init__(
        self,
        *,
        loopback: bool = False,
        resolving: Resolve = resolve,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._loopback = loopback
        self._resolving = resolving
        self._trust = trust or ssl.create_default_context()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """What the try came to; no failure of the receiver is raised."""
        try:
            async with asyncio.timeout(SECONDS):
                target = await asyncio.to_thread(self._checked, url)
                return Outcome(status=await self._answer(target, body, headers))
        except ForbiddenAddress as error:
            return Outcome(error=str(error))
        except TimeoutError:
            return Outcome(error=f"no answer within {SECONDS:.0f} seconds")
        except (httpx.HTTPError, ssl.SSLError, OSError) as error:
            return Outcome(error=f"no connection: {type(error).__name__}")

    def _checked(self, url: str) -> Target:
        return checked(url, loopback=self._loopback, resolving=self._resolving)

    async def _answer(self, target: Target, body: bytes, headers: Mapping[str, str]) -> int:
        """Connects to the address that was checked; the certificate must be the name's."""
        sent = {"Content-Type": KIND, "Host": target.url.netloc, **headers}
        request = httpx.Request(
            "POST",
            _at_address(target),
            headers=sent,
            content=body,
            extensions={"sni_hostname": target.host},
        )
        # Neither a proxy nor a certificate that the environment names is believed.
        async with httpx.AsyncClient(
            verify=self._trust, timeout=SECONDS, limits=_ONCE, trust_env=False
        ) as client:
            answer = await client.send(request, stream=True, follow_redirects=False)
            await answer.aclose()
            return answer.status_code


def _at_address(target: Target) -> str:
    bracketed = isinstance(target.address, IPv6Address)
    host = f"[{target.address}]" if bracketed else str(target.address)
    url = target.url._replace(netloc=f"{host}:{target.port}")
    return url.geturl()
