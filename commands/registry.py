"""Every command by name."""

from commands import (
    adjusting,
    altering,
    changing,
    correcting,
    disputing,
    periods,
    renewing,
    selling,
    setup,
    using,
)
from commands.spec import Spec

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
        periods.SPECS,
        adjusting.SPECS,
    )
    for spec in specs
}

#: Decided apart, because it asks the whole history and not a few streams.
CLOSE_PERIOD = "close_period"
NAMES = frozenset({*SPECS, CLOSE_PERIOD})
