"""A close as a person reads it."""

from consumers.cli.closed import FEW, close_sheets

CLOSED = {
    "period": "2026-01",
    "version": 1,
    "position": 9,
    "journal_digest": "5a",
    "trial_balance": {"accounts": []},
    "checks": [],
    "exceptions": [
        {"kind": "unapplied_cash", "id": "s-1", "amount": 1200},
        *({"kind": "visit_unsigned", "id": f"v-{number}"} for number in range(FEW + 2)),
        {"kind": "unapplied_cash", "id": "s-2", "amount": 300},
    ],
}


def test_what_to_look_at_is_counted_by_kind_and_a_long_list_says_how_much_it_left_out() -> None:
    [*_, looked_at] = close_sheets(CLOSED, "USD")
    assert list(looked_at.rows) == [
        ("unapplied_cash", 2, 1500, "s-1, s-2"),
        ("visit_unsigned", 7, 0, "v-0, v-1, v-2, v-3, v-4 and 2 more"),
    ]
