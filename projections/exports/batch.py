"""What was handed over, so that both sides can check it: scope and control totals."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ledger.books.digest import digest_of_texts
from ledger.canonical import canonical_trusted
from projections.exports.text import amount
from projections.exports.vouchers import ReportEntry, Voucher


@dataclass(frozen=True, slots=True)
class Scope:
    """Which books are exported, and how.

    `close_version` and `position` are those of the close in force; a draft of an open period
    has no version, and the position up to which it knows the history. `books` names those that
    are not kept by the clinic's framework.
    """

    clinic: str
    currency: str
    period: str
    close_version: int | None
    position: int
    form: str
    detail: str
    books: str | None = None

    @property
    def batch(self) -> str:
        """The id of the batch: the same books in the same form have the same."""
        draft = f"draft-{self.position}"
        state = draft if self.close_version is None else f"v{self.close_version}"
        kept = f"-{self.books}" if self.books else ""
        return f"{self.clinic}-{self.period}-{state}-{self.form}-{self.detail}{kept}"

    def named(self, voucher: Voucher) -> Voucher:
        """The voucher under an id that no voucher of other books has: an entry of cash books has
        the position of an event, and so the id, that it has in those that a close seals.
        """
        return replace(voucher, id=f"{self.books}-{voucher.id}") if self.books else voucher


@dataclass(frozen=True, slots=True)
class Controls:
    """The control totals, over our entries, not over what a form makes of them.

    `sha256` is taken as the digest of a close is (accounting.md 12.2): over a whole closed
    period it is that digest, in the books that a close seals.
    """

    entries: int
    lines: int
    debit: int
    credit: int
    sha256: str


def controls(entries: Sequence[ReportEntry]) -> Controls:
    """The control totals of these entries; amounts in minor units."""
    lines = [line for entry in entries for line in entry["lines"]]
    return Controls(
        entries=len(entries),
        lines=len(lines),
        debit=sum(line["debit"] for line in lines),
        credit=sum(line["credit"] for line in lines),
        sha256=digest_of_texts(canonical_trusted(_sealed(entry)) for entry in entries),
    )


def _sealed(entry: ReportEntry) -> dict[str, Any]:
    """The entry as a close digests it: without words, a closing entry without its close."""
    lines = [
        {name: value for name, value in line.items() if name != "name"} for line in entry["lines"]
    ]
    event = None if entry["entry"].startswith("c-") else entry["event"]
    kept = {name: value for name, value in entry.items() if name != "memo"}
    return {**kept, "event": event, "lines": lines}


def manifest(scope: Scope, totals: Controls, files: Mapping[str, str]) -> dict[str, Any]:
    """The batch as JSON: scope, control totals, and the digest of each file's bytes."""
    return {
        "batch": scope.batch,
        "clinic": scope.clinic,
        "period": scope.period,
        "close_version": scope.close_version,
        "position": scope.position,
        "draft": scope.close_version is None,
        "format": scope.form,
        "detail": scope.detail,
        "books": scope.books,
        "currency": scope.currency,
        "entries": totals.entries,
        "lines": totals.lines,
        "debit": totals.debit,
        "credit": totals.credit,
        "sha256": totals.sha256,
        "files": [
            {"file": name, "sha256": hashlib.sha256(text.encode()).hexdigest()}
            for name, text in files.items()
        ],
    }


def comments(scope: Scope, totals: Controls) -> list[str]:
    """The batch in the words of a text format that has comments."""
    debit, credit = (amount(side, scope.currency) for side in (totals.debit, totals.credit))
    counted = f"{totals.entries} entries, {totals.lines} lines"
    draft = f"draft, known at position {scope.position}"
    state = draft if scope.close_version is None else f"close version {scope.close_version}"
    return [
        f"; batch {scope.batch}",
        f"; period {scope.period}, {state}",
        f"; {counted}, debit {debit}, credit {credit} {scope.currency}",
        f"; journal sha256 {totals.sha256}",
    ]
