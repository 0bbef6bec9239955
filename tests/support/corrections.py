"""The clinic in memory with the commands that correct and share a contract."""

from dataclasses import replace
from typing import Any

from aggregates import (
    assessing,
    goodwill,
    moving,
    reinstating,
    setup,
    sharing,
    store_credit,
    transferring,
    visits,
    writing_off,
)
from aggregates.covering.holdings import Chart
from aggregates.patient.orders import RegisterPatient
from aggregates.subscription import correction_orders as c
from aggregates.subscription.lot import Lot
from aggregates.visit.orders import MoveConsumption, ReverseConsumption
from ledger.books.interpret import interpret
from tests.support.clinic import DIGEST, RULES, Glow, day, parsed, sessions

APPROVED = {"reason": DIGEST, "approver": "bob"}


class Desk(Glow):
    """Each call is one command on its day, approved by somebody else where it must be."""

    def registers(self, state: str) -> None:
        """The patient p-1 lives in that state."""
        order = parsed(RegisterPatient, {"patient": "p-1", "state": state})
        self.did(setup.register_patient(self.context("2025-01-01"), order))

    def touched(self, visit: str, *others: str) -> Chart:
        """The visit with every contract that it drew from, and others."""
        state = self.state("visit", visit)
        rows = state.recorded.coverage if state.recorded else ()
        names = {drawn.subscription for row in rows for drawn in row.draws}
        contracts = {key: self.contract(key) for key in (*sorted(names - {*others}), *others)}
        holders = {
            item.sold.patient: self.state("patient", item.sold.patient)
            for item in contracts.values()
            if item.sold is not None
        }
        patient, services = self.state("patient", "p-1"), self.services()
        policies = self.state("clinic").policies(state.took_place or day("01-01"))
        return Chart(state, patient, contracts, services, holders, policies)

    def reverse(self, on: str, visit: str, line: str | None = None) -> Any:
        order = parsed(ReverseConsumption, {"visit": visit, "line": line, "reason": DIGEST})
        context = self.context(on)
        return self.take(context, visits.reverse_consumption(context, order, self.touched(visit)))

    def move(self, on: str, visit: str, to: str, line: str = "1") -> Any:
        fields = {"visit": visit, "line": line, "to_subscription": to, "reason": DIGEST}
        order = parsed(MoveConsumption, fields)
        context = self.context(on)
        chart = self.touched(visit, to)
        return self.take(context, moving.move_consumption(context, order, chart))

    def transfer(self, on: str, quantity: str, **more: Any) -> Any:
        fields = {
            "subscription": "s-1",
            "line": "session",
            "quantity": quantity,
            "to_patient": "p-2",
            "to_subscription": "s-2",
            "reason": DIGEST,
            **more,
        }
        order = parsed(c.TransferUnits, fields)
        context = self.context(on)
        giver, target = self.contract(order.subscription), self.contract(order.to_subscription)
        return self.take(context, transferring.transfer_units(context, order, giver, target))

    def goodwill(self, on: str, quantity: str, **more: Any) -> Any:
        fields = {"patient": "p-1", "service": "session", "quantity": quantity} | APPROVED | more
        order = parsed(c.GrantGoodwill, fields)
        context = replace(self.context(on), command="cmd-7")
        key = order.subscription or context.command
        gift = goodwill.Gift(
            key, self.contract(key), self.state("clinic"), self.services()[order.service]
        )
        return self.take(context, goodwill.grant_goodwill(context, order, gift))

    def share(self, on: str, patient: str, **more: Any) -> Any:
        order = parsed(c.Share, {"subscription": "s-1", "patient": patient, **more})
        context = self.context(on)
        state = self.contract(order.subscription)
        return self.take(context, sharing.share(context, order, state))

    def reinstate(self, on: str, until: str, **more: Any) -> Any:
        fields = {"subscription": "s-1", "until": day(until)} | APPROVED | more
        order = parsed(c.Reinstate, fields)
        context = self.context(on)
        state = self.contract(order.subscription)
        holder = self.state("patient", state.sold.patient if state.sold else "-")
        return self.take(context, reinstating.reinstate(context, order, state, holder))

    def write_off(self, on: str, amount: int, **more: Any) -> Any:
        return self.change(on, c.WriteOff, writing_off.write_off, amount=amount, **APPROVED | more)

    def assess(self, on: str, *, met: bool = True, **more: Any) -> Any:
        fields = {"met": met} | APPROVED | more
        return self.change(on, c.AssessContract, assessing.assess_contract, **fields)

    def use_credit(self, on: str, amount: int, purpose: Any = "payout", **more: Any) -> Any:
        fields = {"patient": "p-1", "use": "u-1", "amount": amount, "reason": DIGEST, **more}
        order = parsed(c.UseStoreCredit, fields | {"for": purpose})
        visit = order.purpose.visit if isinstance(order.purpose, c.UsedFor) else "-"
        context = self.context(on)
        states = [
            self.state(kind, key)
            for kind, key in (
                ("patient", order.patient),
                ("visit", visit),
                ("credit_use", order.use),
            )
        ]
        return self.take(context, store_credit.use_store_credit(context, order, *states))

    def of_contract(self, key: str = "s-1") -> dict[str, int]:
        """What the books say of one contract, account by account, debits positive."""
        totals: dict[str, int] = {}
        for item in self.history:
            body = item.event.model_dump(mode="json", exclude_none=True)
            for _, lines in interpret(RULES, type(item.event).__name__, body):
                for line in lines:
                    if line.at.subscription == key:
                        moved = line.debit - line.credit
                        totals[line.account] = totals.get(line.account, 0) + moved
        return {account: amount for account, amount in sorted(totals.items()) if amount}

    def ties(self, on: str, *keys: str) -> bool:
        """Whether what the contracts hold as deferred is what the books hold (4.10)."""
        liabilities = {
            key: -sum(
                amount for code, amount in self.of_contract(key).items() if "2100" <= code <= "2140"
            )
            for key in keys
        }
        return liabilities == {key: self.contract(key).deferred(day(on)) for key in keys}


def desk(price: int, units: int, **more: Any) -> Desk:
    """A clinic with an offer of sessions at one price, as `sessions` makes it."""
    clinic = sessions(
        price, units, clinic=Desk(more.pop("policies", {"escheat": "exempt"})), **more
    )
    assert isinstance(clinic, Desk)
    return clinic


def tallied(lot: Lot) -> bool:
    """granted = used + expired + refunded + transferred + remaining (interfaces.md 6)."""
    gone = lot.used + lot.expired + lot.refunded + lot.transferred
    return lot.granted == gone + lot.remaining
