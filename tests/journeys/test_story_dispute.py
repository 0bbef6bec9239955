"""Accounting.md 21.6: a dispute on a half-used package, lost, lost in part, won; to the cent."""

from tests.journeys.story import Story, consent, day, told_from, visit


def sell_six_sessions(story: Story) -> None:
    story.does("define_service", service="session", label="Session", list_price=18000)
    sessions = {"kind": "units", "line": "session", "services": ["session"], "quantity": "6"}
    story.does(
        "publish_offer",
        offer="six",
        name="6 sessions",
        price=90000,
        term={"months": 3},
        lines=[sessions],
    )
    story.until(day("02-03"))
    card = {"amount": 95400, "tender": "card", "fee": 2797, "charge": "ch_1"}
    answer = story.does(
        "sell_package",
        subscription="s-1",
        offer="six",
        patient="p-1",
        tax=5400,
        consent=consent("c-1"),
        payment={"payment": "pay-1", **card},
    )
    assert answer["expires"] == "2026-05-02"


def disputed_package(story: Story) -> None:
    """21.6 until the dispute: six sessions for 900.00 plus tax, three of them used."""
    sell_six_sessions(story)
    for number, when in enumerate(("02-10", "02-24", "03-10"), start=1):
        story.until(day(when))
        visit(story, f"v{number}", "session")
    story.until(day("04-10"))
    story.does(
        "open_dispute",
        dispute="dp_1",
        charge="ch_1",
        amount=95400,
        reason="product_not_received",
        network_reason_code="13.1",
        opened_at="2026-04-10T09:00:00-04:00",
        fee=1500,
    )


UNTIL_THE_DISPUTE = [
    "02-03 row 6: 1020 954.00 | 2100 session 900.00, 2200 54.00",
    "02-03 row 47: 6100 27.97 | 1020 27.97",
    "02-10 row 9: 2100 session 150.00 | 4000 150.00",
    "02-24 row 9: 2100 session 150.00 | 4000 150.00",
    "03-10 row 9: 2100 session 150.00 | 4000 150.00",
    "04-10 row 37: 1130 954.00, 6110 15.00 | 1020 969.00",
]


def test_a_dispute_lost_on_a_half_used_package(database: str) -> None:
    """21.6"""
    with told_from(database, day("02-01")) as story:
        disputed_package(story)
        story.until(day("05-20"))
        story.does("close_dispute", dispute="dp_1", outcome="lost")
        story.until(day("06-04"))
        assert story.journal(day("05-31")) == [
            *UNTIL_THE_DISPUTE,
            "05-20 row 38: 2100 session 450.00, 2200 54.00, 4910 450.00 | 1130 954.00",
        ]
        assert [story.rolled(period, "2100") for period in ("2026-02", "2026-05")] == [
            {
                "opening": "0.00",
                "additions": "900.00",
                "recognized_from_additions": "-300.00",
                "closing": "600.00",
            },
            {"opening": "450.00", "disputes": "-450.00", "closing": "0.00"},
        ]
        assert story.trial_balance(day("05-31")) == {
            "1020": "-42.97",
            "4000": "-450.00",
            "4910": "450.00",
            "6100": "27.97",
            "6110": "15.00",
        }
        contract = story.balance("s-1", day("05-31"))
        assert contract["status"] == "refunded"
        assert contract["lines"][0]["refunded"] == "3"
        story.nothing_more_happens()


def test_a_dispute_lost_in_part_returns_the_rest_and_its_units_expire(database: str) -> None:
    """21.6, "Lost for 300.00 only"."""
    with told_from(database, day("02-01")) as story:
        disputed_package(story)
        story.until(day("05-20"))
        story.does("close_dispute", dispute="dp_1", outcome="lost", amount=30000)
        assert story.journal(day("05-20")) == [
            *UNTIL_THE_DISPUTE,
            "05-20 row 38: 2100 session 283.02, 2200 16.98 | 1130 300.00",
            "05-20 row 39: 1020 654.00 | 1130 654.00",
            "05-20 row 20: 2100 session 166.98 | 4030 166.98",
        ]
        line = story.balance("s-1", day("05-20"))["lines"][0]
        assert (line["refunded"], line["expired"]) == ("1.887", "1.113")


def test_a_dispute_won_gives_back_the_money_and_the_units_expire(database: str) -> None:
    """21.6, "Won"."""
    with told_from(database, day("02-01")) as story:
        disputed_package(story)
        story.until(day("05-20"))
        story.does("close_dispute", dispute="dp_1", outcome="won")
        assert story.journal(day("05-20"))[len(UNTIL_THE_DISPUTE) :] == [
            "05-20 row 39: 1020 954.00 | 1130 954.00",
            "05-20 row 20: 2100 session 450.00 | 4030 450.00",
        ]
