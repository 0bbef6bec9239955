"""hledger and Ledger: plain text with the ids as tags in comments."""

from collections.abc import Iterator, Mapping, Sequence

from projections.exports.batch import Controls, Scope, comments
from projections.exports.chart import Target
from projections.exports.text import amount, one_line
from projections.exports.vouchers import Voucher

_DIMENSIONS = ("location", "program", "provider", "service", "offer", "subscription", "line")
_SAMPLE = 100_000_000


def write(vouchers: Sequence[Voucher], scope: Scope, totals: Controls) -> list[str]:
    """One file; debits positive, so income is negative. Provisional entries are pending, ``!``."""
    used = {posting.account for voucher in vouchers for posting in voucher.postings}
    head = [*comments(scope, totals), "", *_declarations(used, scope.currency)]
    lines = [*head, *(line for voucher in vouchers for line in _transaction(voucher, scope))]
    return ["\n".join(lines) + "\n"]


def _declarations(used: set[Target], currency: str) -> Iterator[str]:
    """What `hledger check --strict` asks for; the format says which mark is the decimal one."""
    sample = amount(_SAMPLE, currency)
    yield f"commodity {currency}"
    yield f"  format {sample if '.' in sample else f'{sample}.'} {currency}"
    yield from (f"account {name}" for name in sorted(map(account_name, used)))


def account_name(account: Target) -> str:
    """The account with its code: ``Assets:1020 Processor clearing``.

    Two spaces would end the name, a colon begin an account below it.
    """
    return f"{account.root}:{account.code} {_plain(account.name).replace(':', '/')}"


def _transaction(voucher: Voucher, scope: Scope) -> Iterator[str]:
    flag = "!" if voucher.provisional else "*"
    yield ""
    yield f"{voucher.posting_date} {flag} ({voucher.id}) {_plain(voucher.memo)}"
    yield f"    ; {_tags(_facts(voucher, scope))}"
    for posting in voucher.postings:
        value = amount(posting.amount, scope.currency)
        tags = _tags({name: getattr(posting, name) for name in _DIMENSIONS})
        comment = f"  ; {tags}" if tags else ""
        yield f"    {account_name(posting.account)}  {value} {scope.currency}{comment}"


def _facts(voucher: Voucher, scope: Scope) -> dict[str, str]:
    return {
        "batch": scope.batch,
        "rule": voucher.rule,
        "event": "" if voucher.position is None else str(voucher.position),
        "service-date": "" if voucher.service_date is None else str(voucher.service_date),
        "prior-period-of": voucher.prior_period_of,
    }


def _tags(facts: Mapping[str, str]) -> str:
    """A comma ends a tag's value; no id has one."""
    return ", ".join(f"{name}:{value}" for name, value in facts.items() if value)


def _plain(text: str) -> str:
    """A semicolon would begin a comment."""
    return one_line(text).replace(";", ",")
