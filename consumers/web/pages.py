"""The page and its two files, at addresses of their own; no other file can be asked for.

They need no key and hold no data: the page asks the API with the key of whoever uses it. Each is
read once, and no address becomes part of a file's name.
"""

from collections.abc import Iterator
from importlib.resources import files

from fastapi import Request, Response
from starlette.routing import Route

#: Scripts, styles and questions come from and go to this server alone; nothing may frame the page.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self' data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
#: Address, file and media type of all there is.
PAGES = (
    ("/", "desk.html", "text/html"),
    ("/desk.css", "desk.css", "text/css"),
    ("/desk.js", "desk.js", "text/javascript"),
)


def pages() -> Iterator[Route]:
    """A route for each file; they are no part of the API and so not of its description."""
    folder = files(__package__) / "static"
    for address, name, media_type in PAGES:
        yield _page(address, (folder / name).read_bytes(), media_type)


def _page(address: str, content: bytes, media_type: str) -> Route:
    async def handle(_: Request) -> Response:
        headers = {"Content-Security-Policy": POLICY}
        return Response(content, headers=headers, media_type=media_type)

    return Route(address, handle, methods=["GET"], include_in_schema=False)
