"""What a card processor keeps and hands over: the same in books of every kind."""

from aggregates.legs import credit, debit
from ledger.books.posting import Posting

FEE = Posting(
    "PaymentReceived",
    "47",
    (debit("6100", "fee", place="contract"), credit("1020", "fee", place="contract")),
)
PAYOUTS = (
    Posting(
        "PayoutRecorded",
        "48",
        (debit("1010", "amount", place="none"), credit("1020", "amount", place="none")),
    ),
    Posting(
        "PayoutRecorded",
        "47",
        (debit("6100", "fees", place="none"), credit("1020", "fees", place="none")),
    ),
)
