"""Global options stand before or after the call (interfaces.md 2); the parser wants them before."""

from collections.abc import Sequence

WITH_VALUE = frozenset(
    {"--data", "--database", "--nats", "--clinic", "--format", "--actor", "--role", "--now"}
)
FLAGS = frozenset({"--json"})


def globals_first(arguments: Sequence[str]) -> list[str]:
    """The arguments with the global options moved to the front, each with its value.

    What stands after ``--`` is left alone.
    """
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument in FLAGS or argument.partition("=")[0] in WITH_VALUE:
            front.append(argument)
            if argument in WITH_VALUE:
                front += [value for value in [next(waiting, None)] if value is not None]
        else:
            rest.append(argument)
    return front + rest
