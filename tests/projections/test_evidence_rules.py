"""The parts of a packet that need no database: codes, and text as a PDF."""

import pytest

from projections.evidence.arguments import _ARGUMENTS
from projections.evidence.assess import _HELD
from projections.evidence.fields import _MADE, _TEXTS
from projections.evidence.pdf import pdf
from projections.evidence.reasons import FILE_KINDS, ORIGIN, RULES, category, group


@pytest.mark.parametrize(
    ("code", "reason", "present", "bucket", "expected"),
    [
        ("13.1", "general", False, "product_not_received", "not_received"),
        ("4855", None, False, "product_not_received", "not_received"),
        ("13.7", "credit_not_processed", True, "credit_not_processed", "cancelled"),
        ("C05", None, True, "credit_not_processed", "cancelled"),
        ("13.6", None, True, "credit_not_processed", "credit"),
        # Mastercard 4853 always arrives as a quality claim (evidence.md 2.6).
        ("4853", "subscription_canceled", True, "product_unacceptable", "described"),
        ("13.2", None, True, "subscription_canceled", "recurring"),
        ("12.6", None, True, "duplicate", "duplicate"),
        ("10.4", None, True, "fraudulent", "card_absent"),
        ("4837", None, True, "fraudulent", "card_present"),
        ("4837", None, False, "fraudulent", "card_absent"),
        (None, "unrecognized", False, "unrecognized", "card_absent"),
        (None, "product_not_received", False, "product_not_received", "not_received"),
        (None, None, False, "general", "general"),
        ("99.9", "duplicate", False, "duplicate", "duplicate"),
    ],
)
def test_the_network_code_decides_before_the_processors_word(
    *, code: str | None, reason: str | None, present: bool, bucket: str, expected: str
) -> None:
    assert category(code, reason) == bucket
    assert group(code, reason, card_present=present) == expected


def test_every_name_in_the_rules_is_known() -> None:
    for rule in RULES.values():
        assert set(rule.arguments) <= _ARGUMENTS.keys()
        items = {item for alternatives in rule.required for item in alternatives}
        assert items <= _HELD.keys()
        assert {alternatives[0] for alternatives in rule.required} <= ORIGIN.keys()
        assert set(rule.texts) <= _TEXTS.keys()
        assert set(rule.files) <= FILE_KINDS.keys()
    assert _MADE.keys() <= FILE_KINDS.keys()


def test_text_becomes_the_same_pages_every_time() -> None:
    lines = [f"line {number} (of many) é \u4e2d" for number in range(60)]
    document = pdf([lines, ["a second section"]])
    assert document.startswith(b"%PDF-")
    assert document.count(b"/Type /Page\n") == 3
    assert pdf([lines, ["a second section"]]) == document
