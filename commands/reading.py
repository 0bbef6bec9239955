"""Reading command lines: bytes in, an envelope or the reason why there is none."""

from commands import strictjson
from commands.envelope import Defaults, Envelope, Result, parse_envelope, refused
from ledger.codes import Code, Refused
from ledger.errors import Unreadable
from ledger.ids import is_id


def read_line(line: bytes, defaults: Defaults) -> Envelope | Result:
    """The envelope of one JSON line, or the refusal that stands for it.

    The refusal carries the line's command id where it could be read.
    """
    try:
        value = strictjson.loads(line)
    except strictjson.Malformed as error:
        return refused(_id_of(error.key), _unread(error, error.field))
    except Unreadable as error:
        return refused(None, _unread(error, None))
    parsed = parse_envelope(value, defaults)
    if isinstance(parsed, Refused):
        return refused(_id_of(value.get("id") if isinstance(value, dict) else None), parsed)
    return parsed


def _unread(error: Unreadable, field: str | None) -> Refused:
    return Refused(Code.INVALID, f"The line cannot be read: {error}.", field)


def _id_of(key: object) -> str | None:
    return key if isinstance(key, str) and is_id(key) else None
