"""A clinic in memory with a contract of every kind, to which anything may happen."""

from datetime import date, timedelta
from typing import Any

from aggregates.due import elapse
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.state import Subscription
from ledger.codes import Refused
from ledger.events import NewEvent
from projections.balances.asof import View, contract_history
from projections.balances.report import by_time
from tests.books.stories import Happened
from tests.support.alterations import Altered
from tests.support.club import MASSAGE
from tests.support.corrections import Desk

START = date(2026, 1, 5)
CLUB, PACK, CREDIT, CARD, GIFT = "s-1", "s-2", "s-3", "s-4", "s-5"
KEYS = (CLUB, PACK, CREDIT, CARD, GIFT)


class Everything(Altered, Desk):
    """All commands of a contract's life."""


class Life:
    """Contracts of one patient, from a day on; a step that is refused changes nothing.

    `CLUB` is a membership with a joining fee whose quota rolls over, `PACK` is paid by
    instalments that cannot be cancelled, unless all kinds are grossed up; `CREDIT` has a bonus in
    its pool, `CARD` has points and a discount. `GIFT` is another patient's, who may be given units
    of the pack. Sold `together` they count as one contract, the membership if it is paid. Where a
    month already bears interest, the instalments hold some.
    """

    def __init__(self, policies: dict[str, Any], *, paid: bool, together: bool = False) -> None:
        self.desk = Everything({"escheat": "exempt", **policies})
        self.on = START
        self.number = 0
        self._publish()
        self.desk.registers("AL")
        financed = policies.get("financing_expedient") == "off"
        for key, offer in ((CLUB, "silver"), (PACK, "pack"), (CREDIT, "credit"), (CARD, "card")):
            invoice = {"invoice": "i-1"} if together else {}
            rate = {"discount_rate": "0.12"} if key == PACK and financed else {}
            more = {"location": "north", **invoice, **rate}
            self.desk.sell(self.today, offer, subscription=key, **more)
            self.desk.consent(self.today, "refund", "cancellation", "expiry", key=key)
            if paid:
                self._settle(key)

    def _publish(self) -> None:
        desk = self.desk
        desk.offers("silver", 12000, billing={"setup_fee": 2500}, rollover={"cap": 2})
        desk.gold()
        units = {"kind": "units", "line": "massage", "services": ["massage"], "quantity": "5"}
        lounge = {"kind": "access", "line": "lounge", "access": ["lounge"], "ssp": 9000}
        due = {"+0d": 20000, "+30d": 13333}
        plan = [{"due": day, "amount": amount} for day, amount in due.items()]
        grossed = desk.policies.get("gross_up") == "always"
        desk.publish(
            "pack",
            33333,
            [units, lounge],
            term={"days": 60},
            transferable=True,
            billing={"kind": "plan", "instalments": plan, "cancellable": grossed},
        )
        paid = {"kind": "credit", "line": "paid", "face": 50000}
        free = {"kind": "credit", "line": "free", "face": 5000, "bonus": True}
        desk.publish("credit", 50000, [paid, free], term={"days": 75})
        desk.publish("card", 21000, [
            {**MASSAGE, "quantity": "3"},
            {"kind": "points", "line": "points", "earn": {"per_amount": 1000}, "value": 50},
            {"kind": "discount", "line": "off", "percent": 10, "uses": 2, "ssp": 700},
            {"kind": "discount", "line": "always", "percent": 5, "ssp": 900},
        ], term={"days": 90})  # fmt: skip

    @property
    def today(self) -> str:
        """The day it is, as commands take it."""
        return self.on.isoformat()

    def take(self, step: tuple[Any, ...]) -> Any:
        """One step: its name, and what it needs; none on a contract that does not exist."""
        self.number += 1
        kind, *what = step
        if GIFT in what and self.desk.contract(GIFT).sold is None:
            return None
        return getattr(self, f"_{kind}")(*what)

    def _days(self, count: int) -> None:
        self.on += timedelta(days=count)
        self.ticked(self.on)

    def ticked(self, on: date) -> None:
        """`tick` has run at 10:00 of a day."""
        for key in KEYS:
            if self.desk.contract(key).sold is not None:
                self.desk.passes(on.isoformat(), key)

    def _pay(self, key: str, amount: int, tender: str, ago: int) -> Any:
        charge = {"charge": f"ch-{self.number}"} if tender == "card" else {}
        on = self._day(-ago)
        return self.desk.pay(on, amount, subscription=key, tender=tender, **charge)

    def _settle(self, key: str, ago: int = 0) -> Any:
        owed = self.desk.contract(key).owed
        return self._pay(key, owed, "card", ago) if owed else None

    def _visit(self, service: str, status: str, tax: int, points: int, ago: int) -> Any:
        taxes = [{"tax": "own", "amount": 33, "own": True}, {"tax": "sales", "amount": tax - 33}]
        line = {"line": "1", "service": service, "quantity": "1", "tax": tax}
        line |= {"taxes": taxes} if tax else {}
        lines = [{**line, "points": points} if points else line]
        on, location = self._day(-ago), ("north", "south")[self.number % 2]
        more = {"lines": lines, "status": status, "location": location}
        return self.desk.visit(on, f"v-{self.number}", **more)

    def _visit_before(self, back: int) -> str | None:
        """The visit recorded so many visits ago, if there were as many."""
        streams = [item.stream for item in self.desk.history if "/visit/" in item.stream]
        visits = [name.rsplit("/", 1)[1] for name in dict.fromkeys(streams)]
        return visits[-back] if back <= len(visits) else None

    def _reverse(self, back: int) -> Any:
        visit = self._visit_before(back)
        return None if visit is None else self.desk.reverse(self.today, visit)

    def _sign(self, back: int) -> Any:
        visit = self._visit_before(back)
        return None if visit is None else self.desk.sign(self.today, visit)

    def _day(self, after: int) -> str:
        return max(self.on + timedelta(days=after), START).isoformat()

    def _refund(self, key: str, to: str, amount: int) -> Any:
        more: dict[str, Any] = {"to": to} | ({"amount": amount, "approver": "bo"} if amount else {})
        return self.desk.refund(self.today, f"r-{self.number}", subscription=key, **more)

    def _transfer(self, quantity: str) -> Any:
        more = {"subscription": PACK, "line": "massage", "to_subscription": GIFT}
        return self.desk.transfer(self.today, quantity, **more)

    def _goodwill(self, key: str) -> Any:
        return self.desk.goodwill(self.today, "1", service="massage", subscription=key)

    def _reinstate(self, key: str, days: int) -> Any:
        return self.desk.reinstate(self.today, self._day(days), subscription=key)

    def _extend(self, key: str, days: int, fee: int) -> Any:
        more = {"fee": fee} if fee else {}
        return self.desk.extend(self.today, self._day(days), subscription=key, **more)

    def _write_off(self, key: str, amount: int) -> Any:
        return self.desk.write_off(self.today, amount, subscription=key)

    def _note(self, key: str, amount: int) -> Any:
        return self.desk.note(self.today, amount, f"n-{self.number}", subscription=key)

    def _pause(self, key: str, after: int, length: int, mode: str) -> Any:
        until = self._day(after + length) if length else None
        return self.desk.pause(self.today, self._day(after), until, mode=mode, subscription=key)

    def _resume(self, key: str) -> Any:
        return self.desk.resume(self.today, key)

    def _plan(self, offer: str, proration: str, when: str) -> Any:
        return self.desk.change_plan(self.today, offer, when, proration=proration)

    def _modify(self, key: str, price: int, quantity: str, method: str) -> Any:
        more = {"modification": f"m-{self.number}", "method": method, "subscription": key}
        line = {"line": "massage", "quantity": quantity}
        return self.desk.modify(self.today, price, line, **more)

    def _cancel(self, key: str, when: str) -> Any:
        return self.desk.cancel(self.today, when, subscription=key)

    def _dispute(self, amount: int, outcome: str) -> Any:
        """A dispute of the last card payment, and how it ends after some days; of an odd amount the
        bank only asks first.
        """
        charges = [item.stream for item in self.desk.history if "/charge/" in item.stream]
        if not charges:
            return None
        charge = charges[-1].rsplit("/", 1)[1]
        kind = "inquiry" if amount % 2 else "chargeback"
        found = self.desk.dispute(self.today, amount, charge=charge, case_type=kind)
        if isinstance(found, Refused):
            return found
        self._days(3)
        self.desk.update_dispute(self.today, funds_withdrawn=True, fee=amount % 7)
        self._days(3)
        return self.desk.close_dispute(self.today, outcome)

    def _win_late(self, ago: int) -> Any:
        """The dispute that was lost is won after all; without one it is refused."""
        return self.desk.close_dispute(self._day(-ago), "won", fee_returned=ago % 2 == 1)

    def contracts(self) -> dict[str, Subscription]:
        """The contracts that exist."""
        states = {key: self.desk.contract(key) for key in KEYS}
        return {key: state for key, state in states.items() if state.sold is not None}

    def as_of(self, key: str, on: date) -> Subscription:
        """A contract as its events say by the end of a day."""
        name = f"glow/subscription/{key}"
        history = [item for item in self.desk.history if item.stream == name]
        return SUBSCRIPTION.fold(contract_history(history, View(on)))

    def coming(self, through: date) -> list[NewEvent]:
        """What time alone brings by the end of a day."""
        context = by_time("glow", through)
        return [
            new for state in self.contracts().values() for new in elapse(context, state, through)
        ]

    def happened(self) -> list[Happened]:
        """The history as the replay reads it."""
        return [Happened(item.effective_on, item.event, item.stream) for item in self.desk.history]
