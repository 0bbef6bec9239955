"""What use cases about one contract have in common."""

from collections.abc import Callable
from typing import Any

from aggregates.subscription.state import Subscription
from commands.desk import Desk
from commands.permissions import lacks_approval
from commands.spec import unknown_subscription
from ledger.codes import Refused
from ledger.decider import Context, Decision

UseCase = Callable[[Desk, Context, Any], Decision]


def on_contract(
    decide: Callable[[Context, Any, Subscription], Decision], *, with_patient: bool = False
) -> UseCase:
    """A decision about the contract that an order names, which must have been sold.

    `with_patient` reads the patient's stream too, where the decision may give store credit.
    """

    def use_case(desk: Desk, context: Context, order: Any) -> Decision:
        contract = desk.subscription(order.subscription)
        if contract.sold is None:
            return unknown_subscription(order.subscription)
        if with_patient:
            desk.patient(contract.sold.patient)
        return decide(context, order, contract)

    return use_case


def approved(command: str, use_case: UseCase) -> UseCase:
    """The use case, with the approval that the requester's role needs (reliability.md 6.7)."""

    def asked(desk: Desk, context: Context, order: Any) -> Decision:
        decision = use_case(desk, context, order)
        if isinstance(decision, Refused):
            return decision
        return lacks_approval(context, command, order.approver) or decision

    return asked
