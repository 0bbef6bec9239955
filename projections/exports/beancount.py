"""Beancount: plain text with the ids as metadata."""

import re
from collections.abc import Iterator, Mapping, Sequence

from projections.exports.batch import Controls, Scope, comments
from projections.exports.chart import Target
from projections.exports.text import amount, one_line
from projections.exports.vouchers import Voucher

# Opens each account at its first use. A file that includes several of ours, which must not open
# an account twice, says so itself or opens the accounts.
_OPENING = 'plugin "beancount.plugins.auto_accounts"'
_DIMENSIONS = ("location", "program", "provider", "service", "offer", "subscription", "line")


def write(vouchers: Sequence[Voucher], scope: Scope, totals: Controls) -> list[str]:
    """One file; debits positive, so income is negative. Provisional entries are flagged ``!``."""
    head = [*comments(scope, totals), "", _OPENING]
    lines = [*head, *(line for voucher in vouchers for line in _transaction(voucher, scope))]
    return ["\n".join(lines) + "\n"]


def account_name(account: Target) -> str:
    """The account as Beancount spells one: ``Assets:1020-Processor-clearing``."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", f"{account.code} {account.name}").strip("-")
    return f"{account.root}:{words[0].upper()}{words[1:]}"


def _transaction(voucher: Voucher, scope: Scope) -> Iterator[str]:
    flag = "!" if voucher.provisional else "*"
    # A link has no colon, and no id has a slash.
    link = voucher.id.replace(":", "/")
    yield ""
    yield (
        f"{voucher.posting_date} {flag} {_quoted(scope.clinic)} {_quoted(voucher.memo)}"
        f" #row-{voucher.rule} ^{link}"
    )
    yield from _metadata("  ", _facts(voucher, scope))
    for posting in voucher.postings:
        value = amount(posting.amount, scope.currency)
        yield f"  {account_name(posting.account)}  {value} {scope.currency}"
        yield from _metadata("    ", {name: getattr(posting, name) for name in _DIMENSIONS})


def _facts(voucher: Voucher, scope: Scope) -> dict[str, str]:
    return {
        "batch": scope.batch,
        "entry": voucher.id,
        "event": "" if voucher.position is None else str(voucher.position),
        "service-date": "" if voucher.service_date is None else str(voucher.service_date),
        "prior-period-of": voucher.prior_period_of,
    }


def _metadata(indent: str, facts: Mapping[str, str]) -> Iterator[str]:
    return (f"{indent}{name}: {_quoted(value)}" for name, value in facts.items() if value)


def _quoted(text: str) -> str:
    escaped = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
