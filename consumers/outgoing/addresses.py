"""Where a webhook may go: an https address of the public internet (reliability.md 6.9).

A name is resolved once, every address it has is checked, and the request goes to a checked
address: a name that means something else a moment later changes nothing.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from ledger.errors import LedgerError

LONGEST = 2048
#: The only part of IPv6 that is handed out; within it, what carries an IPv4 address inside.
_PUBLIC = IPv6Network("2000::/3")
_CARRYING = (IPv6Network("2001::/23"), IPv6Network("2002::/16"))
_PORTS = {"https": 443, "http": 80}

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]


class ForbiddenAddress(LedgerError):
    """Nothing is sent there; the text says why and names no inner address."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: what is connected to, and what the certificate must be for."""

    url: SplitResult
    host: str
    port: int
    address: Address


def resolve(host: str, port: int) -> list[str]:
    """Every address the system knows for a name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ForbiddenAddress("the name of the host cannot be resolved") from None
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def checked(url: str, *, loopback: bool = False, resolving: Resolve = resolve) -> Target:
    """The target of a URL; raises ForbiddenAddress unless all its addresses may be posted to.

    `loopback` is for development: http or https to this machine, besides what is always allowed.
    """
    parts, port = _parsed(url)
    host = parts.hostname or ""
    found = [ip_address(one) for one in resolving(host, port)]
    if loopback and found and all(one.is_loopback for one in found):
        return Target(parts, host, port, found[0])
    if parts.scheme != "https":
        raise ForbiddenAddress("only https is allowed")
    if not found or not all(map(_is_public, found)):
        raise ForbiddenAddress("the host is not on the public internet")
    return Target(parts, host, port, found[0])


def _parsed(url: str) -> tuple[SplitResult, int]:
    if len(url) > LONGEST or not url.isascii() or any(one <= " " for one in url) or "\\" in url:
        raise ForbiddenAddress("a URL is printable ASCII of at most 2048 characters")
    try:
        parts = urlsplit(url)
        port = _PORTS[parts.scheme] if parts.port is None else parts.port
    except (ValueError, KeyError):
        raise ForbiddenAddress("only https is allowed") from None
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ForbiddenAddress("a URL has no user, password or fragment")
    if not parts.hostname or port == 0 or _is_disguised(parts.hostname):
        raise ForbiddenAddress("the URL names no host")
    return parts, port


def _is_disguised(host: str) -> bool:
    """A number that programs read as an address in ways of their own: 2130706433, 0177.1."""
    last = host.rstrip(".").rpartition(".")[2]
    if not (last.isdigit() or last.startswith("0x")):
        return False
    try:
        IPv4Address(host)
    except ValueError:
        return True
    return False


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address):
        inside = any(address in network for network in _CARRYING)
        return address in _PUBLIC and address.is_global and not inside
    return address.is_global and not address.is_multicast
