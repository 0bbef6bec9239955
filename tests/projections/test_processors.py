"""The answer in each processor's fields and limits (evidence.md 3)."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from ledger.store.store import EventStore
from projections.evidence.packet import Options, UnknownName, build_packet
from projections.evidence.paper.fitting import TooLarge
from projections.evidence.processors.limits import PROCESSORS, Limits, check, limits_of
from projections.evidence.projection import EvidenceIndex
from projections.evidence.verify import verify_packet
from tests.projections.dispute_story import NAME, NOW, dispute, document, paper, told
from tests.projections.story import CLINIC, catch_up

#: Every field name the sources give; nothing else may be sent (evidence.md 3.1, 3.2).
_STRIPE = """
access_activity_log cancellation_policy_disclosure cancellation_rebuttal
duplicate_charge_explanation product_description refund_policy_disclosure
refund_refusal_explanation uncategorized_text billing_address customer_email_address
customer_name customer_purchase_ip duplicate_charge_id service_date cancellation_policy
customer_communication customer_signature duplicate_charge_documentation receipt
refund_policy service_documentation uncategorized_file enhanced_evidence
"""
STRIPE = set(_STRIPE.split())
CHECKOUT = {
    f"{pair}_{kind}"
    for pair in (
        "proof_of_delivery_or_service",
        "invoice_or_receipt",
        "invoice_showing_distinct_transactions",
        "customer_communication",
        "refund_or_cancellation_policy",
        "recurring_transaction_agreement",
        "additional_evidence",
    )
    for kind in ("file", "text", "date")
}
CODES = ("10.1", "10.4", "12.6.1", "13.1", "13.2", "13.3", "13.5", "13.6", "13.7", "4853", "C08")


def answered(
    database: str, store: EventStore, out: Path, code: str, processor: str = "stripe"
) -> Any:
    story = told(store)
    document(story, "doc-1", "receipt", paper())
    document(story, "doc-2", "signed_agreement", paper())
    dispute(story, code)
    catch_up(database, EvidenceIndex())
    built = build_packet(store, CLINIC, "d-1", out, NOW, Options(processor))
    assert built is not None
    assert verify_packet(out) == []
    for path in _paths(read(out)):
        assert (out / path).read_bytes().startswith(b"%PDF-")
    return read(out)


def read(out: Path) -> Any:
    return orjson.loads((out / "evidence.json").read_bytes())


def _paths(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [path for item in value.values() for path in _paths(item)]
    if isinstance(value, list):
        return [path for item in value for path in _paths(item)]
    return [value] if isinstance(value, str) and value.endswith(".pdf") else []


@pytest.mark.parametrize("code", CODES)
def test_stripe_gets_its_own_fields_for_every_code(
    database: str, store: EventStore, tmp_path: Path, code: str
) -> None:
    fields = answered(database, store, tmp_path / "packet", code)
    assert fields.keys() <= STRIPE
    assert fields["uncategorized_file"] == "packet.pdf"
    assert fields["customer_name"] == NAME
    assert fields["receipt"] == "exhibits/receipt.pdf"
    assert ("refund_policy" in fields) == (code in ("13.6", "13.7"))
    assert ("service_date" in fields) == (code not in ("12.6.1", "13.5", "13.6"))


def test_square_takes_short_texts_of_its_types(
    database: str, store: EventStore, tmp_path: Path
) -> None:
    items = answered(database, store, tmp_path / "packet", "13.1", "square")
    texts = {
        item["evidence_type"]: item["evidence_text"] for item in items if "evidence_text" in item
    }
    files = {item["evidence_type"]: item["file"] for item in items if "file" in item}
    assert texts.keys() == {"REBUTTAL_EXPLANATION", "CARDHOLDER_INFORMATION"}
    assert all(len(text) <= 500 for text in texts.values())
    assert "asks for $477.00" in texts["REBUTTAL_EXPLANATION"]
    assert files["GENERIC_EVIDENCE"] == "packet.pdf"
    assert "SERVICE_RECEIVED_DOCUMENTATION" in files


def test_braintree_takes_categories(database: str, store: EventStore, tmp_path: Path) -> None:
    items = answered(database, store, tmp_path / "packet", "13.1", "braintree")
    assert [item["category"] for item in items] == [
        "GENERAL",
        "PURCHASER_NAME",
        "PURCHASER_EMAIL_ADDRESS",
        "PROOF_OF_POSSESSION_OR_USAGE",
        "SIGNED_ORDER_FORM",
        "GENERAL",
    ]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("13.1", "PROOF_FOR_SOFTWARE_OR_SERVICE_DELIVERED"),
        ("13.7", "RETURN_POLICY"),
        ("13.2", "BILLING_AGREEMENT"),
        ("10.1", "OTHER"),
    ],
)
def test_paypal_takes_one_evidence_with_notes(
    database: str, store: EventStore, tmp_path: Path, code: str, kind: str
) -> None:
    [item] = answered(database, store, tmp_path / "packet", code, "paypal")
    assert item["evidence_type"] == kind
    assert item["documents"] == [{"name": "packet.pdf"}]
    assert len(item["notes"]) <= 2000


def test_adyen_takes_documents_and_the_items_with_their_levels(
    database: str, store: EventStore, tmp_path: Path
) -> None:
    found = answered(database, store, tmp_path / "packet", "13.7", "adyen")
    assert found["defenseDocuments"][0]["defenseDocumentTypeCode"] == "DefenseMaterial"
    levels = {
        item["item"]: (item["requirementLevel"], item["satisfied"]) for item in found["items"]
    }
    assert levels["policy"] == ("Required", True)
    assert levels["refusal"] == ("Required", False)


@pytest.mark.parametrize(("code", "alone"), [("13.1", False), ("C08", True), ("RG", True)])
def test_checkout_takes_pairs_and_a_few_files_of_amex(
    *, database: str, store: EventStore, tmp_path: Path, code: str, alone: bool
) -> None:
    story = told(store, network=None)
    dispute(story, code)
    catch_up(database, EvidenceIndex())
    build_packet(store, CLINIC, "d-1", tmp_path / "p", NOW, Options("checkout"))
    fields = read(tmp_path / "p")
    assert fields.keys() <= CHECKOUT
    assert (len(_paths(fields)) == 1) is alone
    assert len(fields["additional_evidence_text"]) <= 500


def test_shopify_takes_stripes_model_in_its_own_names(
    database: str, store: EventStore, tmp_path: Path
) -> None:
    fields = answered(database, store, tmp_path / "packet", "13.7", "shopify")
    assert fields["customerFirstName"] == "Pat"
    assert fields["uncategorizedFile"] == "packet.pdf"
    assert "before payment" in fields["cancellationPolicyDisclosure"]


def test_a_processor_nobody_knows_is_refused(
    database: str, store: EventStore, tmp_path: Path
) -> None:
    with pytest.raises(UnknownName, match="acme is none of stripe, square"):
        answered(database, store, tmp_path / "packet", "13.1", "acme")


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(letters=9), "note, letters: 10 of at most 9"),
        (Limits(letters_together=15), "letters in all: 16 of at most 15"),
        (Limits(file_bytes=3), "a.pdf, bytes: 4 of at most 3"),
        (Limits(bytes_together=7), "bytes of all files: 8 of at most 7"),
        (Limits(files=1), "files: 2 of at most 1"),
    ],
)
def test_what_exceeds_a_limit_is_refused_with_the_figure(limits: Limits, said: str) -> None:
    fields = {"note": "n" * 10, "more": ["m" * 6], "one": "a.pdf", "two": {"file": "b.pdf"}}
    files = {"a.pdf": b"1234", "b.pdf": b"5678", "unused.pdf": b"0" * 99}
    check(fields, files, Limits())
    with pytest.raises(TooLarge, match=said):
        check(fields, files, limits)


def test_a_network_narrows_what_a_processor_takes() -> None:
    assert limits_of("stripe", "visa").pages == 49
    assert limits_of("stripe", "mastercard").pages == 19
    assert (limits_of("checkout", "amex").files, limits_of("checkout", "visa").files) == (5, None)
    assert limits_of("checkout", "discover").bytes_together == 3_000_000
    assert set(PROCESSORS) == {
        "stripe",
        "square",
        "braintree",
        "paypal",
        "adyen",
        "checkout",
        "shopify",
    }


def test_where_files_find_no_room_the_packet_goes_alone(
    database: str, store: EventStore, tmp_path: Path
) -> None:
    """Mastercard takes nineteen pages in all: the packet holds every exhibit."""
    story = told(store, network="mastercard")
    document(story, "doc-1", "signed_agreement", paper(pages=10))
    dispute(story, "4853", claim={"last_expected_receipt_date": "2026-03-01"})
    catch_up(database, EvidenceIndex())
    built = build_packet(store, CLINIC, "d-1", tmp_path / "p", NOW)
    assert built is not None
    assert built["packet_alone"]
    assert _paths(read(tmp_path / "p")) == ["packet.pdf"]
    assert verify_packet(tmp_path / "p") == []
