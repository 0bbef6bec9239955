"""Visa Compelling Evidence 3.0 as a table of pairs (evidence.md 4.1)."""

from datetime import date, timedelta

import pytest

from projections.evidence.assessment.compelling import judge, qualifies
from projections.evidence.case import Traced

BOUGHT, DISPUTED = date(2026, 3, 1), date(2026, 3, 11)
TRACES = {
    "ip": "203.0.113.7",
    "device": "device-0123456789",
    "device_fingerprint": "f" * 20,
    "email": "pat@example.org",
    "account": "pat",
}


def traced(charge: str, on: date, traces: dict[str, str], amount: int = 5000) -> Traced:
    return Traced(charge, on, amount, None, traces, 1)


def verdict(ages: list[int], same: str = "ip email", **other: str) -> tuple[str, tuple[str, ...]]:
    """The verdict on priors so many days before the purchase; `other` differs on the first."""
    shared = {name: TRACES[name] for name in same.split()}
    priors = [
        traced(f"ch-{n}", BOUGHT - timedelta(days=age), shared | (other if n == 0 else {}))
        for n, age in enumerate(ages)
    ]
    found = judge(traced("ch-9", BOUGHT, shared), priors, (DISPUTED, BOUGHT))
    return found.verdict, found.missing or found.elements


@pytest.mark.parametrize(
    ("ages", "expected"),
    [
        # Both dates count: the dispute is ten days after the purchase.
        ([121, 200], "qualified"),
        ([121, 354], "qualified"),
        ([200, 300, 10], "qualified"),
        ([120, 200], "borderline"),
        ([110, 200], "borderline"),
        ([200, 355], "borderline"),
        ([200, 365], "borderline"),
        ([109, 200], "not_qualified"),
        ([200, 366], "not_qualified"),
        ([200], "not_qualified"),
        ([], "not_qualified"),
    ],
)
def test_both_ages_lie_within_121_and_364_days(ages: list[int], expected: str) -> None:
    assert verdict(ages)[0] == expected


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ("ip device", True),
        ("ip device_fingerprint", True),
        ("ip email", True),
        ("device account", True),
        ("device_fingerprint device", False),
        ("email account", False),
        ("ip", False),
        ("", False),
    ],
)
def test_two_main_elements_or_one_and_a_secondary(elements: str, expected: bool) -> None:
    assert qualifies(elements.split()) is expected


def test_the_same_elements_match_on_all_three() -> None:
    assert verdict([150, 200], "ip email account") == ("qualified", ("ip", "email", "account"))
    other = verdict([150, 200], "ip email account", ip="198.51.100.1")
    assert other == ("not_qualified", ("missing_customer_identifiers",))


def test_a_fingerprint_and_an_id_are_one_device_and_short_ones_none() -> None:
    assert verdict([150, 200], "device device_fingerprint email")[1] == (
        "device_fingerprint",
        "email",
    )
    short = {"device": "d" * 14, "email": "pat@example.org"}
    priors = [traced(name, BOUGHT - timedelta(days=150), short) for name in ("a", "b")]
    assert judge(traced("c", BOUGHT, short), priors, (DISPUTED, BOUGHT)).verdict == "not_qualified"


def test_a_pair_that_is_sure_is_preferred_and_a_validation_is_no_payment() -> None:
    shared = {name: TRACES[name] for name in ("ip", "email")}
    days = {"a": 115, "b": 150, "c": 200, "d": 360}
    priors = [traced(name, BOUGHT - timedelta(days=age), shared) for name, age in days.items()]
    found = judge(traced("z", BOUGHT, shared), priors, (DISPUTED, BOUGHT))
    assert (found.verdict, [prior.charge for prior in found.priors]) == ("qualified", ["b", "c"])
    nothing = [traced(p.charge, p.on, shared, amount=0) for p in priors]
    assert judge(traced("z", BOUGHT, shared), nothing, (DISPUTED, BOUGHT)).priors == ()
