"""What is downloaded as an archive: the journal for another program, and a dispute's packet."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson
from fastapi import Request, Response

from consumers import asking
from consumers.exporting import Format, OpenPeriod, exported
from consumers.http.asked import Asked, asked, check_ids, wrong
from consumers.http.callers import Caller
from consumers.http.problems import Refusal
from consumers.http.site import LAST_POSITION, Site
from consumers.packets import Paper, Processor, Standard
from ledger.calendar import Period
from projections.balances.asof import View

#: Of an export; `period` is one month, so nobody asks for ten years at once.
OF_AN_EXPORT = ("period", "format", "draft", "detail", "known_at")
OF_A_PACKET = ("processor", "paper", "standard", "include", "leave_out")
FORMATS = ("csv", "iif", "qbo", "xero", "netsuite", "beancount", "hledger")
DETAILS = ("summary", "line")
ZIP = "application/zip"
_ALL_THE_SAME = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive: the same content is the same bytes."""


def journal(site: Site) -> Callable[[Request], Any]:
    """The journal of a month as files of another program, with the batch that describes them."""

    async def handle(request: Request) -> Response:
        caller = await site.caller(request, "reports", "books")
        given = asked(request, OF_AN_EXPORT)
        return await site.work.run(_journal, site, caller, given)

    return handle


def _journal(site: Site, caller: Caller, given: Asked) -> Response:
    from projections.exports.formats import SUFFIXES  # noqa: PLC0415  only exports need them

    form, period = _format(given), given.period
    if period is None:
        raise wrong("period", "Say which month, as in 2026-01.")
    position = site.reached(caller.clinic, 0)
    texts, batch = _written(
        site, caller.clinic, form, period, given.view(site.ledger, caller.clinic)
    )
    suffix = SUFFIXES.get(form.name, "csv")
    names = [f"journal-{number}.{suffix}" for number in range(1, len(texts) + 1)]
    files = dict(zip(names, (text.encode() for text in texts), strict=True))
    files["batch.json"] = orjson.dumps(batch(dict(zip(names, texts, strict=True))))
    return archive(f"journal-{period}-{form.name}", files, position)


def _format(given: Asked) -> Format:
    form, detail = given.given.get("format", "csv"), given.given.get("detail")
    if form not in FORMATS:
        raise wrong("format", f"One of {', '.join(FORMATS)}.")
    if detail is not None and detail not in DETAILS:
        raise wrong("detail", f"One of {', '.join(DETAILS)}.")
    draft = given.given.get("draft", "false")
    if draft not in {"true", "false"}:
        raise wrong("draft", "true or false.")
    return Format(form, draft == "true", detail)


def _written(
    site: Site, clinic: str, form: Format, period: Period, view: View
) -> tuple[tuple[str, ...], Callable[[Mapping[str, str]], dict[str, Any]]]:
    from projections.exports.batch import manifest  # noqa: PLC0415  only exports need them
    from projections.reports.accounting import journal as entries_of  # noqa: PLC0415

    with asking.books(site.ledger, clinic, view) as books:
        period = books.calendar.bound(period)
        entries = entries_of(books, period.first, period.last)
        defined = site.ledger.clinic(clinic)
        try:
            made = exported(form, defined, books, entries, period, period.last)
        except OpenPeriod as error:
            detail = f"{error}; close it, or ask for a draft."
            raise Refusal(HTTPStatus.CONFLICT, "period_open", detail, "period") from None
    return made.texts, lambda files: manifest(made.scope, made.totals, files)


def packet(site: Site) -> Callable[[Request], Any]:
    """The packet that answers a dispute, as `ledger evidence` writes it."""

    async def handle(request: Request) -> Response:
        caller = await site.caller(request, "evidence", "evidence")
        given = asked(request, OF_A_PACKET)
        check_ids(request.path_params)
        dispute = request.path_params["dispute"]
        return await site.work.run(_packet, site, caller, dispute, given)

    return handle


def _packet(site: Site, caller: Caller, dispute: str, given: Asked) -> Response:
    position = site.reached(caller.clinic, 0)
    with TemporaryDirectory() as folder:
        out = Path(folder) / "packet"
        made = _built(site, caller.clinic, dispute, out, given)
        if made is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "unknown_dispute", f"No dispute {dispute}.")
        files = {
            str(path.relative_to(out)): path.read_bytes()
            for path in sorted(out.rglob("*"))
            if path.is_file()
        }
    return archive(
        f"evidence-{dispute}", files, position, {"Packet-Sha256": str(made["packet_sha256"])}
    )


def _built(site: Site, clinic: str, dispute: str, out: Path, given: Asked) -> dict[str, Any] | None:
    """Writes the packet; what cannot be had is a problem with the option that would change it."""
    from projections.evidence import packet as made_by  # noqa: PLC0415  loads the PDF writer
    from projections.evidence.paper.fitting import TooLarge  # noqa: PLC0415
    from projections.evidence.profile.elevation import NotApproved  # noqa: PLC0415

    options = made_by.Options(
        given.one_of("processor", Processor, Processor.STRIPE),
        given.one_of("paper", Paper, Paper.AUTO),
        given.one_of("standard", Standard, Standard.A_2B),
        include=given.several("include"),
        leave_out=given.several("leave_out"),
    )
    now, store = site.ledger.settings.clock(), site.ledger.store
    try:
        return made_by.build_packet(store, clinic, dispute, out, now, options)
    except TooLarge as error:
        detail = f"The packet is too large: {error}"
        raise Refusal(HTTPStatus.CONFLICT, "packet_too_large", detail, "leave_out") from None
    except NotApproved as error:
        detail = f"{error}."
        raise Refusal(HTTPStatus.FORBIDDEN, "approval_required", detail, "include") from None
    except made_by.UnknownName as error:
        raise wrong("leave_out", f"{error}.") from None


def archive(
    name: str, files: Mapping[str, bytes], position: int, headers: Mapping[str, str] = {}
) -> Response:
    """The files as one attachment; its name is ours, made of ids."""
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as made:
        for path, data in files.items():
            made.writestr(ZipInfo(path, _ALL_THE_SAME), data, ZIP_DEFLATED)
    told = {
        LAST_POSITION: str(position),
        "Content-Disposition": f'attachment; filename="{name}.zip"',
        **headers,
    }
    return Response(content.getvalue(), HTTPStatus.OK, told, ZIP)
