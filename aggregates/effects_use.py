"""The rows of use: draws by visits, and lots that lapse unused, with their mirrors."""

from aggregates.legs import BREAKAGE, COST, LIABILITY, REVENUE, SUPPLIER, credit, debit
from ledger.books.posting import Posting

_COMPLETED = ("status", ("completed",))
#: What is drawn while there is no contract posts nothing (accounting.md 2).
_UNITS = (
    debit(LIABILITY, "amount", "-unposted"),
    credit("2000", "payable", place="visit"),
    credit(REVENUE, "amount", "-payable", "-unposted", place="visit"),
)
_CREDIT = (
    debit(LIABILITY, "amount", "-unposted"),
    credit("2000", "payable", place="visit"),
    credit("2200", "tax", place="contract"),
    credit(REVENUE, "amount", "-payable", "-tax", "-unposted", place="visit"),
)
_RIGHTS = ("liability", ("rights",))
_OTHERS = ("liability", ("packages", "memberships", "credits", "setup_fees"))

_DRAWN = (
    Posting("UnitsDrawn", "9", _UNITS, (_COMPLETED, ("liability", ("packages", "memberships")))),
    Posting("UnitsDrawn", "13", _CREDIT, (_COMPLETED, ("liability", ("credits",)))),
    Posting("UnitsDrawn", "16", _UNITS, (_COMPLETED, _RIGHTS)),
    Posting("UnitsDrawn", "18", _UNITS, (("status", ("no_show", "late_cancel")),)),
)
_SPENT = (debit(COST, "cost", place="visit"), credit(SUPPLIER, "cost", place="visit"))
_BESIDE = (
    Posting("UnitsDrawn", "49", _SPENT, (("cost_of", ("service", "lab", "supply")),)),
    Posting("UnitsDrawn", "51", _SPENT, (("cost_of", ("promotion",)),)),
    Posting(
        "UnitsDrawn",
        "52",
        (debit("1900", "interlocation", place="visit"), credit("2900", "interlocation")),
    ),
)
#: A visit that was signed posts the rows that its draws left out (accounting.md 6.1).
_SIGNED = tuple(
    Posting("DrawPosted", posting.row, posting.legs, posting.when)
    for posting in _DRAWN
    if _COMPLETED in posting.when
)
_FORFEITED = (
    debit(LIABILITY, "forfeited"),
    credit(BREAKAGE, "forfeited", "-cancelled", place="deliverer"),
    credit("4040", "cancelled"),
)
_BETWEEN = (
    debit("1900", "forfeited", "-cancelled", place="deliverer"),
    credit("2900", "forfeited", "-cancelled"),
)
#: What lapses at the place of the sale is earned elsewhere (row 52).
ELSEWHERE = Posting("LotExpired", "52", _BETWEEN, (("between", (True,)),))
_LAPSED = (
    Posting("LotExpired", "17", _FORFEITED, (_RIGHTS,)),
    Posting("LotExpired", "20", _FORFEITED, (_OTHERS,)),
    Posting(
        "LotExpired",
        "20a",
        (
            debit(LIABILITY, "credited", "unbilled"),
            debit("2200", "unbilled_tax", place="contract"),
            credit("1100", "unbilled", "unbilled_tax", place="contract"),
            credit("2180", "credited", place="contract"),
        ),
    ),
    ELSEWHERE,
)

POSTINGS: tuple[Posting, ...] = (
    *_DRAWN,
    *_BESIDE,
    *(posting.mirrored("DrawReversed") for posting in (*_DRAWN, *_BESIDE)),
    *_SIGNED,
    *_LAPSED,
    *(posting.mirrored("ExpiryReversed") for posting in _LAPSED),
)
