"""Row by row and vectorised, the books are the same to the cent (architecture.md 6)."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregates.books import events as entered
from aggregates.dispute import events as dispute
from aggregates.effects import POSTINGS
from aggregates.patient import events as patient
from aggregates.payout.events import PayoutRecorded
from aggregates.subscription import dormancy_events as dormant
from aggregates.subscription import events as sub
from aggregates.subscription.dormancy_events import DormancyReached
from aggregates.values import (
    ContractShare,
    Liability,
    SaleDimensions,
    Share,
    Tender,
    TenderPart,
)
from ledger.books.digest import journal_digest
from ledger.books.entries import Entry, Source
from ledger.books.interpret import Rules, by_event, entries_of
from ledger.books.placing import Close
from ledger.calendar import Period
from ledger.events import Event
from projections.close.books import Books
from projections.close.figures import figures
from projections.close.replay import replay
from tests.books.clinic import open_clinic
from tests.books.stories import NOBODY, Happened, access, chunk_of, sold
from tests.books.test_stories import sealed
from tests.support.servers import fresh_database

RULES = by_event(POSTINGS)
FIRST = date(2026, 1, 1)

few = st.integers(0, 2)
cents = st.integers(0, 50_000)
days = st.integers(0, 89).map(lambda day: FIRST + timedelta(day))
lines = st.sampled_from(["a", "b", "c"])
liabilities: st.SearchStrategy[Liability] = st.sampled_from(
    ["packages", "memberships", "setup_fees"]
)
tenders: st.SearchStrategy[Tender] = st.sampled_from(["card", "cash", "ach", "store_credit"])
sales = st.sampled_from(
    [
        SaleDimensions(subscription="s-1", offer="o", location="north", program="spring"),
        SaleDimensions(subscription="s-2", offer="o", provider="dr-1"),
    ]
)


@st.composite
def shares(draw: st.DrawFn) -> tuple[Share, ...]:
    liability = draw(liabilities)
    return tuple(
        Share(line=line, grant=f"{line}.1", liability=liability, amount=draw(cents))
        for line in draw(st.lists(lines, max_size=4))
    )


@st.composite
def payments(draw: st.DrawFn) -> sub.PaymentReceived:
    funded, tax, due, excess = draw(shares()), draw(cents), draw(cents), draw(cents)
    return sub.PaymentReceived(
        payment="pay-1",
        amount=1 + sum(part.amount for part in funded) + tax + due + excess,
        tender=draw(tenders),
        receivable=due,
        shares=funded,
        tax=tax + 1,
        excess=excess,
        fee=draw(cents),
        sale=draw(sales),
    )


@st.composite
def instalments(draw: st.DrawFn) -> sub.InstalmentDue:
    funded, tax = draw(shares()), draw(cents)
    amount = sum(part.amount for part in funded) + tax + 1
    return sub.InstalmentDue(
        instalment=1, amount=amount, shares=funded, tax=tax + 1, sale=draw(sales)
    )


@st.composite
def draws(draw: st.DrawFn) -> sub.UnitsDrawn | sub.DrawReversed:
    fields: dict[str, Any] = {
        "visit": "v",
        "visit_line": "l",
        "line": draw(lines),
        "grant": "a.1",
        "service": draw(lines),
        "quantity": Decimal(1),
        "amount": draw(cents),
        "payable": draw(cents),
        "status": draw(st.sampled_from(["completed", "no_show"])),
        "liability": draw(liabilities),
        "revenue": draw(st.sampled_from(["services", "products", "no_show"])),
        "sale": draw(sales),
        "location": draw(st.sampled_from([None, "south"])),
        "cost": draw(st.one_of(st.none(), cents)),
        "cost_of": draw(st.sampled_from([None, "service", "supply", "promotion"])),
        "interlocation": draw(st.one_of(st.none(), cents)),
    }
    if draw(st.booleans()):
        return sub.UnitsDrawn(**fields)
    return sub.DrawReversed(**fields, reason=NOBODY)


@st.composite
def expiries(draw: st.DrawFn) -> sub.LotExpired | sub.ExpiryReversed:
    fields: dict[str, Any] = {
        "line": draw(lines),
        "grant": "a.1",
        "quantity": Decimal(1),
        "liability": draw(liabilities),
        "forfeited": draw(cents),
        "credited": draw(cents),
        "held": draw(cents),
        "sale": draw(sales),
    }
    if draw(st.booleans()):
        fields |= {"unbilled": draw(cents), "unbilled_tax": draw(cents)}
        fields["cancelled"] = draw(st.sampled_from([0, fields["forfeited"]]))
        return sub.LotExpired(**fields, waived=0)
    return sub.ExpiryReversed(**fields)


@st.composite
def dormancies(draw: st.DrawFn) -> DormancyReached:
    return DormancyReached(
        line=draw(lines),
        grant="a.1",
        amount=draw(cents) + 1,
        liability=draw(liabilities),
        state="AL",
        sale=draw(sales),
    )


@st.composite
def unclaimed(draw: st.DrawFn) -> Event:
    """Refunds and store credit that fall to the state, what it is paid, and what is claimed."""
    amount, sale = draw(cents) + 1, draw(sales)
    given = draw(shares())
    back = tuple(dormant.RefundBack(refund=f"r-{n}", amount=amount) for n in range(1 + draw(few)))
    whole = sum(part.amount for part in given) + amount * len(back)
    return draw(
        st.sampled_from(
            [
                dormant.RefundDormant(refund="r-1", amount=amount, state="AL", sale=sale),
                dormant.UnclaimedRemitted(remittance="al-1", amount=amount, sale=sale),
                dormant.UnclaimedReturned(amount=whole, shares=given, refunds=back, sale=sale),
                patient.StoreCreditDormant(amount=amount, since=FIRST, state="AL"),
                patient.StoreCreditRemitted(remittance="al-1", amount=amount),
                patient.StoreCreditReturned(amount=amount),
            ]
        )
    )


@st.composite
def refunds(draw: st.DrawFn) -> sub.Refunded:
    left, tax, forfeited = draw(shares()), draw(cents), draw(cents)
    refilled = draw(shares())
    amount = sum(part.amount for part in left) + tax + 1
    parts = (TenderPart(payment="pay-1", tender="card", amount=amount),)
    conceded = forfeited + sum(part.amount for part in refilled) + 1
    return sub.Refunded(
        refund="r-1",
        formula="pro_rata",
        amount=amount,
        tax=tax,
        lots=(),
        shares=left,
        refilled=refilled,
        forfeited=forfeited,
        conceded=conceded,
        waived=0,
        payments=parts,
        to=draw(st.sampled_from(["original", "store_credit", "payment"])),
        paid=draw(st.booleans()),
        ended=False,
        reason=NOBODY,
        sale=draw(sales),
    )


@st.composite
def taken_disputes(draw: st.DrawFn) -> dispute.FundsWithdrawn:
    sale, fee = draw(sales), draw(cents)
    part = dispute.DisputedPart(sale=sale, payment="pay-1", amount=draw(cents), fee=fee)
    return dispute.FundsWithdrawn(dispute="d-1", charge="ch-1", parts=(part,))


@st.composite
def closed_disputes(draw: st.DrawFn) -> dispute.DisputeClosed:
    sale = draw(sales)
    taken = tuple(ContractShare(**part.model_dump(), sale=sale) for part in draw(shares()))
    tax, delivered = draw(cents), draw(cents)
    part = dispute.ClosedPart(
        sale=sale,
        payment="pay-1",
        lost=sum(one.amount for one in taken) + tax + delivered,
        tax=tax,
        delivered=delivered,
        returned=draw(cents),
        fee_returned=draw(cents),
    )
    lost = dispute.DisputeClosed(
        dispute="d-1", charge="ch-1", outcome="lost", shares=taken, parts=(part,)
    )
    if not draw(st.booleans()):
        return lost
    names = {"sale", "payment", "tax", "delivered"}
    back = dispute.OffsetPart(amount=part.lost, **{name: getattr(part, name) for name in names})
    return lost.model_copy(
        update={
            "outcome": "won",
            "shares": (),
            "parts": (),
            "regained": taken,
            "recovered": (back,),
        }
    )


@st.composite
def payouts(draw: st.DrawFn) -> PayoutRecorded:
    return PayoutRecorded(
        payout="po-1", amount=draw(cents), fees=draw(cents), payments=(), unmatched=0
    )


@st.composite
def adjustments(draw: st.DrawFn) -> entered.AdjustmentPosted | entered.AdjustmentReversed:
    """Lines on any side of any account, and one that makes them balance."""
    some = tuple(
        entered.AdjustmentLine(
            account=draw(st.sampled_from(["2100", "4000", "1020"])),
            debit=draw(cents),
            location=draw(st.sampled_from([None, "south", "north"])),
            subscription=draw(st.sampled_from([None, "s-1"])),
            line=draw(st.sampled_from([None, "a"])),
        )
        for _ in range(draw(st.integers(1, 5)))
    )
    rest = entered.AdjustmentLine(account="2000", credit=sum(line.debit for line in some))
    if draw(st.booleans()):
        return entered.AdjustmentReversed(adjustment="adj-1", lines=(*some, rest))
    return entered.AdjustmentPosted(
        adjustment="adj-1", lines=(rest, *some), reason=NOBODY, approver="bob"
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Happened]:
    """Two contracts with access, and whatever else may happen to them, in any order of dates."""
    events = [
        Happened(
            FIRST,
            sold("2026-01-01", access("a", draw(cents), "2026-01-01", "2026-03-11"), sale=sale),
            f"glow/subscription/{sale.subscription}",
        )
        for sale in (
            SaleDimensions(subscription="s-1", offer="o", location="north"),
            SaleDimensions(subscription="s-2", offer="o"),
        )
    ]
    kinds = st.one_of(
        payments(),
        instalments(),
        draws(),
        expiries(),
        dormancies(),
        unclaimed(),
        refunds(),
        taken_disputes(),
        closed_disputes(),
        payouts(),
        adjustments(),
    )
    for event in draw(st.lists(kinds, max_size=12)):
        events.append(Happened(draw(days), event, f"glow/other/{len(events)}"))
    return events


def row_by_row(
    events: Sequence[Happened], closes: Sequence[Close], rules: Rules = RULES
) -> list[Entry]:
    entries = [
        entry
        for position, happened in enumerate(events, start=1)
        for entry in entries_of(
            rules,
            Source(position, type(happened.event).__name__, happened.stream),
            happened.on,
            happened.event.model_dump(mode="json", exclude_none=True),
            closes,
        )
    ]
    return sorted(entries, key=lambda entry: entry.posting_date)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(histories(), st.integers(0, 14))
def test_compiled_rules_post_what_the_rules_say(events: list[Happened], cut: int) -> None:
    closes = [sealed(Period(2026, 1), min(cut, len(events)))]
    with Books("glow", len(events), closes) as books:
        chunk = chunk_of(events)
        books.load([chunk.slice(0, cut), chunk.slice(cut)])
        found = list(books.entries())
        expected = row_by_row(events, [one.close for one in closes])
        assert found == expected
        assert all(entry.balanced for entry in found)
        books.settle()
        books.close_now(Period(2026, 3))
        for period in (Period(2026, 1), Period(2026, 2), Period(2026, 3)):
            posted = list(books.entries(period.first, period.last))
            assert books.digest(period) == journal_digest(posted)
            assert books.entry_count(period) == len(posted)
        assert all(entry.balanced for entry in books.entries())
        assert sum(row.balance for row in books.totals(Period(2026, 3).last)) == 0


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(histories(), st.integers(0, 14))
def test_journal_in_postgresql_equals_the_replay(
    migrated_url: str, events: list[Happened], late: int
) -> None:
    with fresh_database(migrated_url) as url, open_clinic(url) as clinic:
        cut = clinic.record(events[: max(len(events) - late, 2)])
        january = Period(2026, 1)
        clinic.record(events[cut:])
        clinic.close(january, cut, figures(url, "glow", january, cut))
        journal = clinic.journal()
        with replay(url, "glow") as books:
            assert journal == list(books.entries())
            assert books.digest(january) == books.closes[0].digest
            assert books.digest(Period(2026, 2)) == journal_digest(
                entry for entry in journal if entry.period == "2026-02"
            )
