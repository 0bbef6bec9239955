"""When each rebuttal holds: the positions of the events it rests on, none when it does not."""

from aggregates.subscription import events as e
from projections.evidence.assessment.findings import READ_BY_CHIP, Findings, doubled, open_units
from projections.evidence.case import ContractFile


def provided(found: Findings) -> list[int]:
    return [*(use.drawn.position for use in found.delivered), *found.records("perk_used")]


def before_cancelling(found: Findings) -> list[int]:
    """Services before the cancellation on record or, without one, before the dispute."""
    asked = found.case.cancellations()
    day = asked[0].on if asked else found.case.as_of
    return [use.drawn.position for use in found.delivered if use.drawn.effective_on <= day]


def cancelled_before_expected(found: Findings) -> list[int]:
    expected = found.case.claimed("last_expected_receipt_date")
    asked = found.case.cancellations()
    return [item.position for item in asked if expected and item.on < expected]


def not_reached(found: Findings) -> list[int]:
    ahead = [_sale(contract) for contract in found.case.contracts if open_units(found, contract)]
    return [*ahead, *found.to_come]


def quality(found: Findings) -> list[int]:
    """The cardholder describes a result: that is 13.3, and something was received."""
    return provided(found) if "what_differs" in found.case.claim else []


def not_paid(found: Findings) -> list[int]:
    return [
        _sale(contract)
        for contract in found.case.contracts
        if contract.state.owed > 0 and contract.sold.billing.kind == "plan"
    ]


def credited(found: Findings) -> list[int]:
    return [position for position, _ in found.refunds]


def no_promise(found: Findings) -> list[int]:
    if found.refunds or found.messages("refund", "out"):
        return []
    return _sales(found)


def disclosed(found: Findings) -> list[int]:
    rows = [item.consent for item in found.disclosures]
    return [row.position for row in rows if row] if found.disclosed else []


def matches(found: Findings) -> list[int]:
    """What was drawn are services of the lines as sold, described then."""
    described = [item for item in found.case.contracts if item.sold.description]
    if not found.delivered or len(described) < len(found.case.contracts):
        return []
    return [*_sales(found), *provided(found)]


def imprint(found: Findings) -> list[int]:
    return [position for position, card in found.cards if card.entry in READ_BY_CHIP]


def identified(found: Findings) -> list[int]:
    return [*found.consents(), *found.records("identity_checked", result="matched")]


def used_remotely(found: Findings) -> list[int]:
    """Use of what the charge bought, by the person who agreed to it."""
    return [*found.consents(), *provided(found)] if found.consents() else []


def bound(found: Findings) -> list[int]:
    """An earlier undisputed payment on an accepted contract that renews."""
    earlier = [prior.position for prior in found.case.priors]
    return [*found.consents(), *earlier] if found.renews and earlier else []


def undisputed(found: Findings) -> list[int]:
    if found.ce3.verdict not in ("qualified", "borderline"):
        return []
    return [prior.position for prior in found.ce3.priors]


def tied(found: Findings) -> list[int]:
    """Device, contact and account of the buyer are all on record with the charge."""
    trust = found.first_party
    return [trust.position] if trust.verdict == "qualified" and trust.position else []


def after_cancelling(found: Findings) -> list[int]:
    """Use after the withdrawal that the cardholder states, or the one on record."""
    asked = [item.on for item in found.case.cancellations()]
    stated = found.case.claimed("permission_withdrawn_date")
    day = stated or (min(asked) if asked else None)
    return [use.drawn.position for use in found.delivered if day and use.drawn.effective_on > day]


def other_date(found: Findings) -> list[int]:
    """The cancellation on record is not the stated one, and came after the charge."""
    stated = found.case.claimed("permission_withdrawn_date") or found.case.claimed(
        "cancellation_date"
    )
    return [
        item.position
        for item in found.case.cancellations()
        if stated and item.on != stated and item.on > found.charged_on
    ]


def not_by_policy(found: Findings) -> list[int]:
    """No cancellation came by any channel, and a search of all of them says so."""
    searched = _searched(found)
    return searched if searched and not found.case.cancellations() and found.disclosed else []


def account_open(found: Findings) -> list[int]:
    claim = found.case.claim
    if claim.get("withdrawal_target") != "account" or found.case.cancellations():
        return []
    return [] if found.records("account_closed_notice") else _searched(found)


def _searched(found: Findings) -> list[int]:
    """Searches that found nothing; of a document only a person knows what it says."""
    nothing = found.records("cancellation_search", hits=0)
    return [*found.documents("cancellation_search"), *nothing]


def installment(found: Findings) -> list[int]:
    plans = [item for item in found.case.contracts if item.sold.billing.kind == "plan"]
    return [_sale(contract) for contract in plans]


def not_recurring(found: Findings) -> list[int]:
    once = [item for item in found.case.contracts if item.sold.billing.kind == "once"]
    return [_sale(contract) for contract in once]


def distinct(found: Findings) -> list[int]:
    """The charge's own payments, unless one of the contract's is the same obligation."""
    return [] if doubled(found) else [row.position for row, _ in found.case.payments]


def agreed(found: Findings) -> list[int]:
    return [] if doubled(found) or not found.consents() else [*found.consents(), *_sales(found)]


def authorised(found: Findings) -> list[int]:
    approved = [
        row.position
        for row, told in found.case.records("card_event")
        if told.fields["charge"] == found.case.charge
        and told.fields.get("state") == "authorized"
        and told.fields.get("auth_code")
    ]
    return [*(position for position, card in found.cards if card.auth_code), *approved]


def withdrawn(found: Findings) -> list[int]:
    return [*found.documents("cardholder_withdrawal"), *found.records("cardholder_withdrawal")]


def _sales(found: Findings) -> list[int]:
    return [_sale(contract) for contract in found.case.contracts]


def _sale(contract: ContractFile) -> int:
    return contract.of(e.PackageSold)[0][0].position
