"""What else the demo's clinic sells: two membership tiers, prepaid credit, a choice among many."""

from collections.abc import Iterator

from consumers.demo.clinic import TERMS_SHA256, Line, admin, define_service

CLUB = "club"
CLUB_PLUS = "club-plus"
CREDIT = "credit-550"
CHOICE = "choose-3"
FEES = {CLUB: 19900, CLUB_PLUS: 29900}
"""What a cycle of a membership costs."""
MENU_PRICES = {**FEES, CREDIT: 50000, CHOICE: 30000}
FACE, BONUS = 50000, 5000
SAUNA, MASSAGE, SERUM = "sauna", "massage-60", "serum"
_LIST_PRICES = {SAUNA: ("Infrared sauna", 3500), MASSAGE: ("Massage, 60 minutes", 9000)}
_TREATMENTS = (
    "classic-facial",
    "hydra-facial",
    "oxygen-facial",
    "led-therapy",
    "dermaplaning",
    "microneedling",
    "enzyme-peel",
    "glycolic-peel",
    "lash-lift",
    "brow-lamination",
    "scalp-treatment",
    "lymph-drainage",
    "cupping",
    "body-wrap",
    "cryo-session",
)
TREATMENTS = {name: 9000 + 500 * number for number, name in enumerate(_TREATMENTS)}
"""The fifteen services to choose from, by list price."""


def menu() -> Iterator[Line]:
    """The services and offers of the menu, as command lines."""
    for name, (label, price) in _LIST_PRICES.items():
        yield define_service(name, label, price)
    for name, price in TREATMENTS.items():
        yield define_service(name, name.replace("-", " ").capitalize(), price)
    yield define_service(SERUM, "Vitamin C serum", 6000, category="retail", product=True)
    for offer in (_club(), _club_plus(), _credit(), _choice()):
        yield admin("publish_offer", f"offer-{offer['offer']}", offer)


def _offer(offer: str, name: str, lines: list[Line], **more: object) -> Line:
    return {
        "offer": offer,
        "name": name,
        "price": MENU_PRICES[offer],
        "lines": lines,
        "refund": {"formula": "pro_rata"},
        "requires_consent": True,
        "terms": {"document": "package-terms", "version": "2026-01", "sha256": TERMS_SHA256},
        **more,
    }


def _membership(offer: str, name: str, lines: list[Line]) -> Line:
    billing = {"kind": "recurring", "every": "month", "grants": "each_cycle"}
    notices = {"before_renewal_days": [3]}
    return _offer(
        offer, name, lines, billing=billing, notices=notices, tier=offer, program="club",
        milestones=[{"milestone": "check-in", "every": {"months": 1}}],
    )  # fmt: skip


def _tier(massages: str, percent: int, access: list[str], worth: int) -> list[Line]:
    return [
        {"kind": "unlimited", "line": "sauna", "services": [SAUNA], "ssp": 12000},
        {"kind": "units", "line": "massage", "services": [MASSAGE], "quantity": massages},
        {"kind": "discount", "line": "products", "percent": percent, "categories": ["retail"]},
        {"kind": "access", "line": "contact", "access": access, "ssp": worth},
    ]


def _club() -> Line:
    return _membership(CLUB, "Club", _tier("1", 10, ["messaging"], 3000))


def _club_plus() -> Line:
    return _membership(CLUB_PLUS, "Club Plus", _tier("2", 15, ["messaging", "same_day"], 5000))


def _credit() -> Line:
    paid = {"kind": "credit", "line": "credit", "face": FACE}
    bonus = {"kind": "credit", "line": "bonus", "face": BONUS, "bonus": True}
    return _offer(CREDIT, "$550 of Credit for $500", [paid, bonus], term={"months": 12})


def _choice() -> Line:
    pick = {"kind": "units", "line": "pick", "services": list(TREATMENTS), "quantity": "3"}
    return _offer(CHOICE, "Choose 3 of 15", [pick], term={"months": 6})
