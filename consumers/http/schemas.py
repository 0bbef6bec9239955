"""Parts of the API's description that many operations share."""

from typing import Any

from commands.envelope import Channel, Source
from consumers.asking import Kind
from consumers.http.asked import MOST
from consumers.http.downloads import DETAILS, FORMATS
from consumers.outgoing.deliveries import STATES
from consumers.packets import Paper, Processor, Standard
from ledger.codes import Code
from ledger.ids import PATTERN
from projections.lists.queries import Standing
from projections.reports.fields import APART, Apart


def ref(name: str) -> dict[str, str]:
    """A reference to a shared schema."""
    return {"$ref": f"#/components/schemas/{name}"}


PROBLEMS = {
    400: "Something in the request is wrong; field says what",
    401: "Nobody we know",
    403: "This caller may not, or an approver is missing",
    404: "Not there, or not this clinic's",
    408: "The body came too slowly",
    409: "In conflict with what is recorded; code says how",
    413: "Too large",
    415: "Not JSON",
    429: "Too often; Retry-After says when",
    422: "The key was used with other content",
    500: "A fault of the ledger",
    503: "Busy; send the same request again",
}
_WHOLE = {"type": "integer", "minimum": 0, "maximum": MOST}
COMPONENTS: dict[str, Any] = {
    "Id": {"type": "string", "pattern": PATTERN},
    "Period": {"type": "string", "pattern": r"^(19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])$"},
    "At": {"type": "string", "format": "date-time", "description": "When it happened; now"},
    "Source": Source.model_json_schema(),
    "Context": Channel.model_json_schema(),
    "Result": {
        "type": "object",
        "required": ["id", "ok", "events", "data"],
        "properties": {
            "id": ref("Id"),
            "ok": {"const": True},
            "events": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "position": _WHOLE,
                        "type": {"type": "string"},
                        "stream": {"type": "string"},
                        "version": _WHOLE,
                    },
                },
            },
            "data": {"type": "object"},
        },
    },
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "code": {"type": "string", "examples": [code.value for code in Code]},
            "field": {"type": "string"},
            "details": {"type": "object"},
        },
    },
}


def _query(name: str, schema: dict[str, Any], about: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": about}


def _taken_apart(apart: Apart) -> dict[str, Any]:
    if apart.most == 1:
        return _query("by", {"enum": list(apart.names)}, "What to take it apart by")
    one = f"({'|'.join(apart.names)})"
    schema = {"type": "string", "pattern": f"^{one}(,{one})*$"}
    return _query("by", schema, "What to take it apart by, with commas between")


PARAMETERS: dict[str, dict[str, Any]] = {
    "key": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "schema": ref("Id"),
        "description": "The command's id: sent again it has the same effect once",
    },
    "as_of": _query(
        "as_of",
        {"type": "string", "format": "date"},
        "The end of that local day, at most ten years ahead",
    ),
    "known_at": _query(
        "known_at",
        {
            "anyOf": [
                {"type": "string", "pattern": "^[0-9]{1,15}$"},
                {"type": "string", "format": "date-time"},
            ]
        },
        "Hide what was recorded after that position or time",
    ),
    "at_least": _query("at_least", _WHOLE, "The position that the answer must have seen"),
    "period": _query("period", ref("Period"), "A month, at most ten years ahead"),
    "after": _query("after", _WHOLE, "The position to go on from"),
    "limit": _query(
        "limit", {"type": "integer", "minimum": 1, "maximum": 1000}, "How many at most"
    ),
    "cursor": _query("cursor", {"type": "string"}, "`next` of the page before"),
    "books": _query("books", {"enum": list(Kind)}, "Kept by another rule than the clinic's own"),
    **{f"by_{name}": _taken_apart(apart) for name, apart in APART.items()},
    "patient": _query("patient", ref("Id"), "Only this patient's"),
    "offer": _query("offer", ref("Id"), "Only those of this offer"),
    "subscription": _query("subscription", ref("Id"), "Only this contract's"),
    "standing": _query("standing", {"enum": list(Standing)}, "Those that stand so; open"),
    "state": _query("state", {"enum": list(STATES)}, "Only those that stand so"),
    "format": _query("format", {"enum": list(FORMATS)}, "The program it is for"),
    "processor": _query("processor", {"enum": list(Processor)}, "Whose fields the answer has"),
    "paper": _query("paper", {"enum": list(Paper)}, "The size of pages; by the currency"),
    "standard": _query("standard", {"enum": list(Standard)}, "The PDF standard"),
    "include": _query("include", {"type": "string"}, "Approved fields to show, commas between"),
    "leave_out": _query("leave_out", {"type": "string"}, "Documents to leave out, likewise"),
    "draft": _query("draft", {"enum": ["true", "false"]}, "Export a period that is still open"),
    "detail": _query("detail", {"enum": list(DETAILS)}, "Sums by day and row, or every entry"),
    "month": {
        **_query("period", ref("Period"), "A month, at most ten years ahead"),
        "required": True,
    },
    "seen": {
        "name": "If-Match",
        "in": "header",
        "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
        "description": "The version you have seen of what the path names: another one is 409",
    },
    "version": _query("version", {**_WHOLE, "minimum": 1}, "Of the close; default: that in force"),
}
