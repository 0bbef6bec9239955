"""Contracts that earned more than was paid or due, shown as an asset (accounting.md 10.2)."""

from collections.abc import Container, Iterable, Mapping
from datetime import date

from ledger.books.chart import CONTRACT_ASSET, UNBILLED
from ledger.books.entries import Dimensions, Entry, Line, Movement, arranged
from ledger.books.rows import closing_rank
from ledger.calendar import MONTHS, ONE_DAY, Calendar

ROW = "53"
#: The balance, debit positive, of each account and line of a contract's liabilities.
Balances = Mapping[tuple[str, Dimensions], int]


def presented(
    contracts: Mapping[str, Balances],
    day: date,
    unbilled: Container[str] = (),
    parties: Mapping[str, str] | None = None,
    calendar: Calendar = MONTHS,
    *,
    provisional: bool = False,
) -> list[Entry]:
    """For every contract with a net debit on `day`: the entry, and its reversal on the next day.

    Contracts are never netted against each other, but those combined count as one: `parties`
    names the party of each of these, and all of them are given. The entry empties a contract's
    liability accounts, so that a party has one asset and no liability: a contract asset, or for
    the `unbilled` contracts a receivable for which only time must pass (accounting.md 10.4).
    """
    party = parties or {}
    net: dict[str, int] = {}
    for subscription, balances in contracts.items():
        key = party.get(subscription, subscription)
        net[key] = net.get(key, 0) + sum(balances.values())
    days = (day, str(calendar.of(day))), (day + ONE_DAY, str(calendar.of(day + ONE_DAY)))
    pairs = (
        _pair(subscription, balances, days, _asset(unbilled=subscription in unbilled), provisional)
        for subscription, balances in sorted(contracts.items())
        if net[party.get(subscription, subscription)] > 0
    )
    return [entry for pair in pairs for entry in pair]


def _asset(*, unbilled: bool) -> str:
    return UNBILLED if unbilled else CONTRACT_ASSET


def _pair(
    subscription: str,
    balances: Balances,
    days: tuple[tuple[date, str], tuple[date, str]],
    account: str,
    provisional: bool,
) -> tuple[Entry, Entry]:
    asset = Movement(
        "debit", account, sum(balances.values()), Dimensions(subscription=subscription)
    )
    cleared = (
        Movement("credit", account, amount, at)
        for (account, at), amount in sorted(balances.items(), key=_line_order)
    )
    lines = arranged((asset, *cleared))
    prefix = "p" if provisional else "c"
    shown, undone = days
    name = f"{prefix}-{shown[1]}-{ROW}-{subscription}"

    def entry(name: str, on: tuple[date, str], lines: tuple[Line, ...], lot: str) -> Entry:
        return Entry(
            entry=name,
            posting_date=on[0],
            period=on[1],
            service_date=on[0],
            rule=ROW,
            lines=lines,
            provisional=provisional,
            closing=closing_rank(ROW),
            lot=lot,
        )

    return (
        entry(name, shown, lines, ""),
        entry(f"{name}-reversal", undone, _mirrored(lines), "reversal"),
    )


def _line_order(item: tuple[tuple[str, Dimensions], int]) -> tuple[str, str]:
    (account, at), _ = item
    return account, at.line or ""


def _mirrored(lines: Iterable[Line]) -> tuple[Line, ...]:
    mirrored = [Line(line.account, line.credit, line.debit, line.at) for line in lines]
    return tuple(sorted(mirrored, key=lambda line: line.debit == 0))
