"""Where a webhook may go, and where nothing is ever sent (reliability.md 6.9; B34)."""

import pytest

from consumers.outgoing.addresses import ForbiddenAddress, Resolve, checked, resolve

PUBLIC = "93.184.215.14"


def names(*found: str) -> Resolve:
    """A name server that knows these addresses for every name."""
    return lambda host, port: list(found)


@pytest.mark.parametrize(
    "url",
    [
        *("https://localhost/", "https://localhost./", "https://LOCALHOST:8443/"),
        *("https://127.0.0.1/", "https://127.1/", "https://127.0.0.1./"),
        *("https://2130706433/", "https://0x7f000001/", "https://0x7f.1/", "https://0177.0.0.1/"),
        *("https://017700000001/", "https://0/", "https://0.0.0.0/"),
        *("https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.1.1/"),
        *("https://100.64.0.1/", "https://169.254.169.254/latest/meta-data/"),
        *("https://2852039166/", "https://[fd00:ec2::254]/", "https://224.0.0.1/"),
        *("https://[::1]/", "https://[::]/", "https://[::ffff:10.0.0.1]/"),
        *("https://[::ffff:127.0.0.1]/", "https://[::127.0.0.1]/", "https://[fe80::1]/"),
        *("https://[64:ff9b::a00:1]/", "https://[2002:a00:1::]/", "https://[2001::1]/"),
        *("https://[fec0::1]/", "https://[fc00::1]/", "https://255.255.255.255/"),
        "https://[fe80::1%25lo]/",
    ],
)
def test_an_inner_address_is_refused_however_it_is_written(url: str) -> None:
    with pytest.raises(ForbiddenAddress):
        checked(url)


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://x/"),
        *("example.org", "//example.org/", "", "https://", "https:///x", "https://example.org:0/"),
        *("https://me@example.org/", "https://me:pw@example.org/", "https://@example.org/"),
        *("https://example.org:99999/", "https://example.org:x/", "https://example.org/#part"),
        *("https://exa mple.org/", "https://example.org/\n", "https://exämple.org/"),
        *("https://example.org\\@127.0.0.1/", "https://[::1/", "https://1.2.3.4.5/"),
        f"https://example.org/{'x' * 2048}",
    ],
)
def test_a_url_is_plain_https(url: str) -> None:
    with pytest.raises(ForbiddenAddress):
        checked(url, resolving=names(PUBLIC))


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("https://hooks.example.org/ledger?clinic=glow", 443),
        ("https://HOOKS.example.org:8443", 8443),
    ],
)
def test_a_public_name_is_connected_to_at_the_address_that_was_checked(url: str, port: int) -> None:
    target = checked(url, resolving=names(PUBLIC))
    assert (target.host, target.port) == ("hooks.example.org", port)
    assert str(target.address) == PUBLIC


@pytest.mark.parametrize(
    "found", [("10.0.0.1",), (PUBLIC, "10.0.0.1"), ("2606:4700::1", "::1"), ()]
)
def test_one_inner_address_of_a_name_is_enough_to_refuse_it(found: tuple[str, ...]) -> None:
    with pytest.raises(ForbiddenAddress):
        checked("https://hooks.example.org/", resolving=names(*found))


@pytest.mark.parametrize("found", [("127.0.0.1",), ("::1",), ("127.0.0.1", "::1")])
def test_for_development_this_machine_is_allowed_and_nothing_else(found: tuple[str, ...]) -> None:
    target = checked("http://desk:8000/", loopback=True, resolving=names(*found))
    assert target.address.is_loopback
    for inner in ("10.0.0.1", "169.254.169.254", "::ffff:10.0.0.1"):
        with pytest.raises(ForbiddenAddress):
            checked("http://desk:8000/", loopback=True, resolving=names(*found, inner))
    with pytest.raises(ForbiddenAddress, match="https"):
        checked("http://desk:8000/", loopback=True, resolving=names(PUBLIC))


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(ForbiddenAddress, match="resolved"):
        resolve("nowhere.invalid", 443)
