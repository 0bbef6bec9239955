"""What a life is made of: contracts to choose from, and commands that are counted and booked."""

from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, initialize

from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Subscription
from aggregates.unclaimed import unclaimed_of
from commands.envelope import Result
from ledger.events import Recorded
from tests.properties.lives.checks import Journal
from tests.properties.lives.choices import OPENINGS, POLICIES
from tests.properties.lives.clinic import NAMES, LivingClinic, consent
from tests.properties.lives.model import Naive

#: Which line of which contract a visit is about, and how much of it.
Line = tuple[int, int, str]


class Living(RuleBasedStateMachine):
    """One clinic, two patients, a few contracts, with the model and the books beside them."""

    @initialize(policies=POLICIES, sales=OPENINGS)
    def opens(self, policies: dict[str, Any], sales: list[dict[str, Any]]) -> None:
        self.clinic = LivingClinic(policies)
        self.naive, self.journal = Naive(), Journal()
        self.heard: list[Recorded] = []
        self.visits: list[str] = []
        self.bookings: list[str] = []
        for sale in sales:
            self.sells(sale)

    def key(self, which: int) -> str:
        return self.clinic.contracts[which % len(self.clinic.contracts)]

    @property
    def unclaimed(self) -> int:
        """What is due to the state."""
        return sum(unclaimed_of(self.state(key)) for key in self.clinic.contracts)

    @property
    def members(self) -> list[str]:
        return [key for key in self.clinic.contracts if self.state(key).plan is not None]

    def member(self, which: int) -> str:
        return self.members[which % len(self.members)]

    def state(self, key: str) -> Subscription:
        return self.clinic.contract(key)

    def lot(self, which: int, nth: int) -> Lot:
        lots = list(self.state(self.key(which)).lots.values())
        return lots[nth % len(lots)]

    def line(self, which: int, nth: int) -> str:
        return self.lot(which, nth).line

    def name(self, kind: str) -> str:
        """A name not given before."""
        return f"{kind}-{self.clinic.number}"

    def asks(self, command: str, **data: Any) -> Result:
        """A command, `ago` days back; what it recorded is counted, and the books hear of it."""
        ago = data.pop("ago", 0)
        result = self.clinic.send(command, data, ago=ago)
        self.hears()
        return result

    def hears(self) -> None:
        for recorded in self.clinic.history[len(self.heard) :]:
            self.naive.hear(recorded)
            self.journal.hear(recorded)
            self.heard.append(recorded)

    def changes(self, command: str, which: int, **data: Any) -> Result:
        """A command about one contract that somebody else approves."""
        more = {"reason": "agreed", "approver": "bob"} | data
        return self.asks(command, subscription=self.key(which), **more)

    def sells(self, sale: dict[str, Any]) -> None:
        key, data = (
            self.name("s"),
            {name: value for name, value in sale.items() if value is not None},
        )
        paid, clauses = data.pop("paid"), data.pop("clauses")
        data["starts"] = self.clinic.day(data["starts"])
        signed = consent(self.clinic.now, clauses)
        assert self.asks("sell_package", subscription=key, consent=signed, **data).ok
        if paid:
            self.pays(key, self.state(key).owed)

    def pays(self, key: str, amount: int, tender: str = "card", ago: int = 0) -> None:
        payment, before = self.name("pay"), self.state(key)
        data = {"payment": payment, "amount": amount, "tender": tender, "charge": f"ch-{payment}"}
        result = self.asks("record_payment", ago=ago, subscription=key, **data)
        if result.ok:
            self.naive.payment(key, payment, amount, tender)
            assert result.data["owed"] == self.state(key).owed
            assert amount <= before.owed or before.plan is not None

    def asked(self, lines: list[Line], **more: Any) -> dict[str, Any]:
        """Who comes for what: the holder of the first line's contract, for what the lines are."""
        sold = self.state(self.key(lines[0][0])).sold
        assert sold is not None
        wanted = [
            {"line": f"{number}", "service": self.service(which, nth), "quantity": quantity}
            for number, (which, nth, quantity) in enumerate(lines, 1)
        ]
        return {"patient": sold.patient, "lines": [line | more for line in wanted]}

    def service(self, which: int, nth: int) -> str:
        names = [term.service for term in self.lot(which, nth).services] or NAMES
        return names[nth % len(names)]

    def visits_as(self, lines: list[Line], ago: int = 0, **more: Any) -> None:
        self.comes(self.asked(lines) | more, ago)

    def comes(self, data: dict[str, Any], ago: int = 0) -> None:
        visit = self.name("v")
        data = {"visit": visit, "status": "completed"} | data
        result = self.asks("record_visit", ago=ago, **data)
        assert result.ok, result
        self.visits.append(visit)
        for row in result.data["coverage"]:
            assert row["prepaid"] == sum(draw["amount"] for draw in row["draws"])
            assert min(row["credit"], row["discount"], row["patient_owes"]) >= 0
            assert ("reason" in row) == (row["covered"] != row["quantity"]), row

    def refunds(self, which: int, *, paid: bool = True, **more: Any) -> None:
        key, refund = self.key(which), self.name("r")
        owed = self.state(key).owed
        result = self.changes("refund", which, refund=refund, paid=paid, **more)
        if result.ok:
            self.naive.refund(key, refund, result.data, paid=paid)
            assert self.state(key).owed <= owed

    def ticks(self) -> None:
        self.clinic.tick()
        self.hears()
        assert self.clinic.tick() == []
