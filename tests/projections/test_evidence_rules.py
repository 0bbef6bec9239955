"""Codes, items and the renewal windows as tables (evidence.md 2, 5, 6.5, 10)."""

from typing import get_args

import pytest

from projections.evidence.assessment.arguments import ARGUMENTS
from projections.evidence.assessment.checklist import HELD, Item, completeness, missing
from projections.evidence.codes.items import ORIGIN, levels
from projections.evidence.codes.rules import DOCUMENTS, RULES, TERMS
from projections.evidence.codes.table import CODES, Group, category, group
from projections.evidence.paper.exhibits import _SECTIONS
from projections.evidence.paper.typesetting import printable

#: Network, category and group of every code that evidence.md 2.2-2.6 names; - goes by the card.
TABLE = """
10.1 visa fraudulent card_present
10.2 visa fraudulent card_present
10.3 visa fraudulent card_present
10.4 visa fraudulent card_absent
10.5 visa fraudulent programme
33 visa fraudulent -
11.1 visa general authorisation
11.2 visa general authorisation
11.3 visa general authorisation
12.5 visa general amount
12.6 visa duplicate duplicate
12.6.1 visa duplicate duplicate
12.6.2 visa duplicate duplicate
13.1 visa product_not_received not_received
13.2 visa subscription_canceled recurring
13.3 visa product_unacceptable described
13.4 visa product_unacceptable general
13.5 visa product_unacceptable misrepresented
13.6 visa credit_not_processed credit
13.7 visa credit_not_processed cancelled
13.9 visa product_not_received general
4807 mastercard general authorisation
4808 mastercard general authorisation
4831 mastercard general amount
4834 mastercard duplicate duplicate
4837 mastercard fraudulent -
4841 mastercard subscription_canceled recurring
4849 mastercard fraudulent -
4853 mastercard product_unacceptable described
4855 mastercard product_not_received not_received
4860 mastercard credit_not_processed credit
4863 mastercard unrecognized -
4870 mastercard fraudulent card_present
4871 mastercard fraudulent card_present
6321 mastercard unrecognized -
6341 mastercard fraudulent -
A01 amex credit_not_processed authorisation
A02 amex general authorisation
A08 amex general authorisation
C02 amex credit_not_processed credit
C04 amex credit_not_processed cancelled
C05 amex credit_not_processed cancelled
C08 amex product_not_received not_received
C14 amex duplicate duplicate
C18 amex credit_not_processed cancelled
C28 amex subscription_canceled recurring
4544 amex subscription_canceled recurring
C31 amex product_unacceptable described
C32 amex product_unacceptable described
F10 amex fraudulent card_present
F24 amex fraudulent card_present
F29 amex fraudulent card_absent
F30 amex fraudulent card_present
F31 amex fraudulent card_present
FR2 amex fraudulent programme
P03 amex credit_not_processed credit
P05 amex credit_not_processed amount
P08 amex duplicate duplicate
127 amex unrecognized -
176 amex unrecognized -
UA01 discover fraudulent card_present
UA02 discover fraudulent card_absent
UA05 discover fraudulent card_present
UA06 discover fraudulent card_present
AA discover unrecognized -
AP discover subscription_canceled recurring
DP discover duplicate duplicate
PM discover duplicate duplicate
RG discover product_not_received not_received
RM discover product_unacceptable described
RN2 discover credit_not_processed credit
8002 discover credit_not_processed credit
4534 discover duplicate duplicate
4541 discover subscription_canceled recurring
4553 discover general described
4752 discover general -
4755 discover product_not_received not_received
4866 discover fraudulent card_present
7030 discover fraudulent card_absent
"""


@pytest.mark.parametrize("row", TABLE.split("\n")[1:-1])
def test_a_code_has_its_network_category_and_group(row: str) -> None:
    code, network, bucket, expected = row.split()
    found = CODES[code]
    assert (found.network, category(code, "general")) == (network, bucket)
    present, absent = (group(code, None, card_present=held) for held in (True, False))
    if expected == "-":
        assert (present, absent) == ("card_present", "card_absent")
    else:
        assert present == absent == expected


@pytest.mark.parametrize(
    ("code", "reason", "claimed", "expected"),
    [
        # The processor's word counts only without a code.
        ("13.1", "general", (), "not_received"),
        (None, "subscription_canceled", (), "recurring"),
        (None, "product_not_received", (), "not_received"),
        (None, "noncompliant", (), "compliance"),
        (None, "unrecognized", (), "card_absent"),
        (None, None, (), "general"),
        ("99.9", "duplicate", (), "duplicate"),
        # Mastercard 4853 is told apart by what the cardholder states (evidence.md 2.6).
        ("4853", "subscription_canceled", (), "described"),
        ("4853", None, ("permission_withdrawn_date",), "recurring"),
        ("4853", None, ("last_expected_receipt_date",), "not_received"),
        ("4853", None, ("cancellation_date",), "cancelled"),
        ("4853", None, ("credit_expected_date", "cancellation_date"), "credit"),
    ],
)
def test_the_network_code_decides_before_the_processors_word(
    code: str | None, reason: str | None, claimed: tuple[str, ...], expected: str
) -> None:
    assert group(code, reason, card_present=False, claimed=claimed) == expected


#: evidence.md 10, column by column: required, and the group of which one is needed.
NEEDED = [
    ("card_present", "card_present invoice", ""),
    ("card_absent", "invoice", "authentication agreement usage attendance prior_payments"),
    ("not_received", "invoice", "usage attendance availability"),
    ("recurring", "agreement policy invoice cancellation_record", ""),
    ("described", "invoice offer", ""),
    ("misrepresented", "agreement invoice offer", ""),
    ("credit", "invoice", "policy refund refusal"),
    ("cancelled", "agreement policy invoice statement cancellation_record refusal", ""),
    ("duplicate", "invoice paired_charges", ""),
    ("amount", "agreement invoice", ""),
    ("authorisation", "invoice approval", ""),
    ("compliance", "fee_acknowledged", ""),
    ("general", "invoice", ""),
    ("programme", "", ""),
]


@pytest.mark.parametrize(("kind", "required", "one_of"), NEEDED)
def test_what_a_group_needs(kind: Group, required: str, one_of: str) -> None:
    found = levels(kind, renews=False)
    assert [item for item, level in found.items() if level == "required"] == required.split()
    assert [item for item, level in found.items() if level == "one_of"] == one_of.split()


def test_a_notice_is_needed_only_where_something_renews() -> None:
    assert levels("misrepresented", renews=True)["renewal_notice"] == "required"
    assert levels("misrepresented", renews=False)["renewal_notice"] == "optional"


@pytest.mark.parametrize(
    ("items", "lacking", "held"),
    [
        ([("a", "required", False), ("b", "optional", False)], ["a"], (0, 1)),
        ([("a", "one_of", False), ("b", "one_of", True)], [], (1, 1)),
        ([("a", "one_of", False), ("b", "one_of", False)], ["a", "b"], (0, 1)),
        ([("a", "required", True), ("b", "one_of", False)], ["b"], (1, 2)),
        ([], [], (0, 0)),
    ],
)
def test_one_of_a_group_is_enough(
    items: list[tuple[str, str, bool]], lacking: list[str], held: tuple[int, int]
) -> None:
    found = tuple(Item(name, level, there) for name, level, there in items)  # type: ignore[arg-type]
    assert missing(found) == lacking
    assert completeness(found) == held


def test_every_name_in_the_rules_is_known() -> None:
    assert set(RULES) == {kind for kind, _, _ in NEEDED} == set(get_args(Group))
    for kind, rule in RULES.items():
        assert set(rule.arguments) <= ARGUMENTS.keys()
        assert levels(kind, renews=True).keys() <= HELD.keys() & ORIGIN.keys()
        assert set(rule.exhibits) <= _SECTIONS.keys() | set(DOCUMENTS.values())
    assert HELD.keys() == ORIGIN.keys()
    assert DOCUMENTS.keys() >= TERMS
    told = {key for _, exhibits, _ in ARGUMENTS.values() for key in exhibits}
    assert told <= _SECTIONS.keys() | set(DOCUMENTS.values()) | {"statement"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë Müller", "Zoë Müller"),
        ("Жанна", "Жанна"),
        ("中 x", "? x"),
        ("a\u202eb\x00c\nd", "abc d"),
        ("e\u0301", "é"),
    ],
)
def test_text_is_set_in_letters_that_the_fonts_have(text: str, shown: str) -> None:
    assert printable(text) == shown
