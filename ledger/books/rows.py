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
    ("2", "Expected refunds reserved", "CL", "2160", "606-10-32-10; 8.2"),
    ("4", "Non-cancellable instalment falls due", "1100", "CL; 2200", "606-10-45-4; 10.3"),
    ("5", "Payment received on a receivable", "tender", "1100", "606-10-45-4; 10.3"),
    ("6", "Payment received in advance", "tender", "CL; 2180; 2200", "606-10-45-2; 4.10"),
    ("6.6", "Units transferred to another contract", "CL", "CL", "606-10-25-11; 6.6"),
    ("7", "Deposit, no contract yet", "tender", "2150", "606-10-25-8; 2"),
    ("8", "Contract test met", "2150", "CL; 4000/4020; 2000; 2180; 2200", "606-10-25-7; 2"),
    ("9", "Session redeemed", "CL", "4000/4020; 2000", "606-10-25-30; 4.9"),
    ("10", "Breakage with use, by the estimate", "CL", "4030", "606-10-55-48; 7.3"),
    ("10.8", "Commission of a sale", "1400/6300", "2000", "340-40-25-1; 10.8"),
    ("10.8a", "Commission, spread by day", "6300", "1400", "340-40-35-1; 10.8"),
    ("13", "Credit applied to a service", "2120", "4000/4020; 2000; 2200", "606-10-55-46; 5.4"),
    ("14", "Access over time, accrued by day", "CL", "4010", "606-10-25-27(a); 6.2"),
    ("15", "Setup fee, accrued by day", "2140", "4010", "606-10-55-51; 5.8"),
    ("16", "Points or voucher used", "2130", "4000/4020; 2000", "606-10-55-42; 5.5"),
    ("17", "Points or voucher lapsed", "2130", "4030", "606-10-55-48; 5.5"),
    ("18", "Late cancel or no-show uses a unit", "CL", "4040; 2000", "606-10-55-46; 6.5"),
    ("19", "Penalty paid", "tender", "4040", "606-10-32-11; 8.3"),
    ("20", "Expiry or end, guard passed", "CL", "4030/4040", "606-10-55-48; 7.6"),
    ("20a", "Expiry or end: store credit", "CL; 2200", "2180", "606-10-55-49; 7.6"),
    ("21", "Dormancy reached, due to the state", "CL; 2180; 2170", "2300", "7.6; 7.8"),
    ("22", "Paid to the state", "2300", "1010", "7.8"),
    ("23", "Claimed before the state was paid", "2300", "CL; 2180; 2170", "7.8"),
    ("24", "Breakage estimate: fewer unused", "4030", "CL", "606-10-32-43; 7.5"),
    ("25", "Breakage estimate: more unused", "CL", "4030", "606-10-32-43; 7.5"),
    ("27", "Expired units reinstated", "4030; 2180", "CL", "606-10-55-48; 7.7"),
    ("29", "Refund approved", "CL; 2200; 4900", "2170/2180; 4040", "606-10-32-10; 8.1"),
    ("30", "Refund paid", "2170", "tender", "8.1"),
    ("31", "Price concessions expected", "4900; CL", "2160", "606-10-32-5; 3.3"),
    ("32", "Refunds expected no longer", "2160; 5100", "CL; 4020; 1300", "606-10-32-14; 8.2"),
    ("34a", "Store credit used", "2180", "4000/1010", "606-10-55-46; 10.7"),
    ("35", "Credit note before payment", "CL; 4920; 2200", "1100", "606-10-32-43; 8.4"),
    ("36", "Void of an unpaid sale", "CL; 4920; 2200", "1100", "606-10-32-43; 8.4"),
    ("37", "Dispute opened, money withdrawn", "1130; 6110", "1020", "8.5"),
    ("37a", "Dispute opened: offset until it is closed", "CL; 4910; 2200; 2150", "1130", "8.5"),
    ("38", "Dispute lost", "CL; 4910; 2200", "1130", "606-10-32-43; 8.5"),
    ("39", "Dispute won", "1020", "1130; 6110", "8.5"),
    ("40", "Expected credit loss", "6200", "1190", "326-20-30-1; 10.5"),
    ("41", "Written off", "1190; CL", "1100; CL", "326-20-35-8; 8.7"),
    ("42", "Recovered after a write-off", "tender", "1190", "326-20-35-8; 8.7"),
    ("43", "Modification, prospective: funding carried", "CL", "CL", "606-10-25-13(a); 9.2"),
    ("44", "Modification, catch-up", "CL; 4000/4020", "4000/4020; CL", "606-10-25-13(b); 9.3"),
    ("45", "Change leaves credit", "CL", "2180", "606-10-25-13(a); 9.4"),
    ("46", "Interest of a financing component", "1110", "4800", "606-10-32-20; 10.6"),
    ("47", "Processor fee", "6100", "1020", "606-10-55-36; 3.2"),
    ("48", "Payout to the bank", "1010", "1020", "15.7"),
    ("49", "Cost of what was used", "5000/5100", "2000/1200", "15.5"),
    ("50", "Products expected back", "4020; 1300", "2160; 5100", "606-10-55-23; 8.2"),
    ("51", "Cost of what was given away", "6300", "2000", "5.4"),
    ("52", "Unit delivered at another location", "1900", "2900", "6.6"),
    ("adj", "Manual journal", "any account", "any account", "16"),
    ("53", "Contract asset at the period end", "1120/1110", "CL", "606-10-45-1; 10.2"),
)

ROWS: dict[str, Row] = {line[0]: Row(*line) for line in _TABLE}

#: Closing entries of one day stand in this order (accounting.md 12.1).
CLOSING_ORDER = ("14", "15", "10", "24", "25", "2", "31", "32", "40", "53", "10.8a", "50", "46")


def closing_rank(row: str) -> int:
    """1 for the first row of the closing order; 0 is kept for entries of events."""
    return CLOSING_ORDER.index(row) + 1
