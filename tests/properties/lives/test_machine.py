"""Random lives of contracts of every kind, against a model that only counts."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from aggregates.dispute.events import FundsWithdrawn
from tests.properties.lives.checks import check
from tests.properties.lives.choices import (
    AGO,
    AMOUNTS,
    CONTRACTS,
    DAYS,
    LINE,
    LINES,
    PATIENTS,
    PEOPLE,
    QUANTITIES,
    SALES,
    TAX,
    TENDERS,
    TO,
    WHICH,
)
from tests.properties.lives.clinic import NAMES, PLANS
from tests.properties.lives.living import Line, Living

when_sold = precondition(lambda self: self.clinic.contracts)
when_member = precondition(lambda self: self.members)


class Lives(Living):
    """Each rule is a command on its day."""

    # Selling and paying

    @rule(sale=SALES)
    @precondition(lambda self: len(self.clinic.contracts) < CONTRACTS)
    def sell(self, sale: dict[str, Any]) -> None:
        self.sells(sale)

    @rule(which=WHICH, amount=AMOUNTS, tender=TENDERS, ago=AGO)
    @when_sold
    def pay(self, which: int, amount: int, tender: str, ago: int) -> None:
        self.pays(self.key(which), amount, tender, ago)

    @rule(which=WHICH, tender=TENDERS)
    @when_sold
    def settle(self, which: int, tender: str) -> None:
        self.pays(self.key(which), self.state(self.key(which)).owed or 1, tender)

    @rule(which=WHICH)
    @when_member
    def pay_ahead(self, which: int) -> None:
        plan = self.state(self.member(which)).plan
        assert plan is not None
        self.pays(self.member(which), plan.price + plan.tax)

    @rule(which=WHICH, amount=AMOUNTS)
    @when_sold
    def note(self, which: int, amount: int) -> None:
        amount = min(amount, self.state(self.key(which)).owed or amount)
        self.changes("credit_note", which, note=self.name("n"), amount=amount)

    @rule(which=WHICH)
    @when_sold
    def void(self, which: int) -> None:
        self.changes("void_sale", which)

    @rule(which=WHICH, amount=AMOUNTS)
    @when_sold
    def write_off(self, which: int, amount: int) -> None:
        amount = min(amount, self.state(self.key(which)).owed or amount)
        self.changes("write_off", which, amount=amount)

    @rule(patient=PATIENTS, amount=AMOUNTS)
    @precondition(lambda self: any(map(self.clinic.store_credit, PEOPLE)))
    def pay_out(self, patient: str, amount: int) -> None:
        amount = min(amount, self.clinic.store_credit(patient) or amount)
        data = {"patient": patient, "use": self.name("u"), "amount": amount, "for": "payout"}
        if self.asks("use_store_credit", reason="asked", **data).ok:
            self.naive.cash.append(-amount)

    # Using

    @rule(lines=LINES, ago=AGO)
    @when_sold
    def visit(self, lines: list[Line], ago: int) -> None:
        self.visits_as(lines, ago)

    @rule(line=LINE, ago=AGO, measure=st.sampled_from(["quantity", "remaining", "value"]))
    @when_sold
    def carry_over(self, line: Line, ago: int, measure: str) -> None:
        which, nth, quantity = line
        amount = int(Decimal(quantity) * 1000) if measure == "value" else quantity
        use = {"service": self.service(which, nth), measure: amount}
        visit, before = self.name("before"), self.state(self.key(which)).paid
        data = {"subscription": self.key(which), "visit": visit, "lines": [use]}
        result = self.asks("carry_over_use", ago=ago, **data)
        if result.ok and result.events:
            self.visits.append(visit)
        assert self.state(self.key(which)).paid == before

    @rule(line=LINE, points=st.sampled_from(["5", "400"]), tax=TAX)
    @when_sold
    def redeem(self, line: Line, points: str, tax: int) -> None:
        self.comes(self.asked([line], points=points, tax=tax))

    @rule(lines=LINES, status=st.sampled_from(["no_show", "late_cancel"]))
    @when_sold
    def miss(self, lines: list[Line], status: str) -> None:
        self.visits_as(lines, status=status)

    @rule(line=LINE, days=DAYS)
    @when_sold
    def hold(self, line: Line, days: int) -> None:
        booking = self.name("b")
        data = self.asked([line]) | {"booking": booking, "for": self.clinic.day(days)}
        if self.asks("place_hold", **data).ok:
            self.bookings.append(booking)

    @rule(which=WHICH)
    @precondition(lambda self: self.bookings)
    def release(self, which: int) -> None:
        booking = self.bookings[which % len(self.bookings)]
        assert self.asks("release_hold", booking=booking).ok

    @rule(which=WHICH, lines=LINES)
    @precondition(lambda self: self.bookings)
    def show_up(self, which: int, lines: list[Line]) -> None:
        self.visits_as(lines, booking=self.bookings[which % len(self.bookings)])

    @rule(which=WHICH, line=st.sampled_from([None, "1"]))
    @precondition(lambda self: self.visits)
    def reverse(self, which: int, line: str | None) -> None:
        visit = self.visits[-1 - which % len(self.visits)]
        more = {} if line is None else {"line": line}
        self.asks("reverse_consumption", visit=visit, reason="not done", **more)

    @rule(which=WHICH, to=WHICH)
    @precondition(lambda self: self.visits)
    def move(self, which: int, to: int) -> None:
        visit = self.visits[-1 - which % len(self.visits)]
        data = {"visit": visit, "line": "1", "to_subscription": self.key(to)}
        self.asks("move_consumption", reason="bought later", **data)

    @rule(which=WHICH, to=st.integers(-1, 5), nth=WHICH, quantity=QUANTITIES)
    @when_sold
    def transfer(self, which: int, to: int, nth: int, quantity: str) -> None:
        target = self.name("t") if to < 0 else self.key(to)
        sold = self.state(target).sold
        data = {
            "subscription": self.key(which),
            "line": self.line(which, nth),
            "quantity": quantity,
            "to_patient": "p-2" if sold is None else sold.patient,
            "to_subscription": target,
        }
        self.asks("transfer_units", reason="family", **data)

    @rule(which=WHICH, service=st.sampled_from(NAMES), days=st.sampled_from([None, 3, 40]))
    @when_sold
    def goodwill(self, which: int, service: str, days: int | None) -> None:
        sold = self.state(self.key(which)).sold
        assert sold is not None
        more = {} if days is None else {"expires": self.clinic.day(days)}
        data = {"patient": sold.patient, "service": service, "quantity": "1"}
        self.changes("grant_goodwill", which, **data, **more)

    # Changing

    @rule(which=WHICH, days=DAYS, fee=st.sampled_from([0, 1000]))
    @when_sold
    def extend(self, which: int, days: int, fee: int) -> None:
        self.changes("extend", which, fee=fee, until=self.clinic.day(days + 20))

    @rule(which=WHICH, days=DAYS)
    @when_sold
    def reinstate(self, which: int, days: int) -> None:
        self.changes("reinstate", which, until=self.clinic.day(days))

    @rule(patient=PATIENTS)
    @precondition(lambda self: self.unclaimed)
    def claim(self, patient: str) -> None:
        self.asks("claim_unclaimed", patient=patient)

    @rule(
        which=WHICH,
        first=st.sampled_from([0, 2, 10, -3]),
        days=st.sampled_from([None, 5, 30]),
        mode=st.sampled_from(["stop_clock", "benefits_usable", "skip_billing"]),
    )
    @when_sold
    def pause(self, which: int, first: int, days: int | None, mode: str) -> None:
        data = {"subscription": self.key(which), "mode": mode, "from": self.clinic.day(first)}
        until = {} if days is None else {"until": self.clinic.day(first + days)}
        self.asks("pause", **data, **until)

    @rule(which=WHICH, effective=st.sampled_from(["now", "period_end", 10, -2]))
    @when_sold
    def cancel(self, which: int, effective: str | int) -> None:
        data = {"effective": self.clinic.named(effective), "channel": "email"}
        self.asks("cancel", subscription=self.key(which), reason="moving", **data)

    @rule(
        which=WHICH,
        offer=st.sampled_from(PLANS),
        effective=st.sampled_from(["now", "next_cycle", 4]),
        proration=st.sampled_from(["days", "none"]),
    )
    @when_member
    def change_plan(self, which: int, offer: str, effective: str | int, proration: str) -> None:
        data = {"offer": offer, "effective": self.clinic.named(effective), "proration": proration}
        self.asks("change_plan", subscription=self.member(which), **data)

    @rule(
        which=WHICH,
        nth=WHICH,
        price=st.sampled_from([0, 5000, -5000]),
        quantity=st.sampled_from(["1", "-1", "2.5"]),
        method=st.sampled_from(["auto", "separate", "prospective", "catch_up"]),
        ago=st.sampled_from([0, 0, 3]),
    )
    @when_sold
    def modify(
        self, which: int, nth: int, price: int, quantity: str, method: str, ago: int
    ) -> None:
        line = {"line": self.line(which, nth), "quantity": quantity}
        data = {"effective": self.clinic.day(-ago), "method": method, "price": price}
        self.changes("modify_contract", which, modification=self.name("m"), lines=[line], **data)

    # Money back

    @rule(which=WHICH, to=TO, paid=st.booleans())
    @when_sold
    def refund(self, which: int, to: str, paid: bool) -> None:
        self.refunds(which, to=to, paid=paid)

    @rule(which=WHICH, nth=WHICH, quantity=QUANTITIES, to=TO)
    @when_sold
    def refund_line(self, which: int, nth: int, quantity: str, to: str) -> None:
        self.refunds(which, to=to, lines=[{"line": self.line(which, nth), "quantity": quantity}])

    @rule(which=WHICH, amount=AMOUNTS, goodwill=st.booleans())
    @when_sold
    def refund_amount(self, which: int, amount: int, goodwill: bool) -> None:
        self.refunds(which, amount=amount, goodwill=goodwill)

    @rule(which=WHICH, status=st.sampled_from(["paid", "failed"]))
    @precondition(lambda self: self.naive.refunds)
    def settle_refund(self, which: int, status: str) -> None:
        refund = list(self.naive.refunds)[which % len(self.naive.refunds)]
        assert self.asks("settle_refund", refund=refund, status=status).ok
        self.naive.settle(refund, paid=status == "paid")

    @rule(
        which=WHICH,
        amount=st.one_of(st.none(), AMOUNTS),
        kind=st.sampled_from(["chargeback", "chargeback", "inquiry"]),
    )
    @precondition(lambda self: self.naive.charges)
    def dispute(self, which: int, amount: int | None, kind: str) -> None:
        charges = list(self.naive.charges)
        charge = charges[-1 - which % len(charges)]
        key, most = self.naive.charges[charge]
        name, amount = self.name("d"), min(amount or most, most)
        data = {"dispute": name, "charge": charge, "amount": amount, "fee": 1500}
        opened = {"opened_at": self.clinic.now.isoformat(), "case_type": kind}
        if self.asks("open_dispute", reason="fraudulent", **data, **opened).ok:
            self.naive.dispute(key, name, 0 if kind == "inquiry" else amount, 1500)

    @rule(which=WHICH)
    @precondition(lambda self: any(one.amount == 0 for one in self.naive.disputes.values()))
    def escalates(self, which: int) -> None:
        asked = [name for name, one in self.naive.disputes.items() if one.amount == 0]
        name = asked[which % len(asked)]
        self.asks("update_dispute", dispute=name, funds_withdrawn=True)
        for event in (item.event for item in self.clinic.history):
            if isinstance(event, FundsWithdrawn) and event.dispute == name:
                taken = [(part.amount, part.fee) for part in event.parts]
                self.naive.withdrawn(name, sum(a for a, _ in taken), sum(f for _, f in taken))

    @rule(
        which=WHICH,
        outcome=st.sampled_from(["won", "lost", "accepted", "withdrawn"]),
        amount=st.one_of(st.none(), AMOUNTS),
        fee=st.booleans(),
    )
    @precondition(lambda self: self.naive.disputes)
    def close_dispute(self, which: int, outcome: str, amount: int | None, fee: bool) -> None:
        name = list(self.naive.disputes)[which % len(self.naive.disputes)]
        taken = self.naive.disputes[name].amount
        more = {"amount": min(amount, taken or 1)} if amount and outcome == "lost" else {}
        result = self.asks("close_dispute", dispute=name, outcome=outcome, fee_returned=fee, **more)
        if result.ok:
            self.naive.decided(name, result.data["lost"], fee=fee)

    @rule(which=WHICH, fee=st.booleans())
    @precondition(lambda self: self.naive.lost)
    def wins_late(self, which: int, fee: bool) -> None:
        """The issuer gives back what was lost; it did so once for every loss."""
        name = self.naive.lost[which % len(self.naive.lost)]
        assert self.asks("close_dispute", dispute=name, outcome="won", fee_returned=fee).ok
        self.naive.decided(name, 0, fee=fee)

    # Time

    @rule(days=DAYS, ticks=st.booleans())
    @when_sold
    def passes(self, days: int, ticks: bool) -> None:
        self.clinic.today += timedelta(days=days)
        if ticks:
            self.ticks()

    @rule(which=WHICH, command=st.sampled_from(["resume", "expire", "renew"]))
    @when_sold
    def go_on(self, which: int, command: str) -> None:
        self.asks(command, subscription=self.key(which))

    @invariant()
    def agrees(self) -> None:
        check(self.clinic, self.naive, self.journal)

    def teardown(self) -> None:
        """In the end everything is over, and leaves what it must."""
        if self.clinic.contracts:
            self.clinic.today += timedelta(days=400)
            self.ticks()
            self.agrees()


TestLives = Lives.TestCase
TestLives.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
