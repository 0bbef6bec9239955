"""What is handed over: every entry of the journal, or their sums by day and row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from projections.exports.chart import Target

#: An entry in the shape of the journal report (interfaces.md 6).
ReportEntry = Mapping[str, Any]


class Posting(NamedTuple):
    """One account moved; the dimensions are empty where the line belongs nowhere in particular."""

    account: Target
    debit: int
    credit: int
    location: str = ""
    program: str = ""
    provider: str = ""
    service: str = ""
    offer: str = ""
    subscription: str = ""
    line: str = ""

    @property
    def amount(self) -> int:
        """Debit positive, credit negative."""
        return self.debit - self.credit


@dataclass(frozen=True, slots=True)
class Voucher:
    """A balanced journal entry of the other program.

    `entries` is how many of ours it stands for; `service_date` and `position` belong to a
    single one.
    """

    id: str
    posting_date: date
    period: str
    rule: str
    memo: str
    postings: tuple[Posting, ...]
    entries: int = 1
    service_date: date | None = None
    prior_period_of: str = ""
    position: int | None = None
    provisional: bool = False


def detailed(entries: Iterable[ReportEntry], chart: Mapping[str, Target]) -> list[Voucher]:
    """One voucher for each entry, under its own id."""
    return [
        Voucher(
            id=entry["entry"],
            posting_date=date.fromisoformat(entry["posting_date"]),
            period=entry["period"],
            rule=entry["rule"],
            memo=entry["memo"],
            postings=tuple(_posting(line, chart) for line in entry["lines"]),
            service_date=date.fromisoformat(entry["service_date"]),
            prior_period_of=entry["prior_period_of"] or "",
            position=entry["event"] and entry["event"]["position"],
            provisional=entry["provisional"],
        )
        for entry in entries
    ]


def _posting(line: Mapping[str, Any], chart: Mapping[str, Target]) -> Posting:
    dimensions = {name: line[name] or "" for name in Posting._fields[3:]}
    return Posting(chart[line["account"]], line["debit"], line["credit"], **dimensions)


def summarised(entries: Iterable[ReportEntry], chart: Mapping[str, Target]) -> list[Voucher]:
    """One voucher for each posting date and row, its lines by account and dimension.

    The id says which entries it stands for: ``20260131-9`` those of rule 9 posted on
    31 January 2026; ``-202512`` after it, those that belong to December; ``-p``, those that are
    provisional. Debits and credits are not set off, so the totals are those of the entries.
    """
    groups: dict[tuple[date, str, str, bool], list[Voucher]] = {}
    for voucher in detailed(entries, chart):
        key = (voucher.posting_date, voucher.rule, voucher.prior_period_of, voucher.provisional)
        groups.setdefault(key, []).append(voucher)
    return [_sum(group) for group in groups.values()]


def _sum(group: Sequence[Voucher]) -> Voucher:
    first = group[0]
    prior = f"-{first.prior_period_of.replace('-', '')}" if first.prior_period_of else ""
    count = f"{len(group)} entries" if len(group) > 1 else "1 entry"
    return Voucher(
        id=f"{first.posting_date:%Y%m%d}-{first.rule}{prior}{'-p' if first.provisional else ''}",
        posting_date=first.posting_date,
        period=first.period,
        rule=first.rule,
        memo=f"{first.memo} ({count})",
        postings=_summed(posting for voucher in group for posting in voucher.postings),
        entries=len(group),
        prior_period_of=first.prior_period_of,
        provisional=first.provisional,
    )


def _summed(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    totals: dict[Posting, tuple[int, int]] = {}
    for posting in postings:
        # The sides stay apart: 1 and 0 stand for the amounts until they are known.
        key = posting._replace(
            debit=int(posting.debit > 0),
            credit=int(posting.credit > 0),
            offer="",
            subscription="",
            line="",
        )
        debit, credit = totals.get(key, (0, 0))
        totals[key] = debit + posting.debit, credit + posting.credit
    ordered = sorted(totals.items(), key=lambda item: (item[0].debit == 0, item[0]))
    return tuple(key._replace(debit=debit, credit=credit) for key, (debit, credit) in ordered)
