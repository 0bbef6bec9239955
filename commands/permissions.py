"""Who may do what: the table of reliability.md 6.7, as data.

`may` lists roles that act alone; `asks` those that need an approver of a role in `approves`.
A role in neither is refused. That approver and requester differ is checked for all of them.
"""

from dataclasses import dataclass

from aggregates.approving import approved_by
from ledger.codes import Code, Refused
from ledger.decider import Context

FRONT, PROVIDER, ACCOUNTANT = "front_desk", "provider", "accountant"
DISPUTES, ADMIN, SERVICE = "dispute_handler", "clinic_admin", "service"


@dataclass(frozen=True, slots=True)
class Right:
    """The roles that may send a command alone, and those that may with an approver."""

    may: frozenset[str]
    asks: frozenset[str] = frozenset()


def _right(*may: str, asks: tuple[str, ...] = ()) -> Right:
    return Right(frozenset(may), frozenset(asks))


SETTING_UP = _right(ADMIN)
SELLING = _right(FRONT, ADMIN, SERVICE)
HOLDING = _right(FRONT, PROVIDER, DISPUTES, ADMIN, SERVICE)
CARRYING_OVER = _right(ADMIN, SERVICE)
VISITS = _right(FRONT, PROVIDER, ADMIN, SERVICE)
CORRECTING = _right(ACCOUNTANT, ADMIN, asks=(FRONT, PROVIDER, DISPUTES))
ALTERING = _right(FRONT, ACCOUNTANT, ADMIN, SERVICE)
EXTENDING = _right(ADMIN, asks=(ACCOUNTANT, DISPUTES))
REFUNDING = _right(ACCOUNTANT, ADMIN, asks=(FRONT, DISPUTES))
CANCELLING = _right(ADMIN, asks=(ACCOUNTANT, DISPUTES))
DISPUTING = _right(DISPUTES, ADMIN, SERVICE)
NOTING = _right(FRONT, PROVIDER, ACCOUNTANT, DISPUTES, ADMIN, SERVICE)
ASKING = _right(FRONT, PROVIDER, ACCOUNTANT, DISPUTES, ADMIN)
CLOCK = _right(ACCOUNTANT, ADMIN, SERVICE)

#: Who may hand the journal to another program (accounting.md 16: export is a role of its own).
EXPORTING = frozenset({ACCOUNTANT, ADMIN})

#: Who may ask for a refund above the formula, or out of goodwill.
MORE_THAN_ENTITLED = frozenset({ACCOUNTANT, DISPUTES, ADMIN})

RIGHTS: dict[str, Right] = {
    "define_clinic": SETTING_UP,
    "define_service": SETTING_UP,
    "publish_offer": SETTING_UP,
    "retire_offer": SETTING_UP,
    "set_policy": _right(ADMIN, asks=(ACCOUNTANT,)),
    "set_estimate": _right(ADMIN, asks=(ACCOUNTANT,)),
    "post_adjustment": _right(ADMIN, asks=(ACCOUNTANT,)),
    "register_patient": SELLING,
    "sell_package": SELLING,
    "record_consent": SELLING,
    "record_payment": SELLING,
    "record_payment_failure": SELLING,
    "record_visit": VISITS,
    "sign_visit": VISITS,
    "carry_over_use": CARRYING_OVER,
    "place_hold": HOLDING,
    "release_hold": HOLDING,
    "reverse_consumption": CORRECTING,
    "move_consumption": CORRECTING,
    "transfer_units": SELLING,
    "share": SELLING,
    "use_store_credit": SELLING,
    "grant_goodwill": EXTENDING,
    "pause": ALTERING,
    "resume": ALTERING,
    "cancel": ALTERING,
    "change_plan": ALTERING,
    "modify_contract": ALTERING,
    "extend": EXTENDING,
    "reinstate": EXTENDING,
    "refund": REFUNDING,
    "settle_refund": _right(ACCOUNTANT, ADMIN, SERVICE),
    "void_sale": CANCELLING,
    "write_off": CANCELLING,
    "assess_contract": _right(ADMIN, asks=(ACCOUNTANT,)),
    "credit_note": CANCELLING,
    "remit_unclaimed": _right(ACCOUNTANT, ADMIN),
    "claim_unclaimed": ALTERING,
    "record_payout": _right(ACCOUNTANT, ADMIN, SERVICE),
    "open_dispute": DISPUTING,
    "update_dispute": DISPUTING,
    "close_dispute": DISPUTING,
    "record_submission": DISPUTING,
    "approve_disclosure": _right(ADMIN, asks=(DISPUTES,)),
    "record_booking": VISITS,
    "record_evidence": DISPUTING,
    "log_communication": NOTING,
    "attach_document": NOTING,
    "expire": CLOCK,
    "renew": CLOCK,
    "bill": CLOCK,
    "signal": CLOCK,
    "dormancy": CLOCK,
    "credit_dormancy": CLOCK,
    "apply_changes": CLOCK,
    "end_contract": CLOCK,
    "signal_soft_close": CLOCK,
    "signal_dispute": CLOCK,
    "close_period": _right(ACCOUNTANT, ADMIN),
    "reopen_period": _right(ADMIN, asks=(ACCOUNTANT,)),
    "request_approval": ASKING,
    "approve": _right(ACCOUNTANT, ADMIN),
    "reject": ASKING,
}


def forbidden(context: Context, command: str) -> Refused | None:
    """Whether the role has any right to the command."""
    right = RIGHTS[command]
    if context.role in right.may or context.role in right.asks:
        return None
    return Refused(Code.FORBIDDEN, f"The role {context.role} may not send {command}.", "actor.role")


def lacks_approval(
    context: Context, command: str, approver: str | None, *, required: bool = False
) -> Refused | None:
    """Whether an approver is missing, or is the requester himself (reliability.md 6.7).

    `required` asks for one from roles that otherwise act alone.
    """
    if approver is None and not (required or context.role in RIGHTS[command].asks):
        return None
    found = approved_by(context, approver)
    return found if isinstance(found, Refused) else None
