"""The command envelope and its result (interfaces.md 3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import Field, StringConstraints, ValidationError

from aggregates.evidence.events import Kind as EvidenceKind
from commands.wording import sentence
from ledger.calendar import Moment
from ledger.canonical import canonical_trusted, digest
from ledger.codes import Code, Refused
from ledger.events import Frozen
from ledger.ids import ClinicId, Id
from ledger.personal import Personal

Model = TypeVar("Model", bound=Frozen)
Role = Literal["front_desk", "provider", "accountant", "dispute_handler", "clinic_admin", "service"]
ActorId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:/@\-]{1,128}$")]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=128)]


class Actor(Frozen):
    """Who sends the command, and in which role."""

    id: ActorId
    role: Role


class Source(Frozen):
    """The system and the record a command comes from, for evidence."""

    system: Reference | None = None
    record: Reference | None = None


class Channel(Frozen):
    """How the command came in; all but the channel is personal."""

    channel: Reference | None = None
    ip: Personal | None = None
    device: Personal | None = None
    user_agent: Personal | None = None
    session: Personal | None = None


class Seen(Frozen):
    """The version of a stream that the sender has seen; another one refuses the command."""

    kind: str
    key: str
    version: int


class Envelope(Frozen):
    """One command. `content` is the digest of the line as it was sent: the same id with
    another content is refused. What an edge knows beside the line is `seen`.
    """

    command: Annotated[str, StringConstraints(max_length=64)]
    id: Id
    clinic: ClinicId
    at: Moment
    actor: Actor
    data: dict[str, Any]
    source: Source | None = None
    context: Channel | None = None
    content: Annotated[str, Field(default="")] = ""
    seen: Seen | None = None

    @property
    def fingerprint(self) -> str:
        """The digest that the command memory keeps."""
        if self.content:
            return self.content
        return digest(self.model_dump(mode="json", exclude={"content", "seen"}, exclude_none=True))


_INTERNAL = frozenset({"content", "seen"})


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a line may leave out: the clinic, the time, the actor."""

    clinic: str | None = None
    at: str | None = None
    actor: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a command; `events` are {position, type, stream, version}."""

    id: str | None
    ok: bool
    events: list[dict[str, Any]] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    error: Refused | None = None
    replayed: bool = False

    def to_json(self) -> dict[str, Any]:
        """The result line (interfaces.md 3)."""
        if self.error is None:
            return {"id": self.id, "ok": True, "events": self.events, "data": self.data}
        error = {
            "code": self.error.code.value,
            "message": self.error.message,
            "field": self.error.field,
            "details": self.error.details,
        }
        return {"id": self.id, "ok": False, "error": error}


def refused(command_id: str | None, error: Refused) -> Result:
    """The result of a command that recorded nothing."""
    return Result(command_id, ok=False, error=error)


def parse_envelope(value: Any, defaults: Defaults = Defaults()) -> Envelope | Refused:
    """The envelope of a parsed line; `invalid` names the field that is wrong."""
    if not isinstance(value, dict):
        return Refused(Code.INVALID, "A command is a JSON object.")
    filled = {**_defaults(defaults), **value}
    if defaults.clinic not in (None, filled.get("clinic")):
        return Refused(Code.INVALID, f"This call is for clinic {defaults.clinic}.", "clinic")
    for name in _INTERNAL & filled.keys():
        return Refused(Code.INVALID, "Unknown field.", name)
    filled["content"] = sha256(canonical_trusted(value)).hexdigest()
    try:
        # No text is parsed twice: of an envelope only `at` is written otherwise in JSON.
        return Envelope.model_validate(filled)
    except ValidationError as error:
        return _problem(error, "")


def _defaults(defaults: Defaults) -> dict[str, Any]:
    given = {"clinic": defaults.clinic, "at": defaults.at, "actor": defaults.actor}
    return {name: value for name, value in given.items() if value is not None}


def parse_strictly(model: type[Model], value: Any, prefix: str = "") -> Model | Refused:
    """A model from parsed JSON; the first problem is told with the path of its field."""
    try:
        return model.model_validate_json(canonical_trusted(value))
    except ValidationError as error:
        return _problem(error, prefix)


def _problem(error: ValidationError, prefix: str) -> Refused:
    found = error.errors(include_url=False, include_input=False)
    path = _path(found[0], prefix)
    # Where a field takes one of several kinds, each of them says what it would be.
    words = dict.fromkeys(sentence(other) for other in found if _path(other, prefix) == path)
    return Refused(Code.INVALID, " Or: ".join(words), path or None)


def _path(problem: Mapping[str, Any], prefix: str) -> str:
    """The field a problem lies at, as a caller writes it."""
    path = prefix
    for part in problem["loc"]:
        if isinstance(part, int):
            path += f"[{part}]"
        elif not _is_union_arm(part):
            path += f".{part}" if path else part
    if problem["type"] in _TAG_PROBLEMS:
        path += f".{problem['ctx']['discriminator'].strip(_QUOTE)}"
    return path


#: The field that says which kind an object is, is missing or unknown.
_TAG_PROBLEMS = {"union_tag_invalid", "union_tag_not_found"}
_QUOTE = "'"
_ARMS = {
    *get_args(EvidenceKind),
    "units",
    "access",
    "int",
    "str",
    "constrained-int",
    "PriceRange",
    "RefundPayment",
    "UsedFor",
}


def _is_union_arm(part: str) -> bool:
    """Pydantic names the arm of a union it tried; a caller knows only fields."""
    return part in _ARMS or any(sign in part for sign in "[(")
