"""A clinic's history told event by event, with amounts by the rules, for tests of read models."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from aggregates.catalog import EVENTS
from aggregates.clinic.policies import POLICIES
from aggregates.expiry import expire_due
from aggregates.patient.events import SubscriptionAdded
from aggregates.payment.events import ChargeRegistered
from aggregates.subscription import events as e
from aggregates.subscription.card import Card
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.funding import split
from aggregates.subscription.line import ServiceTerm, SoldLine
from aggregates.subscription.state import Subscription
from aggregates.terms import Instalment, Notices, OnceBilling, RefundTerms, TermsDocument
from aggregates.values import SaleDimensions
from aggregates.visit.events import Attendance, CoverageRow, Drawn, VisitRecorded
from ledger.canonical import digest
from ledger.decider import Context
from ledger.events import Event, NewEvent
from ledger.ids import stream
from ledger.personal import PersonalText
from ledger.store.catalog import Catalog
from ledger.store.feed import Feed, Projection
from ledger.store.rows import CommandRow
from ledger.store.store import EventStore

CLINIC = "glow"
TERMS = "ab" * 32
CATALOG = Catalog(EVENTS)


def line(
    name: str, units: int, each: int, starts: date, ends: date, *, service: str | None = None
) -> SoldLine:
    """A line of one service whose allocated value is its list price."""
    term = ServiceTerm(service=service or name, list_price=each, ssp=Fraction(each))
    return SoldLine(
        line=name,
        grant=f"{name}-1",
        kind="units",
        ssp=Fraction(units * each),
        allocated=units * each,
        liability="packages",
        starts=starts,
        ends=ends,
        lapses=ends - timedelta(days=1),
        quantity=Decimal(units),
        services=(term,),
    )


def sale(key: str, patient: str, on: date, lines: tuple[SoldLine, ...], tax: int) -> e.PackageSold:
    """A sale of `lines` at their allocated values."""
    price = sum(item.allocated for item in lines)
    ends = max(item.ends for item in lines if item.ends)
    return e.PackageSold(
        subscription=key,
        patient=patient,
        offer="glow-6",
        offer_version=1,
        name="Six sessions",
        sale=SaleDimensions(subscription=key, offer="glow-6"),
        currency="USD",
        timezone="America/New_York",
        sold_on=on,
        starts=on,
        expires=ends - timedelta(days=1),
        price=price,
        tax=tax,
        lines=lines,
        instalments=(Instalment(due=on, amount=price + tax),),
        billing=OnceBilling(),
        refund=RefundTerms(formula="pro_rata"),
        terms=TermsDocument(document="terms", version="3", sha256=TERMS),
        notices=Notices(),
        policies={name: policy.default for name, policy in POLICIES.items()},
    )


def visited(name: str, patient: str, draw: e.UnitsDrawn, on: date) -> VisitRecorded:
    """The visit of one line that `draw` covers."""
    drawn = Drawn(
        subscription=draw.sale.subscription,
        line=draw.line,
        grant=draw.grant,
        quantity=draw.quantity,
        amount=draw.amount,
    )
    row = CoverageRow(
        line="1",
        service=draw.service,
        quantity=draw.quantity,
        covered=draw.quantity,
        prepaid=draw.amount,
        list_price=draw.amount,
        discount=0,
        credit=0,
        patient_owes=0,
        draws=(drawn,),
    )
    at = datetime(on.year, on.month, on.day, 14, 30, tzinfo=UTC)
    return VisitRecorded(
        visit=name,
        patient=patient,
        status="completed",
        coverage=(row,),
        location="main",
        provider="dr-a",
        attendance=Attendance(checked_in_at=at, signature_sha256="cd" * 32),
    )


class Story:
    """One clinic; every call appends one command."""

    def __init__(self, store: EventStore, clinic: str = CLINIC) -> None:
        self.store = store
        self.clinic = clinic
        self.told = 0

    def tell(
        self,
        on: date,
        *news: tuple[str, str, Event],
        now: datetime | None = None,
        texts: tuple[PersonalText, ...] = (),
    ) -> int:
        """Appends events, at ten in the morning unless dated otherwise; their first position."""
        at = datetime(on.year, on.month, on.day, 15, tzinfo=UTC)
        events = [
            NewEvent(stream(self.clinic, kind, key or None), event) for kind, key, event in news
        ]
        return self.append(at, on, events, now, texts)

    def append(
        self,
        at: datetime,
        on: date,
        events: list[NewEvent],
        now: datetime | None = None,
        texts: tuple[PersonalText, ...] = (),
    ) -> int:
        names = {new.stream for new in events}
        loaded = self.store.load(self.clinic, sorted(names))
        self.told += 1
        command = CommandRow(
            id=f"c-{self.told}",
            name="told",
            request_hash=digest(self.told),
            data={},
            actor="amy",
            role="front_desk",
            effective_at=at,
            effective_on=on,
            events=tuple(events),
            personal=texts,
        )
        expected = {name: len(history) for name, history in loaded.items()}
        [accepted] = self.store.append(self.clinic, [command], expected, now or at)
        return accepted.events[0].position

    def contract(self, key: str) -> Subscription:
        name = stream(self.clinic, "subscription", key)
        return SUBSCRIPTION.fold(self.store.load(self.clinic, [name])[name])

    def sell(
        self, key: str, patient: str, on: date, lines: tuple[SoldLine, ...], *, tax: int = 0
    ) -> int:
        sold = sale(key, patient, on, lines, tax)
        added = SubscriptionAdded(subscription=key)
        return self.tell(on, ("subscription", key, sold), ("patient", patient, added))

    def pay(
        self,
        key: str,
        payment: str,
        amount: int,
        on: date,
        *,
        charge: str | None = None,
        card: Card | None = None,
    ) -> int:
        state = self.contract(key)
        assert state.sold
        funding = split(state, amount)
        paid = e.PaymentReceived(
            payment=payment,
            amount=amount,
            tender="card" if charge else "cash",
            receivable=0,
            shares=funding.shares,
            tax=funding.tax,
            excess=funding.excess,
            sale=state.sold.sale,
            charge=charge,
            card=card,
        )
        news: list[tuple[str, str, Event]] = [("subscription", key, paid)]
        if charge:
            part = ChargeRegistered(charge=charge, payment=payment, subscription=key, amount=amount)
            news.append(("charge", charge, part))
        return self.tell(on, *news)

    def visit(
        self,
        name: str,
        key: str,
        lot: str,
        on: date,
        *,
        now: datetime | None = None,
    ) -> int:
        """A completed visit that draws one unit from a lot."""
        state = self.contract(key)
        held = state.lots[lot]
        assert state.sold
        service = held.services[0]
        quantity = Decimal(1)
        amount = held.draw_amount(quantity, service.service)
        draw = e.UnitsDrawn(
            visit=name,
            visit_line="1",
            line=held.line,
            grant=lot,
            service=service.service,
            quantity=quantity,
            amount=amount,
            status="completed",
            liability="packages",
            revenue="services",
            sale=state.sold.sale,
            location="main",
            provider="dr-a",
        )
        visit = visited(name, state.sold.patient, draw, on)
        return self.tell(on, ("visit", name, visit), ("subscription", key, draw), now=now)

    def tick(self, key: str, through: date) -> int:
        """Expires what is due."""
        at = datetime(through.year, through.month, through.day, tzinfo=UTC)
        context = Context(self.clinic, at, through, "tick", "service", at, through)
        return self.append(at, through, expire_due(context, self.contract(key), through))


def catch_up(database: str, projection: Projection, clinic: str = CLINIC) -> int:
    """Brings a read model up to date, as the command line does."""
    with EventStore.open(database, CATALOG, role="ledger_projector", pool_size=2) as store:
        return Feed(store, projection).catch_up(clinic)
