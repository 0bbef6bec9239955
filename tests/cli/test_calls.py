"""The calls as they are typed: apply, ask, close, and who may share the servers."""

import csv
import io
import json
from pathlib import Path

import pytest

from consumers.cli.arguments import globals_first
from consumers.embedded import Servers
from tests.cli.conftest import Terminal, filled, sale, visit


@pytest.fixture(scope="module")
def used(terminal: Terminal) -> Terminal:
    """Ten drips sold on 5 January; one used that day and one on 20 January."""
    later = {**visit("v-2"), "at": "2026-01-20T10:00:00-05:00"}
    assert terminal.apply(sale("s-1"), visit("v-1"), later).status == 0
    return terminal


def test_what_is_applied_is_in_the_read_models_at_once(used: Terminal) -> None:
    answer = used.run("balance", "--patient", "p-1", "--as-of", "2026-01-31", "--json")
    [contract] = answer.json["subscriptions"]
    [line] = contract["lines"]
    assert (line["granted"], line["used"], line["remaining"]) == ("10", "2", "8")
    assert (contract["paid"], contract["deferred"], line["deferred"]) == (150000, 120000, 120000)


def test_a_table_for_people_shows_the_same(used: Terminal) -> None:
    answer = used.run("balance", "--subscription", "s-1", "--as-of", "2026-01-10")
    assert answer.status == 0
    assert "$1,350.00" in answer.out
    assert "IV Series" in answer.out


def test_a_file_of_balances_adds_up(used: Terminal) -> None:
    answer = used.run(
        "balance", "--subscription", "s-1", "--as-of", "2026-01-31", "--format", "csv"
    )
    [row] = csv.DictReader(io.StringIO(answer.out))
    became = ("used", "expired", "refunded", "transferred", "remaining")
    assert int(row["granted"]) == sum(int(row[name]) for name in became)
    assert (row["remaining"], row["held"]) == ("8", "0")


def test_known_at_hides_what_came_later(used: Terminal) -> None:
    asked = ("balance", "--subscription", "s-1", "--as-of", "2026-01-31", "--json")
    everything = used.run(*asked).json
    earlier = used.run(*asked, "--known-at", str(everything["position"] - 2)).json
    [line] = earlier["subscriptions"][0]["lines"]
    assert line["used"] == "1"


def test_a_history_told_by_what_was_known_goes_on_to_all_of_it(used: Terminal) -> None:
    """Without a day none is cut off: what was known of days to come is told, too."""
    asked = ("history", "--subscription", "s-1", "--json")
    everything = used.run(*asked).json
    before = ("--now", "2026-01-06T12:00:00-05:00", "--known-at", str(everything[-1]["position"]))
    assert used.run(*asked, *before).json == everything
    assert len(used.run(*asked, *before, "--as-of", "2026-01-06").json) < len(everything)


def test_a_line_sent_again_gives_the_first_result(used: Terminal) -> None:
    first, again = (used.apply(sale("s-twice", patient="p-2")) for _ in range(2))
    assert first.json == again.json
    assert again.status == 0
    changed = used.apply(sale("s-twice", patient="p-3"))
    assert changed.status == 1
    assert changed.lines[0]["error"]["code"] == "idempotency_conflict"


def test_results_come_one_for_each_line_in_their_order(used: Terminal) -> None:
    lines = [sale(f"s-order-{number}", patient="p-order") for number in range(450)]
    lines[300] = sale("s-order-0", patient="p-order") | {"id": "sell-again"}
    answer = used.apply(*lines)
    assert [line["id"] for line in answer.lines] == [line["id"] for line in lines]
    refused = [line["id"] for line in answer.lines if not line["ok"]]
    assert (answer.status, refused) == (1, ["sell-again"])


def test_history_and_quote(used: Terminal) -> None:
    told = used.run("history", "--subscription", "s-1", "--json").json
    assert told[0]["type"] == "PackageSold"
    assert [row["type"] for row in told].count("UnitsDrawn") == 2
    quote = used.run("quote", "refund", "s-1", "--as-of", "2026-01-31", "--json").json
    [chosen] = [row for row in quote["quotes"] if row["chosen"]]
    assert (chosen["formula"], chosen["amount"]) == ("pro_rata", 120000)
    earlier = used.run("quote", "refund", "s-1", "--as-of", "2026-01-10", "--json").json
    assert [row["amount"] for row in earlier["quotes"] if row["chosen"]] == [135000]


def test_the_books_in_every_form(used: Terminal) -> None:
    balance = used.run("trial-balance", "--as-of", "2026-01-31", "--json").json
    assert balance["balanced"] is True
    assert sum(row["debit"] - row["credit"] for row in balance["accounts"]) == 0
    journal = used.run("journal", "--period", "2026-01", "--format", "csv")
    assert journal.out.splitlines()[0].startswith("journal_id,line_no,posting_date")
    assert used.run("rollforward", "--period", "2026-01").status == 0
    assert used.run("late-events", "--period", "2026-02", "--json").json == []


def test_rules_need_no_ledger(tmp_path: Path) -> None:
    nowhere = Terminal(tmp_path / "none")
    rules = nowhere.run("rules", "--json").json
    assert {"rule", "debit", "credit", "event", "paragraph"} <= rules[0].keys()
    assert not (tmp_path / "none").exists()


def test_check_and_rebuild_agree(used: Terminal) -> None:
    assert used.run("rebuild").status == 0
    answer = used.run("check", "--json")
    assert answer.status == 0
    assert [one["ok"] for one in answer.json] == [True]


CAPTURED = "INSERT INTO views.captured (clinic, stream) VALUES ('glow', 'booking/b-9')"


@pytest.mark.parametrize(
    ("model", "touch", "what"),
    [
        ("journal", "UPDATE views.journal_line SET debit = debit + 1 WHERE debit > 0", "differs"),
        ("lists", "UPDATE views.listed SET patient = 'p-9' WHERE key = 'v-1'", "differs"),
        ("lists", "DELETE FROM views.listed WHERE key = 'v-1'", "missing"),
        ("evidence", CAPTURED, "not in the log"),
    ],
)
def test_check_sees_a_read_model_that_was_touched(
    used: Terminal, model: str, touch: str, what: str
) -> None:
    import psycopg

    with psycopg.connect(Servers(used.data).postgres()) as connection:
        assert connection.execute(touch.encode()).rowcount > 0
    answer = used.run("check", "--json")
    wrong = [one for one in answer.json[0]["read_models"] if not one["ok"]]
    assert (answer.status, [one["projection"] for one in wrong]) == (1, [model])
    assert {one["what"] for one in wrong[0]["differences"]} == {what}
    assert used.run("rebuild", model).status == 0
    assert used.run("check").status == 0


def test_a_month_is_closed_and_proved(used: Terminal) -> None:
    closed = used.run("close", "2026-01", "--json")
    assert closed.status == 0
    assert all(check["ok"] for check in closed.json["checks"])
    proof = used.run("verify", "2026-01", "--json")
    assert (proof.status, proof.json["same"]) == (0, True)
    assert proof.json["sealed"] == closed.json["journal_digest"]
    again = used.run("close", "2026-01")
    assert again.status == 1
    assert again.lines[0]["error"]["code"] == "period_closed"
    late = {**visit("v-late"), "at": "2026-01-21T10:00:00-05:00"}
    assert used.apply(late).status == 0
    [row] = used.run("late-events", "--period", "2026-02", "--json").json
    assert (row["service_date"], row["posting_date"]) == ("2026-01-21", "2026-02-01")
    assert used.run("verify", "2026-01").status == 0


def test_tick_lapses_what_is_over_and_only_once(used: Terminal) -> None:
    now = ("--now", "2026-08-01T08:00:00-04:00")
    first, second = used.run("tick", *now), used.run("tick", *now)
    assert {"sell-s-1"}.isdisjoint(line["id"] for line in first.lines)
    assert first.status == 0
    assert len(first.lines) > 1
    assert second.out == ""
    shown = used.run("balance", "--subscription", "s-1", "--json", *now).json
    assert shown["subscriptions"][0]["status"] == "expired"


def test_global_options_stand_before_or_after_the_call() -> None:
    typed = ["balance", "--patient", "p", "--clinic", "glow", "--json", "--now=x", "--", "--json"]
    moved = ["--clinic", "glow", "--json", "--now=x", "balance", "--patient", "p", "--", "--json"]
    assert globals_first(typed) == moved


def test_the_clock_is_not_set_on_an_external_database(used: Terminal) -> None:
    url = Servers(used.data).postgres()
    call = ("--database", url, "balance", "--patient", "p-1", "--now", "2026-01-05T10:00:00Z")
    refused = used.run(*call)
    assert (refused.status, refused.out) == (2, "")
    assert "LEDGER_ALLOW_CLOCK" in refused.err
    assert used.run(*call, env={"LEDGER_ALLOW_CLOCK": "1"}).status == 0


def test_an_external_database_asks_who_records(used: Terminal) -> None:
    url = Servers(used.data).postgres()
    refused = used.run("--database", url, "close", "2026-02")
    assert refused.status == 2
    assert "--actor" in refused.err


def test_help_teaches_with_an_example(used: Terminal) -> None:
    told = used.run("quote", "refund", "--help")
    assert told.status == 0
    assert "ledger quote refund s-007" in told.out


def test_a_second_process_shares_the_servers_and_stop_spares_it(used: Terminal) -> None:
    with used.start("apply", "-") as other:
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdin.write(json.dumps(filled(sale("s-other"))).encode() + b"\n")
        other.stdin.flush()
        assert json.loads(other.stdout.readline())["ok"] is True
        spared = used.run("stop")
        assert spared.status == 2
        assert str(other.pid) in spared.err
        out, err = other.communicate(b"[]")
    assert (other.returncode, json.loads(out)["ok"], err) == (1, False, b"")
    assert used.run("stop").status == 0
    assert Servers(used.data).running() == []
    assert used.run("balance", "--subscription", "s-other", "--json").status == 0
