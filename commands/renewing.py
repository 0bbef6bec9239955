"""Renewing: cycles and instalments that fall due, failed collections, signals, dormancy."""

from aggregates import dormancy, renewing, signals
from aggregates.subscription.cycle_orders import Bill, Dormancy, RecordPaymentFailure, Renew, Signal
from commands.contracts import on_contract
from commands.spec import Spec

SPECS = (
    Spec("renew", Renew, on_contract(renewing.renew, with_patient=True)),
    Spec("bill", Bill, on_contract(renewing.bill)),
    Spec("signal", Signal, on_contract(signals.signal)),
    Spec("dormancy", Dormancy, on_contract(dormancy.reach_dormancy, with_patient=True)),
    Spec(
        "record_payment_failure",
        RecordPaymentFailure,
        on_contract(renewing.record_payment_failure),
    ),
)
