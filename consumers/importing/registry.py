"""The kinds of files, in the order in which a clinic that moves in needs them."""

from consumers.importing.balances import BALANCES
from consumers.importing.catalogue import PACKAGES, SERVICES
from consumers.importing.happenings import PAYMENTS, VISITS
from consumers.importing.kinds import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (SERVICES, PACKAGES, BALANCES, VISITS, PAYMENTS)
}
#: Kinds that end the old books on a day.
WITH_CUT_OVER = frozenset({BALANCES.name})


def columns_text() -> str:
    """The columns of each kind, as `--help` lists them; needed ones are marked."""
    parts = []
    for kind in KINDS.values():
        parts.append(f"{kind.name}: {kind.about}\n\n\b")
        for column in kind.columns:
            mark = "*" if column.needed else " "
            parts.append(f"{mark} {column.name:<18} {column.about}")
        parts.append("")
    return "\n".join(parts)
