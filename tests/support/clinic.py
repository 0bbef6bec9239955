"""A clinic in memory: commands are decided by the rules and folded, with no server in sight."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from aggregates import (
    answering,
    changing,
    disputing,
    evidencing,
    payouts,
    publishing,
    refunding,
    sales,
    setup,
    visits,
)
from aggregates.booking.state import BOOKING
from aggregates.books.state import BOOKS
from aggregates.clinic.orders import DefineClinic
from aggregates.clinic.state import CLINIC
from aggregates.communication.orders import LogCommunication
from aggregates.communication.state import COMMUNICATION
from aggregates.covering.holdings import Chart
from aggregates.dispute.orders import CloseDispute, OpenDispute, UpdateDispute
from aggregates.dispute.state import DISPUTE
from aggregates.effects import POSTINGS
from aggregates.offer.orders import PublishOffer
from aggregates.offer.state import OFFER
from aggregates.patient.state import PATIENT
from aggregates.payment.state import CHARGE, CREDIT_USE, PAYMENT, REFUND
from aggregates.payout.orders import RecordPayout
from aggregates.payout.state import PAYOUT
from aggregates.selling import Catalogue
from aggregates.service.events import ServiceDefined
from aggregates.service.orders import DefineService
from aggregates.service.state import SERVICE
from aggregates.subscription import orders as o
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Subscription
from aggregates.visit.orders import RecordVisit, ReverseConsumption, SignVisit
from aggregates.visit.state import VISIT
from ledger.books.interpret import by_event, interpret
from ledger.codes import Refused
from ledger.decider import Context, Decided, Decider, Decision
from ledger.events import Event, Frozen, Recorded
from ledger.quantity import text_of
from tests.support.amounts import signed

ZONE = ZoneInfo("America/New_York")
DIGEST = "5a" * 32
RULES = by_event(POSTINGS)
DECIDERS: dict[str, Decider[Any]] = {
    "clinic": CLINIC,
    "books": BOOKS,
    "service": SERVICE,
    "offer": OFFER,
    "patient": PATIENT,
    "subscription": SUBSCRIPTION,
    "payment": PAYMENT,
    "charge": CHARGE,
    "refund": REFUND,
    "credit_use": CREDIT_USE,
    "visit": VISIT,
    "booking": BOOKING,
    "dispute": DISPUTE,
    "communication": COMMUNICATION,
    "payout": PAYOUT,
}


def day(text: str) -> date:
    """A day of 2026, or of the year given."""
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def at(text: str) -> datetime:
    return datetime.combine(day(text), time(10), ZONE)


def parsed(kind: type[Any], fields: dict[str, Any]) -> Any:
    """An order as JSON would bring it, strictly."""
    return kind.model_validate(fields, strict=False)


@dataclass
class Glow:
    """The clinic of the worked stories; each call is one command on its day."""

    policies: dict[str, Any] = field(default_factory=lambda: {"escheat": "exempt"})
    history: list[Recorded] = field(default_factory=list)
    clock: date | None = None

    def __post_init__(self) -> None:
        given = {"currency": "USD", "timezone": str(ZONE), "policies": self.policies}
        order = parsed(DefineClinic, {"name": "Glow"} | given)
        self.did(setup.define_clinic(self.context("2025-01-01"), order, self.state("clinic")))

    def context(self, on: str, role: str = "front_desk") -> Context:
        today = max(self.clock or day(on), day(on))
        return Context("glow", at(on), day(on), "amy", role, at(on), today)

    def state(self, kind: str, key: str | None = None) -> Any:
        name = f"glow/{kind}" if key is None else f"glow/{kind}/{key}"
        return DECIDERS[kind].fold(item for item in self.history if item.stream == name)

    def contract(self, key: str = "s-1") -> Subscription:
        contract: Subscription = self.state("subscription", key)
        return contract

    def lot(self, line: str = "session", key: str = "s-1") -> Lot:
        return self.contract(key).lots_of(line)[0]

    def take(self, context: Context, decision: Decision) -> Any:
        """The refusal, or the data of what was recorded."""
        if isinstance(decision, Refused):
            return decision
        assert isinstance(decision, Decided)
        for new in decision.events:
            self.history.append(
                Recorded(
                    clinic="glow",
                    position=len(self.history) + 1,
                    stream=new.stream,
                    version=1,
                    effective_at=new.effective_at or context.at,
                    effective_on=new.effective_on or context.on,
                    recorded_at=context.now,
                    actor=context.actor,
                    role=context.role,
                    command="c",
                    event=new.event,
                )
            )
        return decision.data

    def did(self, decision: Decision) -> Any:
        answer = self.take(self.context("2025-01-01"), decision)
        assert not isinstance(answer, Refused), answer
        return answer

    def service(self, name: str, list_price: int, **more: Any) -> None:
        order = parsed(
            DefineService, {"service": name, "label": name, "list_price": list_price, **more}
        )
        self.did(setup.define_service(self.context("2025-01-01"), order))

    def services(self) -> dict[str, ServiceDefined]:
        names = {
            item.stream.rsplit("/", 1)[1]
            for item in self.history
            if item.stream.startswith("glow/service/")
        }
        return {name: self.state("service", name).at(at("2030-01-01")) for name in names}

    def publish(self, offer: str, price: int, lines: Sequence[dict[str, Any]], **more: Any) -> Any:
        order = parsed(
            PublishOffer, {"offer": offer, "name": offer, "price": price, "lines": lines, **more}
        )
        context = self.context("2025-01-01")
        return self.take(
            context,
            publishing.publish_offer(context, order, self.state("offer", offer), self.services()),
        )

    def sell(self, on: str, offer: str, **more: Any) -> Any:
        fields = {"subscription": "s-1", "offer": offer, "patient": "p-1", **more}
        order = parsed(o.SellPackage, fields)
        context = self.context(on)
        catalogue = Catalogue(
            self.state("clinic"), self.state("offer", offer).at(context.at, None), self.services()
        )
        payment = order.payment.payment if order.payment else "-"
        account = sales.Account(
            order.subscription,
            self.contract(order.subscription),
            self.state("patient", order.patient),
            self.state("payment", payment),
            self.earlier(order.patient) if order.invoice or order.promotion else sales.ALONE,
        )
        return self.take(context, sales.sell(context, order, catalogue, account))

    def earlier(self, patient: str) -> sales.Earlier:
        known = self.state("patient", patient).subscriptions
        return sales.Earlier(tuple(self.contract(key) for key in known), self.services())

    def pay(self, on: str, amount: int, *, role: str = "front_desk", **more: Any) -> Any:
        number = sum(item.stream.startswith("glow/payment/") for item in self.history) + 1
        fields = {
            "subscription": "s-1",
            "payment": f"pay-{number}",
            "amount": amount,
            "tender": "card",
            **more,
        }
        order = parsed(o.RecordPayment, fields)
        context = self.context(on, role)
        contract = self.contract(order.subscription)
        patient = contract.sold.patient if contract.sold else "-"
        account = sales.Account(
            order.subscription,
            contract,
            self.state("patient", patient),
            self.state("payment", order.payment),
        )
        return self.take(context, sales.pay(context, order, account))

    def consent(self, on: str, *clauses: str, key: str = "s-1") -> Any:
        order = parsed(o.RecordConsent, {"subscription": key, **consent(*clauses)})
        context = self.context(on)
        return self.take(context, sales.record_consent(context, key, order, self.contract(key)))

    def visit(self, on: str, visit: str, *services: str, **more: Any) -> Any:
        """Each service is one line, ``scan`` or ``scan:2``; the answer is its coverage."""
        lines = more.pop("lines", None) or [
            {"line": f"{number}", "service": name, "quantity": quantity or "1"}
            for number, (name, _, quantity) in enumerate((s.partition(":") for s in services), 1)
        ]
        fields = {"visit": visit, "patient": "p-1", "status": "completed", "lines": lines, **more}
        order = parsed(RecordVisit, fields)
        context = self.context(on)
        policies = self.state("clinic").policies(day(on))
        chart = replace(self.chart(visit, order.patient), policies=policies)
        answer = self.take(context, visits.record_visit(context, order, chart))
        return answer if isinstance(answer, Refused) else answer["coverage"]

    def sign(self, on: str, visit: str) -> Any:
        order = parsed(SignVisit, {"visit": visit, "signer": DIGEST})
        state, context = self.state("visit", visit), self.context(on)
        contracts = {key: self.contract(key) for key in ("s-1", "s-2", "s-3", "s-4")}
        return self.take(context, visits.sign_visit(context, order, state, contracts))

    def chart(self, visit: str, name: str = "p-1") -> Chart:
        patient = self.state("patient", name)
        contracts = {key: self.contract(key) for key in patient.subscriptions}
        sales = [contract.sold for contract in contracts.values() if contract.sold]
        holders = {sold.patient: self.state("patient", sold.patient) for sold in sales}
        return Chart(self.state("visit", visit), patient, contracts, self.services(), holders)

    def reverse(self, on: str, visit: str, line: str | None = None) -> Any:
        order = parsed(ReverseConsumption, {"visit": visit, "line": line, "reason": DIGEST})
        context = self.context(on)
        return self.take(context, visits.reverse_consumption(context, order, self.chart(visit)))

    def change(self, on: str, kind: type[Frozen], decide: Any, **fields: Any) -> Any:
        order = parsed(kind, {"subscription": "s-1", "reason": DIGEST} | fields)
        context = self.context(on)
        return self.take(context, decide(context, order, self.contract(order.subscription)))

    def extend(self, on: str, until: str, **more: Any) -> Any:
        return self.change(on, o.Extend, changing.extend, until=day(until), **more)

    def void(self, on: str) -> Any:
        return self.change(on, o.VoidSale, changing.void_sale)

    def note(self, on: str, amount: int, note: str = "n-1", **more: Any) -> Any:
        return self.change(on, o.CreditNote, changing.credit_note, amount=amount, note=note, **more)

    def tick(self, on: str, key: str = "s-1") -> Any:
        order = o.Expire(subscription=key)
        context = self.context(on)
        return self.take(context, changing.expire(context, order, self.contract(key)))

    def refund(self, on: str, refund: str = "r-1", **more: Any) -> Any:
        fields = {"subscription": "s-1", "refund": refund, "reason": DIGEST, **more}
        order = parsed(o.Refund, fields)
        context = self.context(on)
        existing = self.state("refund", refund)
        return self.take(
            context, refunding.refund(context, order, self.contract(order.subscription), existing)
        )

    def settle(self, on: str, status: str, refund: str = "r-1") -> Any:
        order = parsed(o.SettleRefund, {"refund": refund, "status": status})
        context = self.context(on)
        return self.take(context, refunding.settle_refund(context, order, "s-1", self.contract()))

    def dispute(self, on: str, amount: int, **more: Any) -> Any:
        fields = {
            "dispute": "d-1",
            "charge": "ch-1",
            "amount": amount,
            "reason": "fraudulent",
            "opened_at": at(on),
            **more,
        }
        order = parsed(OpenDispute, fields)
        context = self.context(on)
        charge = self.state("charge", order.charge)
        contracts = {part.subscription: self.contract(part.subscription) for part in charge.parts}
        state = self.state("dispute", order.dispute)
        return self.take(context, disputing.open_dispute(context, order, state, charge, contracts))

    def update_dispute(self, on: str, **more: Any) -> Any:
        order = parsed(UpdateDispute, {"dispute": "d-1", **more})
        context = self.context(on)
        state = self.state("dispute", order.dispute)
        parts = state.opened.parts if state.opened else ()
        contracts = {name: self.contract(name) for name in {p.sale.subscription for p in parts}}
        return self.take(context, answering.update_dispute(context, order, state, contracts))

    def close_dispute(self, on: str, outcome: str, **more: Any) -> Any:
        order = parsed(CloseDispute, {"dispute": "d-1", "outcome": outcome, **more})
        context = self.context(on)
        state = self.state("dispute", order.dispute)
        parts = state.opened.parts if state.opened else ()
        contracts = {
            part.sale.subscription: self.contract(part.sale.subscription) for part in parts
        }
        return self.take(context, disputing.close_dispute(context, order, state, contracts))

    def log(self, on: str, communication: str, kind: str, **more: Any) -> Any:
        fields = {
            "subscription": "s-1",
            "communication": communication,
            "kind": kind,
            "channel": "email",
            "direction": "out",
            "sent_at": at(on),
            **more,
        }
        order = parsed(LogCommunication, fields)
        context = self.context(on)
        state = self.state("communication", communication)
        return self.take(context, evidencing.log_communication(context, order, state, day(on)))

    def payout(self, on: str, amount: int, **parts: Any) -> Any:
        order = parsed(RecordPayout, {"payout": "po-1", "amount": amount, "payments": (), **parts})
        context = self.context(on)
        known = [
            {key: self.state(kind, key) for key in getattr(order, f"{kind}s")}
            for kind in ("payment", "refund", "dispute")
        ]
        existing = self.state("payout", "po-1")
        decided = payouts.record_payout(context, order, existing, *known)
        return payouts.unknown_part(order, *known) or self.take(context, decided)

    def events(self, kind: type[Event]) -> list[Any]:
        return [item.event for item in self.history if isinstance(item.event, kind)]

    def journal(self) -> list[tuple[str, str, dict[str, int]]]:
        """Date, row and signed amounts by account (``2100 scan`` for a line's) of each entry."""
        return [
            (f"{item.effective_on:%m-%d}", row, signed(lines))
            for item in self.history
            for row, lines in interpret(
                RULES,
                type(item.event).__name__,
                item.event.model_dump(mode="json", exclude_none=True),
            )
        ]

    def accounts(self) -> dict[str, int]:
        """The trial balance, debits positive, without accounts at zero."""
        totals = Counter[str]()
        for _, _, lines in self.journal():
            for account, amount in lines.items():
                totals[account.split()[0]] += amount
        return {code: amount for code, amount in sorted(totals.items()) if amount}


def counts(*quantities: Decimal) -> list[str]:
    """Quantities as reports write them."""
    return [text_of(quantity) for quantity in quantities]


def consent(*clauses: str) -> dict[str, Any]:
    return {
        "consent": "c-1",
        "document": {"id": "terms", "version": "3", "sha256": DIGEST},
        "method": "signature_pad",
        "signer": DIGEST,
        "signed_at": at("01-02"),
        "shown_before_payment": True,
        "clauses": clauses or ("refund", "cancellation", "expiry"),
    }


def sessions(price: int, units: int, **more: Any) -> Glow:
    """A clinic with an offer of sessions at one price, not sold yet.

    `clinic` has been there before, `each` is the list price; the rest are terms of the offer.
    """
    glow: Glow = more.pop("clinic", None) or Glow()
    offer = more.pop("offer", "six")
    glow.service("session", more.pop("each", 20000))
    line = {"kind": "units", "line": "session", "services": ["session"], "quantity": units}
    terms = {"term": {"months": 3}} | more
    assert glow.publish(offer, price, [line], **terms) == {"offer": offer, "version": 1}
    return glow
