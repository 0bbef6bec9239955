"""What the rows of the books are made of: accounts chosen by a field, debits and credits."""

from ledger.books.chart import CHART, COMMISSION_EXPENSE, DEFERRED_COMMISSIONS
from ledger.books.posting import Chosen, Leg, Place

LIABILITY = Chosen(
    "liability",
    (
        ("packages", "2100"),
        ("memberships", "2110"),
        ("credits", "2120"),
        ("rights", "2130"),
        ("setup_fees", "2140"),
    ),
)
REVENUE = Chosen(
    "revenue",
    (("services", "4000"), ("products", "4020"), ("access", "4010"), ("no_show", "4040")),
)
TENDER = Chosen(
    "tender",
    (
        ("card", "1020"),
        ("ach", "1020"),
        ("financing", "1020"),
        ("cash", "1010"),
        ("check", "1010"),
        ("store_credit", "2180"),
    ),
)
#: Where a cost goes (rows 49, 51), and who is paid for it or which stock it is taken from.
COST = Chosen(
    "cost_of",
    (("service", "5000"), ("lab", "5100"), ("supply", "5100"), ("promotion", "6300")),
)
SUPPLIER = Chosen(
    "cost_of",
    (("service", "2000"), ("lab", "2000"), ("supply", "1200"), ("promotion", "2000")),
)
#: What a sale's commission is (10.8).
COMMISSION = Chosen(
    "commission_to", (("expense", COMMISSION_EXPENSE), ("asset", DEFERRED_COMMISSIONS))
)
#: What a clinic keeps of a contract that ended or was refunded (policy `forfeiture_account`).
FORFEITED = Chosen("forfeits_to", (("4030", "4030"),), otherwise="4040")
#: What lapses unused (policy `breakage_account`).
BREAKAGE = Chosen("breaks_to", (("4000", "4000"),), otherwise="4030")
#: The account that an item names itself, whichever it is.
ANY = Chosen("account", tuple((code, code) for code in CHART))


def debit(
    account: str | Chosen, *amount: str, each: str | None = None, place: Place = "sale"
) -> Leg:
    """A leg on the left side; see `Leg` for its parts."""
    return Leg("debit", account, amount, each, place)


def credit(
    account: str | Chosen, *amount: str, each: str | None = None, place: Place = "sale"
) -> Leg:
    """A leg on the right side; see `Leg` for its parts."""
    return Leg("credit", account, amount, each, place)
