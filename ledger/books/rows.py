"""The rows of accounting.md 12 that are posted, as a table people can read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """`paragraph` names the standard or the section of accounting.md a row follows from."""

    number: str
    title: str
    debit: str
    credit: str
    paragraph: str


_TABLE = (
    ("4", "Non-cancellable instalment falls due", "1100", "CL; 2200", "606-10-45-4; 10.3"),
    ("5", "Payment received on a receivable", "tender", "1100", "606-10-45-4; 10.3"),
    ("6", "Payment received in advance", "tender", "CL; 2180; 2200", "606-10-45-2; 4.10"),
    ("9", "Session redeemed", "CL", "4000/4020; 2000", "606-10-25-30; 4.9"),
    ("14", "Access over time, accrued by day", "CL", "4010", "606-10-25-27(a); 6.2"),
    ("18", "Late cancel or no-show uses a unit", "CL", "4040; 2000", "606-10-55-46; 6.5"),
    ("20", "Expiry, guard passed", "CL", "4030", "606-10-55-48; 7.6"),
    ("20a", "Expiry, guard not passed: store credit", "CL", "2180", "606-10-55-49; 7.6"),
    ("29", "Refund approved", "CL; 2200; 4900", "2170/2180; 4040", "606-10-32-10; 8.1"),
    ("30", "Refund paid", "2170", "tender", "8.1"),
    ("35", "Credit note before payment", "CL; 4920; 2200", "1100", "606-10-32-43; 8.4"),
    ("36", "Void of an unpaid sale", "CL; 4920; 2200", "1100", "606-10-32-43; 8.4"),
    ("37", "Dispute opened, money withdrawn", "1130; 6110", "1020", "8.5"),
    ("38", "Dispute lost", "CL; 4910; 2200", "1130", "606-10-32-43; 8.5"),
    ("39", "Dispute won", "1020", "1130; 6110", "8.5"),
    ("47", "Processor fee", "6100", "1020", "606-10-55-36; 3.2"),
    ("48", "Payout to the bank", "1010", "1020", "15.7"),
    ("53", "Contract asset at the period end", "1120", "CL", "606-10-45-1; 10.2"),
)

ROWS: dict[str, Row] = {line[0]: Row(*line) for line in _TABLE}

#: Closing entries of one day stand in this order (accounting.md 12.1).
CLOSING_ORDER = ("14", "15", "10", "24", "25", "2", "31", "32", "40", "53")


def closing_rank(row: str) -> int:
    """1 for the first row of the closing order; 0 is kept for entries of events."""
    return CLOSING_ORDER.index(row) + 1
