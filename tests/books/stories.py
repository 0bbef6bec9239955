"""The worked stories of accounting.md 21 as events, and short ways to make events."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pyarrow as pa

from aggregates.dispute import events as dispute
from aggregates.subscription import events as sub
from aggregates.subscription.leaving import ExtendedLot, LeavingLot
from aggregates.subscription.line import SoldLine
from aggregates.terms import Instalment, OnceBilling, RefundTerms
from aggregates.values import ContractShare, SaleDimensions, Share, Tender
from ledger.canonical import canonical
from ledger.events import Event

NOBODY = "0" * 64
SALE = SaleDimensions(subscription="s-1", offer="program")


@dataclass(frozen=True, slots=True)
class Happened:
    """An event with its date and its stream, in the order of recording."""

    on: date
    event: Event
    stream: str = "glow/subscription/s-1"


@dataclass(slots=True)
class Story:
    """Collects what happened; positions count from 1."""

    events: list[Happened] = field(default_factory=list)

    def on(self, day: str, event: Event, stream: str = "glow/subscription/s-1") -> int:
        self.events.append(Happened(date.fromisoformat(day), event, stream))
        return len(self.events)

    def chunk(self) -> pa.Table:
        return chunk_of(self.events)


def body_of(event: Event) -> dict[str, Any]:
    return event.model_dump(mode="json", exclude_none=True)


def chunk_of(events: Sequence[Happened]) -> pa.Table:
    """The events as the replay reads them out of PostgreSQL."""
    rows = [
        {
            "position": position,
            "type": type(happened.event).__name__,
            "stream": happened.stream,
            "effective_on": happened.on,
            "body": canonical(body_of(happened.event)).decode(),
        }
        for position, happened in enumerate(events, start=1)
    ]
    return pa.Table.from_pylist(rows)


def units(line: str, quantity: int, allocated: int) -> SoldLine:
    return SoldLine(
        line=line,
        grant=f"{line}.1",
        kind="units",
        ssp=Fraction(allocated),
        allocated=allocated,
        liability="packages",
        starts=date(2026, 1, 5),
        quantity=Decimal(quantity),
    )


def access(line: str, allocated: int, starts: str, ends: str) -> SoldLine:
    return SoldLine(
        line=line,
        grant=f"{line}.1",
        kind="access",
        ssp=Fraction(allocated),
        allocated=allocated,
        liability="packages",
        starts=date.fromisoformat(starts),
        ends=date.fromisoformat(ends),
        access=("messaging",),
    )


def sold(
    day: str,
    *lines: SoldLine,
    tax: int = 0,
    sale: SaleDimensions = SALE,
    policies: dict[str, Any] | None = None,
) -> sub.PackageSold:
    price = sum(line.allocated for line in lines)
    return sub.PackageSold(
        subscription=sale.subscription,
        patient="p-1",
        offer=sale.offer,
        offer_version=1,
        name="Program",
        sale=sale,
        currency="USD",
        timezone="America/New_York",
        sold_on=date.fromisoformat(day),
        starts=date.fromisoformat(day),
        price=price,
        tax=tax,
        lines=lines,
        instalments=(Instalment(due=date.fromisoformat(day), amount=price + tax),),
        billing=OnceBilling(),
        refund=RefundTerms(formula="pro_rata"),
        policies=policies or {},
    )


def share(line: str, amount: int) -> Share:
    return Share(line=line, grant=f"{line}.1", liability="packages", amount=amount)


def paid(
    shares: Sequence[Share],
    tender: Tender = "card",
    *,
    receivable: int = 0,
    tax: int = 0,
    excess: int = 0,
    fee: int = 0,
    payment: str = "pay-1",
) -> sub.PaymentReceived:
    return sub.PaymentReceived(
        payment=payment,
        amount=receivable + sum(part.amount for part in shares) + tax + excess,
        tender=tender,
        receivable=receivable,
        shares=tuple(shares),
        tax=tax,
        excess=excess,
        fee=fee,
        sale=SALE,
    )


def drawn(line: str, amount: int, status: str = "completed", payable: int = 0) -> sub.UnitsDrawn:
    return sub.UnitsDrawn(**_draw(line, amount, status), payable=payable)


def undrawn(line: str, amount: int, status: str = "completed") -> sub.DrawReversed:
    return sub.DrawReversed(**_draw(line, amount, status), reason=NOBODY)


def _draw(line: str, amount: int, status: str) -> dict[str, Any]:
    return {
        "visit": "v",
        "visit_line": line,
        "line": line,
        "grant": f"{line}.1",
        "service": line,
        "quantity": Decimal(1),
        "amount": amount,
        "status": status,
        "liability": "packages",
        "revenue": "services" if status == "completed" else "no_show",
        "sale": SALE,
    }


def expired(line: str, quantity: int, forfeited: int) -> sub.LotExpired:
    return sub.LotExpired(
        line=line,
        grant=f"{line}.1",
        quantity=Decimal(quantity),
        liability="packages",
        forfeited=forfeited,
        credited=0,
        held=0,
        waived=0,
        sale=SALE,
    )


def program() -> Story:
    """21.1: a 12-week program, used, a no-show, the rest expired."""
    story = Story()
    allocated = {
        "initial": (1, 23377),
        "follow_up": (5, 70130),
        "scan": (3, 16831),
        "lab": (1, 37403),
        "injection": (6, 19636),
    }
    lines = [units(name, *terms) for name, terms in allocated.items()]
    messaging = access("messaging", 12623, "2026-01-05", "2026-04-05")
    shares = [share(line.line, line.allocated) for line in (*lines, messaging)]
    story.on("2026-01-05", sold("2026-01-05", *lines, messaging))
    story.on("2026-01-05", paid(shares, fee=5250))
    for day, line, amount in (
        ("2026-01-05", "initial", 23377),
        ("2026-01-05", "scan", 5610),
        ("2026-01-05", "lab", 37403),
        ("2026-01-12", "follow_up", 14026),
        ("2026-01-12", "injection", 3273),
        ("2026-01-26", "follow_up", 14026),
        ("2026-01-26", "injection", 3272),
        ("2026-02-09", "follow_up", 14026),
        ("2026-02-09", "scan", 5611),
        ("2026-02-09", "injection", 3273),
        ("2026-03-09", "follow_up", 14026),
        ("2026-03-09", "injection", 3273),
    ):
        story.on(day, drawn(line, amount))
        if day == "2026-02-09" and line == "injection":
            story.on("2026-02-16", drawn("follow_up", 14026, "no_show"))
    story.on("2026-03-29", expired("scan", 1, 5610))
    story.on("2026-03-29", expired("injection", 2, 6545))
    return story


def late_visit() -> tuple[Story, int]:
    """21.5: a late visit and a reversal after the close; with the cut of January's close."""
    story = Story()
    story.on("2026-01-08", sold("2026-01-08", units("session", 7, 100000)))
    story.on("2026-01-08", paid([share("session", 100000)], "check"))
    story.on("2026-01-12", drawn("session", 14286))
    cut = story.on("2026-01-20", drawn("session", 14285))
    story.on("2026-01-30", drawn("session", 14286))
    story.on("2026-02-06", drawn("session", 14286))
    story.on("2026-01-20", undrawn("session", 14285))
    story.on("2026-02-17", drawn("session", 14285))
    return story, cut


def lost_dispute() -> Story:
    """21.6: a dispute lost on a half-used package."""
    story = Story()
    story.on("2026-02-03", sold("2026-02-03", units("session", 6, 90000), tax=5400))
    story.on("2026-02-03", paid([share("session", 90000)], tax=5400, fee=2797))
    for day in ("2026-02-10", "2026-02-24", "2026-03-10"):
        story.on(day, drawn("session", 15000))
    story.on("2026-04-10", opened(95400, 1500), "glow/dispute/d-1")
    part = ContractShare(**share("session", 45000).model_dump(), sale=SALE)
    story.on("2026-05-20", lost(part, 95400, tax=5400, delivered=45000), "glow/dispute/d-1")
    return story


def opened(amount: int, fee: int) -> dispute.DisputeOpened:
    return dispute.DisputeOpened.model_validate(
        {
            "dispute": "d-1",
            "charge": "ch-1",
            "amount": amount,
            "currency": "USD",
            "reason": "fraudulent",
            "opened_at": "2026-04-10T10:00:00-04:00",
            "funds_withdrawn": True,
            "parts": ({"sale": SALE, "payment": "pay-1", "amount": amount, "fee": fee},),
        },
        strict=False,
    )


def lost(part: ContractShare, amount: int, tax: int, delivered: int) -> dispute.DisputeClosed:
    closed = dispute.ClosedPart(
        sale=SALE,
        payment="pay-1",
        lost=amount,
        tax=tax,
        delivered=delivered,
        returned=0,
        fee_returned=0,
    )
    return dispute.DisputeClosed(
        dispute="d-1", charge="ch-1", outcome="lost", shares=(part,), parts=(closed,)
    )


def time_lines() -> Story:
    """Four contracts with access: one extended, one refunded, one voided, one noted down."""
    story = Story()
    for number in (1, 2, 3, 4):
        sale = SaleDimensions(subscription=f"s-{number}", offer="access", location="north")
        stream = f"glow/subscription/s-{number}"
        line = access("messaging", 9000, "2026-01-01", "2026-04-01")
        story.on("2026-01-01", sold("2026-01-01", line, sale=sale), stream)
        due: dict[str, Any] = {"instalment": 1, "amount": 9000, "tax": 0, "sale": sale}
        shares = (share("messaging", 9000),)
        story.on("2026-01-01", sub.InstalmentDue(**due, shares=shares), stream)
        story.on("2026-02-10", _changed(number, sale), stream)
    return story


def _changed(number: int, sale: SaleDimensions) -> Event:
    """What happens on 10 February, after 41 of 90 days: 4100 of 9000 are earned."""
    rest: dict[str, Any] = {"line": "messaging", "grant": "messaging.1"}
    loss: dict[str, Any] = {"delivered": 0, "receivable": 4900, "reason": NOBODY, "sale": sale}
    if number == 1:
        longer = ExtendedLot(
            **rest,
            ends=date(2026, 5, 1),
            lapses=date(2026, 4, 30),
            fee=0,
            recognised=4100,
            amount=4900,
            starts=date(2026, 2, 11),
        )
        until: dict[str, Any] = {
            "until": date(2026, 4, 30),
            "fee": 0,
            "reason": NOBODY,
            "sale": sale,
        }
        return sub.LotExtended(**until, lots=(longer,))
    if number == 2:
        return _refunded(sale)
    if number == 3:
        return sub.SaleVoided(shares=(share("messaging", 4900),), tax=0, **loss)
    return sub.CreditNoted(
        note="n-1",
        amount=900,
        tax=0,
        reductions=(share("messaging", 900),),
        shares=(share("messaging", 900),),
        posted_tax=0,
        **{**loss, "receivable": 900},
    )


def _refunded(sale: SaleDimensions) -> sub.Refunded:
    leaving = LeavingLot(
        line="messaging",
        grant="messaging.1",
        quantity=Decimal(0),
        liability="packages",
        value=4000,
        freed=4000,
        recognised=4100,
        time=True,
        rest=900,
        rest_starts=date(2026, 2, 11),
        rest_ends=date(2026, 4, 1),
    )
    return sub.Refunded(
        refund="r-1",
        formula="amount",
        amount=4000,
        tax=0,
        lots=(leaving,),
        shares=(share("messaging", 4000),),
        forfeited=0,
        conceded=0,
        waived=0,
        payments=(),
        to="store_credit",
        paid=True,
        ended=False,
        reason=NOBODY,
        sale=sale,
    )
