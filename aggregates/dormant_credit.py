"""Dormancy of store credit: what nobody spends is due to the owner's state (7.8, 10.7).

The law is that of the day on which the credit arose; a table without a row for it leaves it his.
"""

from collections.abc import Iterator
from datetime import date

from aggregates.clinic.state import Clinic
from aggregates.lawtables import LawRow, dormant_on, in_rows, law_row
from aggregates.patient.credit import Credit
from aggregates.patient.events import StoreCreditDormant
from aggregates.patient.orders import CreditDormancy
from aggregates.patient.state import Patient
from ledger.calendar import ONE_DAY, end_of_day
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent
from ledger.ids import stream


def dormant_credits(patient: Patient, clinic: Clinic) -> Iterator[tuple[date, StoreCreditDormant]]:
    """The days on which parts of the store credit are due, if nothing else happens."""
    where = in_rows(patient.state or clinic.state_of(None))
    for credit in patient.credits:
        if credit.told:
            continue
        row = law_row(clinic.policies(credit.since), where, "credit_balance", credit.since)
        day = None if row is None else dormant_on(row, _trigger(patient, row, credit))
        if row is not None and day is not None and row.part(credit.amount):
            event = StoreCreditDormant(
                amount=row.part(credit.amount), since=credit.since, state=row.state
            )
            yield max(day, credit.since), event


def has_credit_law(clinic: Clinic) -> bool:
    """Whether the clinic ever had a law under which store credit grows dormant."""
    begun = {} if clinic.defined is None else clinic.defined.policies
    changes = (one.value for one in clinic.changes if one.policy == "escheat")
    return any(
        row["kind"] == "credit_balance" and row["subject"]
        for value in (begun.get("escheat"), *changes)
        if isinstance(value, list)
        for row in value
    )


def _trigger(patient: Patient, row: LawRow, credit: Credit) -> date:
    """Credit is sold and lapses on the day it arises; only the owner's own acts come later."""
    if row.trigger != "last_activity" or patient.active_on is None:
        return credit.since
    return max(credit.since, patient.active_on)


def elapse_credit(
    context: Context, key: str, patient: Patient, clinic: Clinic, through: date
) -> list[NewEvent]:
    """What is due of a patient's store credit by the end of a day, each part on its own day."""
    name = stream(context.clinic, "patient", key)
    found = sorted(dormant_credits(patient, clinic), key=lambda item: (item[0], item[1].since))
    return [
        NewEvent(name, event, day, end_of_day(day, clinic.timezone))
        for day, event in found
        if day <= through
    ]


def reach_credit_dormancy(
    context: Context, order: CreditDormancy, patient: Patient, clinic: Clinic
) -> Decision:
    """Store credit whose dormancy is over by the clock becomes unclaimed property (row 21)."""
    through = min(context.on, context.today - ONE_DAY)
    events = elapse_credit(context, order.patient, patient, clinic, through)
    return Decided(tuple(events), {"patient": order.patient, "parts": len(events)})
