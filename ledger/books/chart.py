"""The chart of accounts (accounting.md 11): the default codes that every report uses."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["asset", "liability", "revenue", "contra_revenue", "expense"]


@dataclass(frozen=True, slots=True)
class Account:
    """An account; `kind` says on which side it normally stands."""

    code: str
    name: str
    kind: Kind


def _accounts(kind: Kind, names: dict[str, str]) -> dict[str, Account]:
    return {code: Account(code, name, kind) for code, name in names.items()}


CHART: dict[str, Account] = {
    **_accounts(
        "asset",
        {
            "1010": "Bank and cash",
            "1020": "Processor clearing",
            "1100": "Accounts receivable",
            "1110": "Unbilled receivable",
            "1120": "Contract asset",
            "1130": "Disputed payments receivable",
            "1190": "Allowance for credit losses",
            "1200": "Inventory",
            "1300": "Right to recover products",
            "1400": "Deferred commissions",
            "1900": "Due from locations",
        },
    ),
    **_accounts(
        "liability",
        {
            "2000": "Accounts payable",
            "2100": "Contract liability, packages",
            "2110": "Contract liability, memberships",
            "2120": "Contract liability, prepaid credits",
            "2130": "Contract liability, material rights and points",
            "2140": "Contract liability, setup fees",
            "2150": "Customer deposits (no contract)",
            "2160": "Refund liability (expected)",
            "2170": "Refunds payable (approved)",
            "2180": "Customer credit balances",
            "2200": "Sales tax payable",
            "2300": "Unclaimed property payable",
            "2900": "Due to locations",
        },
    ),
    **_accounts(
        "revenue",
        {
            "4000": "Services",
            "4010": "Memberships and access",
            "4020": "Products",
            "4030": "Breakage",
            "4040": "Cancellation, no-show, forfeiture",
            "4800": "Interest income",
        },
    ),
    **_accounts(
        "contra_revenue",
        {
            "4900": "Refunds and concessions",
            "4910": "Disputes",
            "4920": "Voids and credit notes",
        },
    ),
    **_accounts(
        "expense",
        {
            "5000": "Cost of services",
            "5100": "Lab and supplies",
            "6100": "Processing fees",
            "6110": "Dispute fees",
            "6200": "Credit loss",
            "6300": "Promotional service cost",
            "6990": "Rounding (always zero)",
        },
    ),
}

#: The contract-liability accounts, the "CL" of accounting.md 12.
CONTRACT_LIABILITIES = ("2100", "2110", "2120", "2130", "2140")
SETUP_FEES = "2140"
CONTRACT_ASSET = "1120"
UNBILLED = "1110"
CLEARING = "1020"
ROUNDING = "6990"
ACCESS_REVENUE = "4010"
INTEREST_INCOME = "4800"
DEFERRED_COMMISSIONS = "1400"
#: The chart has no account for selling; this is its only expense of winning customers.
COMMISSION_EXPENSE = "6300"


def name_of(account: str) -> str:
    """The account's name; raises KeyError for a code outside the chart."""
    return CHART[account].name
