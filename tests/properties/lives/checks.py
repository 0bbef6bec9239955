"""What must hold after every step of a life: units, money and books agree."""

from collections import defaultdict
from datetime import date

from aggregates.dispute.events import DisputeClosed, DisputeOpened, FundsWithdrawn
from aggregates.effects import POSTINGS
from aggregates.refunding import refundable
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.funding import wanting
from aggregates.subscription.lot import Lot
from aggregates.subscription.standing import booked, standing
from aggregates.subscription.state import Subscription
from aggregates.unclaimed import unclaimed_of
from ledger.books.accrual import Obligation, Step, accrued
from ledger.books.chart import CONTRACT_LIABILITIES
from ledger.books.entries import Dimensions
from ledger.books.interpret import by_event, interpret
from ledger.daily import Pace
from ledger.events import Recorded
from ledger.ids import key_of, kind_of
from projections.journal.steps import TREATMENTS, steps_of
from tests.properties.lives.clinic import LivingClinic
from tests.properties.lives.model import Naive

RULES = by_event(POSTINGS)
Grant = tuple[str, str]


class Journal:
    """The books as the events alone give them: accounts, lots, and what time has earned."""

    def __init__(self) -> None:
        self.accounts: dict[str, int] = defaultdict(int)
        self.funding: dict[Grant, list[tuple[date, int]]] = defaultdict(list)
        self.steps: dict[Grant, list[Step]] = defaultdict(list)
        self.timed: set[Grant] = set()
        self.paces: dict[Grant, Pace] = {}
        self.ahead: set[str] = set()

    def hear(self, recorded: Recorded) -> None:
        name = type(recorded.event).__name__
        body = recorded.event.model_dump(mode="json", exclude_none=True)
        for row, lines in interpret(RULES, name, body):
            assert sum(line.debit - line.credit for line in lines) == 0, (row, lines)
            for line in lines:
                self.accounts[line.account] += line.debit - line.credit
                if line.account in CONTRACT_LIABILITIES:
                    grant = str(line.at.subscription), str(line.at.grant)
                    moved = line.credit - line.debit
                    self.funding[grant].append((recorded.effective_on, moved))
        if kind_of(recorded.stream) == "subscription":
            self._time(name, recorded, body)

    def _time(self, name: str, recorded: Recorded, body: dict[str, object]) -> None:
        key = key_of(recorded.stream)
        for row in steps_of(name, key, recorded.position, recorded.effective_on, body):
            _, _, _, _, lot, on, kind, amount, starts, ends, account, *rest = row
            first, last = (day and date.fromisoformat(day) for day in (starts, ends))
            if kind in TREATMENTS:
                self.ahead |= {key} if kind == "ahead" else set()
                continue
            if account is not None:
                self.timed.add((key, lot))
                self.paces[key, lot] = Pace(*rest[-3:])
            whole = [grant for grant in self.timed if grant[0] == key]
            for grant in whole if not lot else [(key, lot)]:
                self.steps[grant].append(Step(on, kind, amount, first or None, last or None))

    def earned(self, grant: Grant, through: date) -> int:
        """What time has earned of a lot, as the close would accrue it."""
        if grant not in self.timed:
            return 0
        steps, funding = tuple(self.steps[grant]), tuple(self.funding[grant])
        ahead, pace = grant[0] in self.ahead, self.paces[grant]
        obligation = Obligation(grant[1], "", Dimensions(), ahead, steps, funding, pace)
        return accrued(obligation, through)

    def liability(self, grant: Grant, through: date) -> int:
        return sum(amount for _, amount in self.funding[grant]) - self.earned(grant, through)


def check(clinic: LivingClinic, naive: Naive, journal: Journal) -> None:
    states = {key: clinic.contract(key) for key in clinic.contracts}
    for key, state in states.items():
        _same_from_scratch(clinic, key, state)
        _money(key, state, naive)
        for lot in state.lots.values():
            _units(key, lot, naive)
            _value(lot, clinic.today, combined=state.party is not None)
            _booked(key, lot, clinic.today, journal)
        _ended(key, state, clinic.today, naive)
        _held(state)
    _accounts(clinic, states, naive, journal)


def _same_from_scratch(clinic: LivingClinic, key: str, state: Subscription) -> None:
    own = (item for item in clinic.history if item.stream == f"glow/subscription/{key}")
    assert SUBSCRIPTION.fold(own) == state, key


def _money(key: str, state: Subscription, naive: Naive) -> None:
    assert state.paid == sum(naive.paid[key]), (key, naive.paid[key])
    assert sum(int(str(part["refundable"])) for part in refundable(state)) <= max(state.paid, 0)
    assert state.owed >= 0, key
    assert state.receivable >= 0, key
    assert state.penalty >= 0, key
    assert state.receivable >= sum(lot.billed for lot in state.lots.values()) >= 0, key
    if state.ended is None and state.has_contract:
        # Else a payment of all that is owed would leave a lot, or a cycle, unpaid for ever.
        assert sum(wanting(state).values()) <= state.owed - state.receivable, key
    for paid in state.payments.values():
        # A bank may take back what was refunded before: only refunds know what is left.
        assert 0 <= paid.refunded + paid.excess <= paid.amount, (key, paid)
    assert 0 <= state.tax_returned + state.tax_lost <= state.tax_funded, key


def _units(key: str, lot: Lot, naive: Naive) -> None:
    counted = naive.lots[key, lot.grant]
    assert lot.used == counted.used >= 0, (key, lot.grant)
    if lot.sold.quantity is None:
        return
    assert lot.granted == counted.granted, (key, lot.grant)
    assert lot.expired == counted.expired >= 0, (key, lot.grant)
    assert lot.refunded == counted.refunded >= 0, (key, lot.grant)
    assert lot.transferred == counted.transferred >= 0, (key, lot.grant)
    assert lot.remaining == counted.remaining >= 0, (key, lot.grant)
    assert 0 <= lot.used <= lot.granted, (key, lot.grant)
    assert 0 <= lot.drawn <= lot.units, (key, lot.grant)
    assert min(lot.lapsed, lot.frozen, lot.reserved) >= 0, (key, lot.grant)
    assert lot.free >= 0, (key, lot.grant)


def _value(lot: Lot, today: date, *, combined: bool) -> None:
    """What a combination moves to another contract before it is paid stands below nothing (2)."""
    assert 0 <= lot.recognised <= lot.amount, lot
    assert lot.earned >= 0, lot
    assert min(lot.allocated, lot.billed, lot.held) >= 0, lot
    assert lot.funded >= 0 or combined, lot
    assert lot.value_left(today) >= 0, lot
    if lot.is_time:
        spent = [lot.accrued(today), sum(span.earned(today) for span in lot.spans)]
        assert 0 <= spent[0] <= min(spent[1], lot.allocated), lot
    elif not lot.pending:
        assert lot.earned + lot.held + lot.value_left(today) == lot.allocated, lot


def _booked(key: str, lot: Lot, today: date, journal: Journal) -> None:
    assert journal.liability((key, lot.grant), today) == standing(lot, today), (key, lot)
    if lot.is_time:
        assert journal.earned((key, lot.grant), today) == booked(lot, today), (key, lot)


def _ended(key: str, state: Subscription, today: date, naive: Naive) -> None:
    """What is over leaves no liability but what is held for the state, or by a dispute.

    What a reversal brings back to a contract that has ended can be refunded (8.1). Lines used
    ahead of payment stand as an asset of their contract (accounting.md 10.4), and what others
    keep for them when they lapse is more than they are worth.
    """
    if state.ended is not None:
        # An asset of a contract that is over would otherwise stand for ever.
        assert state.owed >= -state.deferred(today), key
    if key in naive.came_back:
        return
    lots = list(state.lots.values())
    over = [lot for lot in lots if state.ended is not None or _is_over(lot, today)]
    left = {lot.grant: lot.deferred(today) - lot.held for lot in over if not lot.frozen}
    if all(lot.deferred(today) >= 0 and lot.funded <= lot.allocated for lot in lots):
        assert not any(left.values()), (key, state.ended, left)
    if len(left) == len(lots):
        assert sum(left.values()) <= 0, (key, state.ended, left)


def _is_over(lot: Lot, today: date) -> bool:
    passed = lot.is_over(today) if lot.is_time else not lot.remaining
    return passed and lot.unfunded == 0 and not lot.pending


def _held(state: Subscription) -> None:
    for lot in state.lots.values():
        if lot.sold.quantity is not None:
            waiting = [part for hold in state.holds.values() for part in hold.lots]
            assert lot.reserved == sum(q for grant, q in waiting if grant == lot.grant), lot
            frozen = [part for freeze in state.freezes.values() for part in freeze.lots]
            assert lot.frozen <= sum(q for grant, q in frozen if grant == lot.grant), lot


def _set_off(clinic: LivingClinic) -> tuple[int, int]:
    """What open disputes have set off, and the tax in it."""
    amount = tax = 0
    for event in (item.event for item in clinic.history):
        if isinstance(event, DisputeOpened | FundsWithdrawn | DisputeClosed):
            sign = -1 if isinstance(event, DisputeClosed) else 1
            amount += sign * sum(part.amount for part in event.offsets)
            tax += sign * sum(part.tax for part in event.offsets)
    return amount, tax


def _accounts(
    clinic: LivingClinic, states: dict[str, Subscription], naive: Naive, journal: Journal
) -> None:
    books = journal.accounts
    every = list(states.values())
    assert sum(books.values()) == 0
    assert books["1010"] + books["1020"] == sum(naive.cash)
    assert books["1100"] == sum(state.receivable for state in every)
    assert books["1190"] == sum(state.written_off for state in every)
    assert -books["2150"] == sum(state.deposit for state in every)
    credits_ = [clinic.store_credit(patient) for patient in ("p-1", "p-2")]
    assert min(credits_) >= 0
    assert -books["2180"] == sum(credits_)
    assert -books["2170"] == naive.unsettled
    assert -books["2300"] == sum(map(unclaimed_of, every))
    offset, offset_tax = _set_off(clinic)
    assert books["1130"] == naive.disputed - offset
    kept = sum(state.tax_funded - state.tax_returned - state.tax_lost for state in every)
    assert -books["2200"] == kept + naive.tax_on_visits - offset_tax
    assert all(books[account] >= 0 for account in ("4900", "4910", "4920"))
