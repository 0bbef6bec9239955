"""The command line: its calls, its global options, and what becomes of failures."""

import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from consumers.cli import (
    anchoring,
    approvals,
    asking,
    books,
    demo,
    evidence,
    explaining,
    importing,
    keys,
    members,
    operations,
    people,
    policies,
    recording,
    reports,
    serving,
    upkeep,
    webhooks,
)
from consumers.cli.arguments import globals_first
from consumers.cli.call import EXPORTS, Call, Form, Mistake, checked_clinic, moment
from consumers.horizon import horizon
from ledger.errors import LedgerError
from ledger.settings import from_environment

FAILED = 2
ROLES = (
    "front_desk",
    "provider",
    "accountant",
    "dispute_handler",
    "clinic_admin",
    "service",
)

app = typer.Typer(
    name="ledger",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Global options may stand before or after the call. Start with: ledger demo",
)

Data = Annotated[
    Path | None, typer.Option(help="Folder of the embedded servers (default .ledger).")
]
Database = Annotated[str | None, typer.Option(metavar="URL", help="External PostgreSQL.")]
Nats = Annotated[str | None, typer.Option(metavar="URL", help="External NATS.")]
Clinic = Annotated[str | None, typer.Option(metavar="C", help="The clinic.")]
Format = Annotated[Form, typer.Option("--format", help="How answers are written.")]
Json = Annotated[bool, typer.Option("--json", help="Same as --format json.")]
Actor = Annotated[str | None, typer.Option(metavar="ID", help="Who records (embedded: local).")]
Role = Annotated[str | None, typer.Option(metavar="R", help=f"In which role: {', '.join(ROLES)}.")]
Now = Annotated[
    str | None, typer.Option(metavar="TIME", help="The ledger's clock, for tests and demos.")
]


@app.callback()
def options(
    context: typer.Context,
    data: Data = None,
    database: Database = None,
    nats: Nats = None,
    clinic: Clinic = None,
    form: Format = Form.TABLE,
    json: Json = False,
    actor: Actor = None,
    role: Role = None,
    now: Now = None,
) -> None:
    """Billing and entitlements of clinics that sell prepaid packages.

    What a patient has left, what the books say, and the evidence for a dispute,
    all from one append-only history.
    """
    settings = from_environment()
    if role is not None and role not in ROLES:
        raise Mistake(f"--role: {role!r} is none of {', '.join(ROLES)}")
    settings = replace(
        settings,
        data=data or settings.data,
        database=database or settings.database,
        nats=nats or settings.nats,
        now=None if now is None else _clock(now, settings.clock()),
    )
    form = Form.JSON if json else form
    if form in EXPORTS and form is not Form.CSV and context.invoked_subcommand != "journal":
        raise Mistake(f"--format {form}: only the journal is written so")
    context.obj = Call(settings, checked_clinic(clinic), form, actor, role)


def _clock(text: str, system: datetime) -> datetime:
    """What ``--now`` says; raises Mistake for a time that no question could reach."""
    given, last = moment(text, "--now"), horizon(system.date()).last
    if given.date() > last:
        raise Mistake(f"invalid: --now: the last day that the clock can say is {last}")
    return given


app.command()(demo.demo)
app.command()(serving.serve)
app.command()(recording.apply)
app.command("import", help=importing.HELP)(importing.import_)
app.command()(asking.balance)
app.command()(asking.history)
app.add_typer(asking.quote_app, name="quote")
app.command()(recording.tick)
app.command()(books.journal)
app.command("trial-balance")(books.trial_balance)
app.command()(books.rollforward)
app.command("late-events")(books.late_events)
app.command()(reports.waterfall)
app.command()(reports.rpo)
app.command("contract-balances")(reports.contract_balances)
app.command()(reports.liability)
app.command()(reports.aging)
app.command()(reports.breakage)
app.command()(reports.processor)
app.command()(reports.sales)
app.command()(reports.profitability)
app.command()(reports.revenue)
app.command()(operations.utilization)
app.command()(operations.expiring)
app.command()(operations.renewals)
app.command()(members.members)
app.command()(members.metrics)
app.command()(recording.close)
app.command()(recording.reopen)
app.command()(books.verify)
app.command()(books.rules)
app.command()(policies.policies)
app.command()(explaining.explain)
app.command()(approvals.approvals)
app.command()(evidence.disputes)
app.command()(evidence.evidence)
app.command("verify-packet")(evidence.verify_packet)
app.command()(anchoring.anchor)
app.add_typer(upkeep.dead_app, name="dead")
app.add_typer(keys.key_app, name="key")
app.add_typer(people.person_app, name="person")
app.add_typer(webhooks.webhook_app, name="webhook")
app.command()(upkeep.rebuild)
app.command()(upkeep.check)
app.command()(upkeep.stop)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs one call and exits with its status; what goes wrong is said in one paragraph."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        app(globals_first(given))
    except LedgerError as error:
        fail(str(error))
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stderr.close()
        sys.exit(FAILED)
    except OSError as error:
        fail(f"{error.filename or 'system'}: {error.strerror or error}")
    except Exception as error:  # noqa: BLE001  a fault of ours is told in a line, too
        *_, frame = traceback.extract_tb(error.__traceback__)
        place = f"{Path(frame.filename).name}:{frame.lineno}"
        fail(f"a fault of the ledger itself, {type(error).__name__} at {place}")
    sys.exit(0)


def fail(message: str) -> NoReturn:
    """Says what went wrong and ends with status 2."""
    sys.stderr.write(f"ledger: {message}\n")
    sys.exit(FAILED)
