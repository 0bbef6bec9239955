"""What a random life of contracts is made of."""

from typing import get_args

from hypothesis import strategies as st

from ledger.daycount import DayCount
from tests.properties.lives.clinic import OFFERS

FIVE_YEARS = {
    "state": "US",
    "kind": "stored_value",
    "months": 60,
    "effective_from": "2010-08-22",
}
#: A law whose months are over within a life, by the sale or the owner's last act.
LAWS = [
    {"state": "AL", "kind": kind, "subject": True, "effective_from": "2020-01-01"}
    | {"dormancy_months": 1, "trigger": trigger, "percent": percent}
    for kind, trigger, percent in (
        ("service_entitlement", "sale", 60),
        ("stored_value", "last_activity", 100),
    )
]
POLICIES = st.fixed_dictionaries(
    {
        "escheat": st.sampled_from(["exempt", "subject", LAWS]),
        "forfeiture_guard": st.sampled_from(["off", "on"]),
        "late_cycle": st.sampled_from(["grant", "skip", "extend"]),
        "bonus_credit": st.sampled_from(["pool", "separate"]),
        "post_costs": st.sampled_from(["off", "on"]),
        "dispute_model": st.sampled_from(["reclass_on_open", "contra_on_open"]),
        "reinstatement": st.sampled_from(["reverse", "zero_price"]),
        "quota_membership": st.sampled_from(["auto", "auto", "ratable"]),
        "minimum_life": st.sampled_from([[], [], [FIVE_YEARS]]),
        "rounding": st.sampled_from(["half_even", "half_up"]),
        "allocation_remainder": st.sampled_from(["largest_remainder", "last_line", "largest_line"]),
        "material_right_exercise": st.sampled_from(["continuation", "modification"]),
        "gross_up": st.sampled_from(["non_cancellable", "always", "never"]),
        "day_count": st.sampled_from(["actual_days", *get_args(DayCount)]),
    }
)
SALES = st.fixed_dictionaries(
    {
        "offer": st.sampled_from(sorted(OFFERS)),
        "patient": st.sampled_from(["p-1", "p-1", "p-2"]),
        "tax": st.sampled_from([0, 0, 777]),
        "discount": st.sampled_from([0, 0, 1, 3333]),
        "starts": st.sampled_from([0, 0, 0, 5, -10]),
        "clauses": st.sampled_from([["expiry", "cancellation"], ["refund"]]),
        "paid": st.sampled_from([True, True, False]),
        "invoice": st.sampled_from([None, None, "i-1"]),
    }
)
OPENINGS = st.lists(SALES, min_size=1, max_size=3)
WHICH = st.integers(0, 5)
AMOUNTS = st.one_of(st.sampled_from([1, 1000, 33333]), st.integers(1, 60000))
QUANTITIES = st.sampled_from(["1", "2", "0.5", "3"])
AGO = st.sampled_from([0, 0, 0, 1, 5, 20])
DAYS = st.sampled_from([0, 1, 3, 7, 14, 31, 60])
PEOPLE = ("p-1", "p-2")
PATIENTS = st.sampled_from(PEOPLE)
TENDERS = st.sampled_from(["card", "card", "cash", "store_credit"])
#: Which line of which contract a visit is about, and how much of it.
LINE = st.tuples(WHICH, WHICH, QUANTITIES)
LINES = st.lists(LINE, min_size=1, max_size=3)
TAX = st.sampled_from([0, 0, 777])
TO = st.sampled_from(["original", "original", "store_credit"])
CONTRACTS = 4
