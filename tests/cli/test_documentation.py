"""What the documents say about the calls is what the calls say about themselves."""

from pathlib import Path

import typer
from typer.core import TyperGroup
from typer.main import get_command

from consumers.cli.main import app

ROOT = Path(__file__).parents[2]
COMMANDS = ROOT / "docs" / "commands.md"
HEAD = """\
# Commands

Every call with its options, as `--help` shows them. Global options may stand before or after
the call; `ledger --help` lists them.

"""


def reference() -> str:
    """The page, made from the calls themselves."""
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    context = typer.Context(group, info_name="ledger", terminal_width=80)
    return HEAD + "\n".join(_sections(group, context))


def _sections(group: TyperGroup, context: typer.Context) -> list[str]:
    sections = [_section("ledger", group.get_help(context))]
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        own = typer.Context(command, info_name=name, parent=context)
        sections.append(_section(f"ledger {name}", command.get_help(own)))
        if isinstance(command, TyperGroup):
            for inner in command.list_commands(own):
                call = command.get_command(own, inner)
                assert call is not None
                its = typer.Context(call, info_name=inner, parent=own)
                sections.append(_section(f"ledger {name} {inner}", call.get_help(its)))
    return sections


def _section(title: str, text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return f"## {title}\n\n```\n{lines}\n```\n"


def test_the_reference_is_current() -> None:
    assert COMMANDS.read_text() == reference(), "run this file as a program to write it anew"


def test_documents_that_are_linked_are_there() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for part in page.read_text().split("](")[1:]:
            target = part.split(")")[0]
            assert (page.parent / target).exists(), f"{page.name}: {target}"


if __name__ == "__main__":
    COMMANDS.write_text(reference())
