"""What to do about a refusal of a row, and which column it is about."""

import re

from consumers.importing.kinds import Kind, Step
from consumers.importing.rows import Bad
from ledger.codes import Code, Refused

ADVICE: dict[Code, str] = {
    Code.FORBIDDEN: "import with --role clinic_admin",
    Code.IDEMPOTENCY_CONFLICT: (
        "this was imported before with other content, and nothing is changed by a file: take the"
        " row out, and correct the ledger by a command"
    ),
    Code.UNKNOWN_OFFER: "import it among packages, with a `from` on or before the day of the sale",
    Code.UNKNOWN_SERVICE: "import it among services, with a `from` on or before this day",
    Code.UNKNOWN_SUBSCRIPTION: "import it among balances first",
    Code.DUPLICATE: "it came into the ledger otherwise; take the row out",
    Code.CURRENCY_MISMATCH: "amounts are in the clinic's currency",
    Code.AMOUNT_MISMATCH: "compare it with the price and what is paid already",
    Code.PERIOD_CLOSED: "what is earned before the cut-over must be there before that month closes",
    Code.CONSENT_REQUIRED: "publish an offer for what was sold before that asks for no signature",
    Code.NOT_STARTED: "it begins later; compare sold_on, starts and used_on",
    Code.EXPIRED: "it was over by then; leave it out, or import the offer with the term it had",
    Code.UNPAID: "more was used than is paid; compare `paid`",
    Code.NOT_ENOUGH_UNITS: "more was used than it holds; compare the offer",
    Code.NOT_COVERED: "the offer does not cover this; compare service and offer",
}
_LINE = re.compile(r"lines\[(\d+)\]")


def bad(kind: Kind, step: Step, refused: Refused) -> Bad:
    """The row, the column as far as there is one, the code, and what to do."""
    path = refused.field or ""
    found = _LINE.search(path)
    number = int(found[1]) if found else 0
    row = step.rows[number] if number < len(step.rows) else step.rows[0]
    advice = ADVICE.get(refused.code)
    said = "" if refused.code is Code.IDEMPOTENCY_CONFLICT else f"{refused.message} "
    message = refused.message if advice is None else f"{said}To do: {advice}."
    return Bad(row, _column(kind, step, path), refused.code.value, message)


def _column(kind: Kind, step: Step, path: str) -> str:
    """The column of the last part of a field's path that is one."""
    for part in reversed(re.split(r"[.\[\]]+", path)):
        name = step.columns.get(part, part)
        if name in kind.by_name:
            return name
    return ""
