"""A clinic that sells memberships and payment plans, whose time passes as `tick` lets it pass."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from aggregates import renewing
from aggregates.due import due_steps
from aggregates.owing import due_by, overdue
from aggregates.subscription.cycle_orders import RecordPaymentFailure, Renew
from aggregates.subscription.state import Cycle
from ledger.events import Event
from tests.support.clinic import Glow, day, parsed

MONTHLY = {"kind": "recurring", "every": "month", "grants": "each_cycle"}
SAUNA = {"kind": "unlimited", "line": "sauna", "services": ["sauna"], "ssp": 8000}
MASSAGE = {"kind": "units", "line": "massage", "services": ["massage"], "quantity": "1"}


class Club(Glow):
    """`silver` costs 120.00 a month: the sauna at will, and a massage."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.service("sauna", 3000)
        self.service("massage", 6000)

    def offers(self, name: str = "silver", price: int = 12000, **more: Any) -> "Club":
        """A monthly offer, with other terms of billing in `billing`."""
        billing = MONTHLY | more.pop("billing", {})
        lines = more.pop("lines", [SAUNA, MASSAGE])
        answer = self.publish(name, price, lines, billing=billing, **more)
        assert isinstance(answer, dict), answer
        return self

    def joins(self, on: str, *, paid: int | None = None, offer: str = "silver", **more: Any) -> Any:
        """A sale, with a card payment of `paid` in the same append."""
        if paid is not None:
            more["payment"] = {"payment": "pay-0", "amount": paid, "tender": "card"}
        return self.sell(on, offer, **more)

    def renew(self, on: str, **more: Any) -> Any:
        return self.change(on, Renew, renewing.renew, reason=None, **more)

    def change(self, on: str, kind: Any, decide: Any, **fields: Any) -> Any:
        if fields.get("reason", "") is None:
            fields.pop("reason")
            order = parsed(kind, {"subscription": "s-1"} | fields)
            context = self.context(on)
            return self.take(context, decide(context, order, self.contract(order.subscription)))
        return super().change(on, kind, decide, **fields)

    def fails(self, on: str, attempt: str, amount: int = 12000) -> Any:
        fields = {"attempt": attempt, "amount": amount, "code": "card_declined"}
        return self.change(
            on, RecordPaymentFailure, renewing.record_payment_failure, reason=None, **fields
        )

    def passes(self, to: str, key: str = "s-1") -> list[tuple[str, str]]:
        """Time until 10:00 of a day, as `tick` would take its steps: (day, command)."""
        today, taken = day(to), []
        while steps := due_steps(self.contract(key), today, today - timedelta(days=1)):
            step = steps[0]
            context = replace(self.context(str(step.day)), today=today)
            before = len(self.history)
            self.take(context, step.decide(context, self.contract(key)))
            assert len(self.history) > before, step
            taken.append((f"{step.day:%m-%d}", step.command))
        return taken

    def cycle(self, number: int) -> Cycle:
        return self.contract().cycles[number]

    def cycles(self) -> list[tuple[str, str, str]]:
        """First day, last day and status of each cycle."""
        return [
            (f"{cycle.starts:%m-%d}", f"{cycle.ends - timedelta(days=1):%m-%d}", cycle.status)
            for cycle in self.contract().cycles.values()
        ]

    def told(self, kind: type[Event]) -> list[tuple[str, Any]]:
        """The events of a kind with their dates."""
        return [
            (f"{item.effective_on:%m-%d}", item.event)
            for item in self.history
            if isinstance(item.event, kind)
        ]

    def overdue(self, on: str) -> date | None:
        return overdue(self.contract(), day(on))

    def due(self, on: str) -> int:
        return due_by(self.contract(), day(on))

    def credit(self) -> int:
        credit: int = self.state("patient", "p-1").store_credit
        return credit
