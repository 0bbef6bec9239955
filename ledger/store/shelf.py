"""The bytes of documents outside the database: S3-compatible storage, or a folder, by its URL.

The database keeps whom a document is about; an object's name is the clinic and the digest.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import from_url

from ledger.errors import Broken, Busy, LedgerError

if TYPE_CHECKING:
    from obstore.store import RetryConfig

#: How long a storage that does not answer is asked again.
PATIENCE = timedelta(seconds=15)
_RETRIES: "RetryConfig" = {"max_retries": 3, "retry_timeout": PATIENCE}
SCHEMES = ("s3://", "file://")


class Shelf:
    """Documents by clinic and digest. Credentials, region and endpoint come from the variables
    ``AWS_…`` of the environment. Raises Busy while the storage does not answer.
    """

    def __init__(self, url: str) -> None:
        """Raises LedgerError for an address that is none of a storage."""
        if not url.startswith(SCHEMES):
            raise LedgerError(f"documents are kept at {' or '.join(SCHEMES)}, not at {url}")
        retries = None if url.startswith("file://") else _RETRIES
        try:
            self._store = from_url(url, retry_config=retries)
        except BaseError as error:
            raise LedgerError(f"{url} is no storage: {_first_line(error)}") from None

    def put(self, clinic: str, content: bytes) -> str:
        """Keeps a document once and returns its hex SHA-256."""
        sha256 = hashlib.sha256(content).hexdigest()
        with _asked():
            obstore.put(self._store, _name(clinic, sha256), content)
        return sha256

    def get(self, clinic: str, sha256: str) -> bytes | None:
        """The document, or None where there is none; raises Broken for another's bytes."""
        try:
            with _asked():
                content = bytes(obstore.get(self._store, _name(clinic, sha256)).bytes())
        except FileNotFoundError:
            return None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Broken(f"what is kept as document {sha256} is another")
        return content

    def erase(self, clinic: str, digests: Iterable[str]) -> None:
        """Removes documents; those that are not there are gone already."""
        for sha256 in digests:
            try:
                with _asked():
                    obstore.delete(self._store, _name(clinic, sha256))
            except FileNotFoundError:
                continue


def _name(clinic: str, sha256: str) -> str:
    return f"{clinic}/{sha256}"


@contextmanager
def _asked() -> Iterator[None]:
    """What is not there is told as such, every other failure may pass."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        raise Busy(f"the storage of documents: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    """What went wrong, without the answer of a server that may repeat what it was sent."""
    return str(error).split("\n", 1)[0][:200]
