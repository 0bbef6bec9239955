"""Every command by name."""

from aggregates.estimate.orders import SetEstimate
from aggregates.period.orders import ClosePeriod
from commands import (
    adjusting,
    altering,
    approving,
    changing,
    correcting,
    disputing,
    evidencing,
    periods,
    renewing,
    selling,
    setup,
    unclaimed,
    using,
)
from commands.spec import Spec
from ledger.events import Frozen

SPECS: dict[str, Spec] = {
    spec.name: spec
    for specs in (
        setup.SPECS,
        selling.SPECS,
        renewing.SPECS,
        using.SPECS,
        changing.SPECS,
        altering.SPECS,
        correcting.SPECS,
        disputing.SPECS,
        evidencing.SPECS,
        periods.SPECS,
        adjusting.SPECS,
        unclaimed.SPECS,
        approving.SPECS,
    )
    for spec in specs
}

CLOSE_PERIOD = "close_period"
#: Decided apart, because they ask the whole history and not a few streams.
APART: dict[str, type[Frozen]] = {CLOSE_PERIOD: ClosePeriod, "set_estimate": SetEstimate}
NAMES = frozenset({*SPECS, *APART})
