"""A clinic's life told day by day, as the worked stories of accounting.md 21 tell it.

All times are 10:00 local; each month is closed on the 3rd of the next. `tick` runs on every day
on which something is told: a tick brings what the days between would have brought, each on its
own day (tests/commands says so).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from commands.envelope import Actor, Result, parse_envelope
from commands.handling import Commands
from commands.ticking import tick
from consumers.asking import credit_holders
from consumers.bootstrap import Ledger, running
from consumers.closing import Replays
from ledger.calendar import Period
from ledger.settings import Settings
from ledger.store.pool import clinic_transaction, lent
from projections.balances.asof import View
from projections.balances.queries import check, contract_balance, due
from projections.close.basis import OWN, Basis
from projections.reports import accounting

CLINIC = "glow"
ZONE = ZoneInfo("America/New_York")
CLOCK = Actor(id="clock", role="clinic_admin")
ADMIN = {"id": "amy", "role": "clinic_admin"}
CLOSING_DAY = 3


@dataclass
class Story:
    """A clinic, `glow` unless it has neighbours, with a calendar that only goes forward."""

    ledger: Ledger
    today: date
    clinic: str = CLINIC
    count: int = 0
    commands: Commands = field(init=False)

    def __post_init__(self) -> None:
        closer = Replays(self.ledger.conninfo, lambda: self.ledger.letters)
        self.commands = Commands(self.ledger.store, self.now, closer=closer, fixed_clock=True)

    def now(self) -> datetime:
        return local(self.today)

    def until(self, day: date) -> None:
        """Lets the days pass: a tick when something is told, a close on the 3rd."""
        for period in Period.of(self.today).until(Period.of(day)):
            closing = period.first + timedelta(days=CLOSING_DAY - 1)
            if self.today < closing <= day:
                self.today = closing
                self.tick()
                self.close(period.previous())
        self.today = day
        self.tick()

    def tick(self) -> list[Result]:
        self.ledger.catch_up(self.clinic)
        return list(tick(self.commands, self.clinic, self._due, CLOCK, holders=self._holders))

    def _holders(self, clinic: str, through: date) -> list[str]:
        return credit_holders(self.ledger, clinic, through)

    def _due(self, clinic: str, through: date) -> list[str]:
        with lent(self.ledger.store.pool) as connection, clinic_transaction(connection, clinic):
            return due(connection, clinic, through)

    def send(self, command: str, on: date | None = None, **data: Any) -> Result:
        """Sends a command today, about what happened today or on another day."""
        self.count += 1
        line = {
            "command": command,
            "id": f"cmd-{self.count}",
            "clinic": self.clinic,
            "at": local(on or self.today).isoformat(),
            "actor": ADMIN,
            "data": data,
        }
        envelope = parse_envelope(line)
        assert not hasattr(envelope, "code"), envelope
        return self.commands.handle(envelope)

    def does(self, command: str, on: date | None = None, **data: Any) -> dict[str, Any]:
        """Sends a command that is accepted, and returns its answer."""
        result = self.send(command, on, **data)
        assert result.ok, result.to_json()
        return result.data

    def close(self, period: Period) -> dict[str, Any]:
        return self.does("close_period", period=str(period))

    def journal(self, last: date, first: date = date(2025, 1, 1), basis: Basis = OWN) -> list[str]:
        """The posted entries, one line each: day, row, account and line with amount."""
        with self.books(last, basis) as books:
            entries = accounting.journal(books, first, last)
        return [told(entry) for entry in entries]

    def trial_balance(self, day: date, basis: Basis = OWN) -> dict[str, str]:
        with self.books(day, basis) as books:
            shape = accounting.trial_balance(books, day)
        return {
            row["account"]: dollars(row["balance"])
            for row in shape["accounts"]
            if row["balance"] != 0
        }

    def rolled(self, period: str, account: str) -> dict[str, str]:
        """The columns of one account that are not zero."""
        parsed = Period.parse(period)
        with self.books(parsed.last) as books:
            shape = accounting.rollforward(books, parsed)
        [row] = [row for row in shape["accounts"] if row["account"] == account]
        return {
            name: dollars(value)
            for name, value in row.items()
            if name != "account" and (value or name in ("opening", "closing"))
        }

    @contextmanager
    def books(self, day: date, basis: Basis = OWN) -> Iterator[Any]:
        with accounting.books_as_of(self.ledger.conninfo, self.clinic, day, basis=basis) as books:
            yield books

    def balance(self, subscription: str, day: date, known_at: int | None = None) -> dict[str, Any]:
        self.ledger.catch_up(self.clinic)
        view = View(day, known_at)
        found = contract_balance(self.ledger.store, self.clinic, subscription, view, current=False)
        assert found is not None
        contract: dict[str, Any] = found["subscriptions"][0]
        return contract

    def nothing_more_happens(self) -> None:
        """After the story one more tick and a rebuild change nothing (accounting.md 21)."""
        before = self.ledger.store.head(self.clinic)
        assert self.tick() == []
        for feed in self.ledger.feeds:
            feed.rebuild(self.clinic)
        assert self.ledger.store.head(self.clinic) == before
        assert check(self.ledger.store, self.clinic) == []
        assert self.ledger.store.verify(self.clinic) is None


@contextmanager
def told_from(url: str, day: date) -> Iterator[Story]:
    """The story of a fresh clinic, alone in its database."""
    with running(open_settings(url)) as ledger:
        story = Story(ledger, day)
        opens(story)
        yield story


def open_settings(url: str) -> Settings:
    """Of a ledger whose clock a test may set."""
    return Settings(database=url, now=datetime.now(UTC), allow_clock=True)


def opens(story: Story) -> None:
    """Defines the clinic; its policy for unclaimed value is `exempt`."""
    story.does(
        "define_clinic",
        name="Glow",
        currency="USD",
        timezone="America/New_York",
        policies={"escheat": "exempt"},
    )


def day(text: str) -> date:
    """A day of 2026, written ``01-31``."""
    return date.fromisoformat(f"2026-{text}")


def pay(story: Story, payment: str, amount: int) -> None:
    """Money on the contract `s-1`, by card."""
    story.does("record_payment", subscription="s-1", payment=payment, amount=amount, tender="card")


def visit(story: Story, name: str, *services: str, on: str | None = None, **more: str) -> None:
    """A visit of the patient p-1, one line a service, today or on another day."""
    data = {"status": "completed", "patient": "p-1", **more}
    lines = [{"line": service, "service": service} for service in services]
    story.does("record_visit", day(on) if on else None, visit=name, lines=lines, **data)


def local(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=ZONE)


def consent(key: str) -> dict[str, Any]:
    """A signed financial consent with the clauses every story has."""
    return {
        "consent": key,
        "document": {"id": "terms", "version": "1", "sha256": "a" * 64},
        "method": "signature_pad",
        "signer": "Pat Doe",
        "signed_at": "2026-01-05T09:55:00-05:00",
        "shown_before_payment": True,
        "clauses": ["refund", "cancellation", "expiry"],
    }


def dollars(amount: int) -> str:
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100:,}.{abs(amount) % 100:02d}"


def told(entry: dict[str, Any]) -> str:
    """``01-05 row 9: 2100 initial 233.77 | 4000 233.77``, late ones with their own date."""
    left = ", ".join(_leg(line, "debit") for line in entry["lines"] if line["debit"])
    right = ", ".join(_leg(line, "credit") for line in entry["lines"] if line["credit"])
    late = ""
    if entry["prior_period_of"]:
        late = f" (service {entry['service_date'][5:]}, of {entry['prior_period_of']})"
    return f"{entry['posting_date'][5:]} row {entry['rule']}{late}: {left} | {right}"


def _leg(line: dict[str, Any], side: str) -> str:
    liability = line["account"].startswith("21") and line["line"]
    name = f"{line['account']} {line['line']}" if liability else line["account"]
    return f"{name} {dollars(line[side])}"
