"""Approval in the life of a contract: asked for twice, given once."""

from tests.commands.step import Step

JUNE_1 = "2026-06-01T10:00:00-04:00"


def approving_steps() -> list[Step]:
    bob = {"id": "bob", "role": "clinic_admin"}
    goodwill = {"patient": "p-1", "service": "massage", "quantity": "1", "reason": "sorry"}
    asked = {"command": {"command": "grant_goodwill", "data": goodwill}}
    expires = {"expires": "2026-06-08T00:00:00+00:00"}
    return [
        *(
            Step(
                "request_approval",
                JUNE_1,
                asked | {"request": request} | expires,
                [f"ApprovalRequested approval/{request}"],
                {"request": request} | expires,
            )
            for request in ("ask-1", "ask-2")
        ),
        Step(
            "approve",
            JUNE_1,
            {"request": "ask-1"},
            ["ApprovalGiven approval/ask-1"],
            {"request": "ask-1", "standing": "approved"},
            bob,
        ),
        Step(
            "reject",
            JUNE_1,
            {"request": "ask-2", "reason": "enough given"},
            ["ApprovalRejected approval/ask-2"],
            {"request": "ask-2", "standing": "rejected"},
        ),
    ]


STORY = (approving_steps,)
