"""Keys and people: made, shown without what only their owners know, ended."""

from tests.cli.conftest import Terminal


def test_a_key_is_shown_once_and_ends(terminal: Terminal) -> None:
    made = terminal.run("key", "create", "desk", "front_desk", "--json").json
    assert made["key"].startswith(made["prefix"] + "_")
    assert made["scopes"] == ["read", "write", "reports", "evidence"]
    listed = terminal.run("key", "list", "--json")
    assert made["key"] not in listed.out
    assert made["prefix"] in listed.out
    assert terminal.run("key", "revoke", made["prefix"]).status == 0
    ended = terminal.run("key", "list", "--json").json
    assert [one["revoked_at"] is None for one in ended if one["prefix"] == made["prefix"]] == [
        False
    ]
    again = terminal.run("key", "revoke", made["prefix"])
    assert (again.status, "no open key" in again.err) == (2, True)


def test_a_key_is_for_a_role_and_for_scopes_there_are(terminal: Terminal) -> None:
    for wrong in (("owner",), ("provider", "--scope", "all")):
        assert terminal.run("key", "create", "x", *wrong).status == 2


def test_a_person_works_here_until_they_do_not(terminal: Terminal) -> None:
    added = terminal.run("person", "add", "sub-1", "amy", "provider", "--json").json
    assert (added["person"], added["actor"], added["role"]) == ("sub-1", "amy", "provider")
    terminal.run("person", "add", "sub-1", "amy", "accountant")
    [shown] = terminal.run("person", "list", "--json").json
    assert (shown["role"], shown["ended_at"]) == ("accountant", None)
    assert terminal.run("person", "end", "sub-1").status == 0
    [ended] = terminal.run("person", "list", "--json").json
    assert ended["ended_at"] is not None
    again = terminal.run("person", "end", "sub-1")
    assert (again.status, "is no member" in again.err) == (2, True)
