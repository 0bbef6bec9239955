"""Figures `many_contracts` and `membership_fold`: patients with many contracts, and a long one."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import pairwise
from time import perf_counter

from aggregates.subscription.evolve import SUBSCRIPTION
from consumers.bootstrap import running
from ledger.events import Recorded
from ledger.ids import stream
from scripts.benchmarks import clinic as clinics
from scripts.benchmarks.clinic import Line, line
from scripts.benchmarks.figure import Figure, Sizes
from scripts.benchmarks.place import Place

CLINIC = "contracts"
BATCH = 250
PATIENTS = 5
"""Who share the visits of a batch."""
CONTRACTS = 40
SOLD = date(2015, 1, 5)
VISITS_A_CYCLE = 17
FEE = 12_000
FOLDS = 5


def many_contracts(place: Place, sizes: Sizes) -> Iterator[Figure]:
    """A visit of a patient with many contracts, from the parsed JSON until it is recorded."""
    with running(place.settings(place.create("many_contracts"))) as ledger:
        clinics.record(ledger.commands, CLINIC, _setup(), 1)

        def each(contracts: int) -> float:
            clinics.record(ledger.commands, CLINIC, list(_sales(contracts)), BATCH)
            spent = [
                _seconds(partial(clinics.record, ledger.commands, CLINIC, visits, BATCH))
                for visits in _visits(contracts, sizes.batches + 1)
            ]
            # The first batch reads the contracts; the ones after it know them.
            return min(spent[1:]) / BATCH * 1e6

        one, many = each(1), each(CONTRACTS)
    yield Figure("many_contracts", many, f"µs/visit, {CONTRACTS} contracts", "1 contract", one)


def membership_fold(place: Place, sizes: Sizes) -> Iterator[Figure]:
    """The state of a monthly membership, from all its events, against its first year's."""
    with running(place.settings(place.create("membership_fold"))) as ledger:
        clinics.record(ledger.commands, CLINIC, _setup(), 1)
        clinics.record(ledger.commands, CLINIC, list(_membership(sizes.years)), BATCH)
        name = stream(CLINIC, "subscription", "sub-member")
        events = ledger.store.load(CLINIC, [name])[name]
    first = [event for event in events if event.effective_on < _first_day(12)]
    unit, against = f"ms, {len(events):,} events", f"{len(first):,} events"
    yield Figure("membership_fold", _folded(events), unit, against, _folded(first))


def _folded(events: Sequence[Recorded]) -> float:
    return min(_seconds(lambda: SUBSCRIPTION.fold(events)) for _ in range(FOLDS)) * 1e3


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _at(day: date, hour: int = 10) -> str:
    return f"{day}T{hour:02}:00:00-05:00"


def _setup() -> Iterator[Line]:
    opened = _at(date(2015, 1, 2))
    named = {"name": "Bench", "currency": "USD", "timezone": "America/New_York"}
    yield line("define_clinic", "clinic", CLINIC, opened, named)
    service = {"service": "follow-up", "label": "follow-up", "list_price": FEE}
    yield line("define_service", "service", CLINIC, opened, service)
    monthly = {"kind": "recurring", "every": "month", "grants": "each_cycle"}
    yield _offer("pass", 1_000, {"term": {"months": 24}}, opened)
    yield _offer("member", VISITS_A_CYCLE, {"billing": monthly}, opened)


def _offer(name: str, visits: int, terms: Line, at: str) -> Line:
    units = {"kind": "units", "line": "v", "services": ["follow-up"], "quantity": str(visits)}
    data = {"offer": name, "name": name, "price": FEE, "lines": [units]}
    return line("publish_offer", f"offer-{name}", CLINIC, at, data | terms)


def _sale(subscription: str, offer: str, patient: str) -> Line:
    payment = {"payment": f"pay-{subscription}", "amount": FEE, "tender": "cash"}
    data = {"subscription": subscription, "offer": offer, "patient": patient, "payment": payment}
    return line("sell_package", f"sale-{subscription}", CLINIC, _at(SOLD), data)


def _sales(contracts: int) -> Iterator[Line]:
    for patient in range(PATIENTS):
        name = f"of-{contracts}-{patient}"
        yield from (_sale(f"{name}-{number}", "pass", name) for number in range(contracts))


def _visits(contracts: int, batches: int) -> Iterator[list[Line]]:
    """Batch after batch, the patients taking turns."""
    numbers = range(0, (batches + 1) * BATCH, BATCH)
    for first, after in pairwise(numbers):
        patients = ((n, f"of-{contracts}-{n % PATIENTS}") for n in range(first, after))
        yield [_visit(patient, number, _at(SOLD, 12)) for number, patient in patients]


def _visit(patient: str, number: int, at: str) -> Line:
    data = clinics.visit_data(patient, number)
    return line("record_visit", f"c-{data['visit']}", CLINIC, at, data)


def _first_day(cycle: int) -> date:
    years, month = divmod(cycle, 12)
    return SOLD.replace(year=SOLD.year + years, month=month + 1)


def _membership(years: int) -> Iterator[Line]:
    """Paid on the first day of every cycle, and used up in the same week."""
    yield _sale("sub-member", "member", "p")
    for cycle in range(12 * years):
        day = _first_day(cycle)
        if cycle:
            payment = {"payment": f"pay-{cycle}", "amount": FEE, "tender": "cash"}
            data = payment | {"subscription": "sub-member"}
            yield line("record_payment", f"c-pay-{cycle}", CLINIC, _at(day), data)
        first = cycle * VISITS_A_CYCLE
        for number in range(first, first + VISITS_A_CYCLE):
            yield _visit("p", number, _at(day.replace(day=7)))
