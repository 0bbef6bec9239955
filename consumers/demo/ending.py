"""How the demo ends: one answer for each person at the clinic, and what to try next."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from aggregates.visit.events import VisitRecorded
from consumers import asking
from consumers.anchoring import anchored
from consumers.bootstrap import Ledger
from consumers.checking import check
from consumers.cli.asking import balance_sheets, quote_sheets
from consumers.cli.closed import close_sheets, sealed_report
from consumers.cli.evidence import packet_sheets
from consumers.cli.output import Sheet, print_sheet
from consumers.demo.cast import HERO, sales
from consumers.demo.clinic import CLINIC, DRIP
from consumers.demo.dispute import DISPUTE
from consumers.demo.members import buyer_of, menu_sales
from consumers.demo.menu import CLUB, CREDIT, MASSAGE, SAUNA, SERUM
from consumers.demo.traffic import Traffic
from consumers.demo.visits import LATE, MONTHS, messages
from ledger.errors import Broken
from projections.balances.asof import View
from projections.close.figures import verify
from projections.evidence.packet import build_packet
from projections.evidence.verify import verify_packet
from projections.reports.accounting import late_events

CURRENCY = "USD"


def quoted() -> str:
    """The contract whose refund is quoted: the first IV series."""
    return next(sale.subscription for sale in sales() if sale.offer == DRIP)


def tell(ledger: Ledger, traffic: Traffic, console: Console, packet: Path) -> None:
    """The front desk, the accountant, the dispute handler, the auditor; each as of today."""
    today = View(ledger.today(CLINIC))
    console.rule("Front desk: what is left")
    held = asking.balance(ledger, CLINIC, today, patient=HERO, subscription=None)
    if held is not None:
        _print(balance_sheets(held, CURRENCY))
    _tell_member(ledger, traffic, console)
    console.rule("Front desk: what a refund would come to")
    quote = asking.refund_quote(ledger, CLINIC, quoted(), today)
    if quote is not None:
        _print(quote_sheets(quote, CURRENCY))
    _tell_accountant(ledger, console)
    _tell_operator(ledger, console)
    console.rule("Dispute handler: the packet")
    anchored(ledger)
    built = build_packet(ledger.store, CLINIC, DISPUTE, packet, ledger.settings.clock())
    if built is None or verify_packet(packet):
        raise Broken("the demo's packet does not hold")
    _print(packet_sheets(built, packet, CURRENCY))
    _tell_auditor(ledger, console)


def _tell_member(ledger: Ledger, traffic: Traffic, console: Console) -> None:
    member, today = buyer_of(CLUB), View(ledger.today(CLINIC))
    console.rule("Front desk: what a member's plan covers today")
    held = asking.balance(ledger, CLINIC, today, patient=member, subscription=None)
    if held is not None:
        _print(balance_sheets(held, CURRENCY))
    lines = [{"service": name, "quantity": "1"} for name in (SAUNA, MASSAGE, SERUM)]
    question = {"patient": member, "lines": lines, "access": ["messaging", "same_day"]}
    _print(check_sheets(traffic.check(CLINIC, question)))
    console.rule("Front desk: what is left of $550 of credit")
    sale = next(sale for sale in reversed(menu_sales()) if sale.offer == CREDIT)
    credit = asking.balance(ledger, CLINIC, today, patient=None, subscription=sale.subscription)
    for contract in [] if credit is None else credit["subscriptions"]:
        columns = ("line", "face_remaining", "expires", "deferred")
        rows = [tuple(line[name] for name in columns) for line in contract["lines"]]
        money = frozenset({"face_remaining", "deferred"})
        _print([Sheet(f"{sale.patient}: {contract['name']}", columns, rows, money, CURRENCY)])


def check_sheets(answer: dict[str, Any]) -> list[Sheet]:
    """The answer to an entitlement check, as tables; raises Broken when there is none."""
    if "error" in answer:
        raise Broken(f"the entitlement check: {answer['error']}")
    columns = ("service", "covered", "list_price", "discount", "patient_owes")
    rows = [tuple(row[name] for name in columns) for row in answer["coverage"]]
    rights = [(name, granted) for name, granted in answer["access"].items()]
    return [
        Sheet(f"Tier {answer['tier']}", columns, rows, frozenset(columns[2:]), CURRENCY),
        Sheet("Access", ("right", "granted"), rights),
    ]


def _tell_accountant(ledger: Ledger, console: Console) -> None:
    january, february, _ = MONTHS
    console.rule("Accountant: January's close")
    _print(close_sheets(sealed_report(ledger, CLINIC, str(january)), CURRENCY))
    console.rule(f"Accountant: visit {LATE} took place in January and came in February")
    with asking.books(ledger, CLINIC, View(february.last)) as books:
        late = late_events(books, february)
    columns = ("position", "type", "service_date", "prior_period_of", "posting_date", "amount")
    rows = [tuple(row[name] for name in columns) for row in late]
    print_sheet(Sheet("Posted in February", columns, rows, frozenset({"amount"}), CURRENCY))
    proof = verify(ledger.conninfo, CLINIC, january)
    if proof is None or not proof["same"]:
        raise Broken(f"{january} does not replay to what was sealed")
    console.print(f"January still replays to the sealed digest {proof['sealed'][:16]}...")


def _tell_operator(ledger: Ledger, console: Console) -> None:
    console.rule("Operator: what came over NATS")
    sent = sum(len(messages(month)) for month in MONTHS)
    visits = sum(isinstance(row.event, VisitRecorded) for row in ledger.store.history(CLINIC))
    letters = ledger.letters.list("open", CLINIC)
    console.print(
        f"{sent} reports made {visits} visits; the others were repetitions, or are dead letters:"
    )
    rows = [(letter.id, letter.code, letter.message) for letter in letters]
    print_sheet(Sheet("Dead letters", ("id", "code", "message"), rows))


def _tell_auditor(ledger: Ledger, console: Console) -> None:
    console.rule("Auditor: the log and what was made from it")
    found = check(ledger, CLINIC)
    if not found["ok"]:
        raise Broken(f"the check found differences: {found}")
    models = ", ".join(model["projection"] for model in found["read_models"])
    console.print(
        f"{found['position']} events; the hash chain holds; {models} equal a replay of the log."
    )


def say_next(console: Console, data: Path) -> None:
    """What to type next."""
    folder = "" if data == Path(".ledger") else f" --data {data}"
    console.rule("Try next")
    for command, what in (
        (f"balance --patient {HERO} --as-of 2026-02-28", "what was left a month earlier"),
        (f"quote refund {quoted()} --as-of 2026-02-15", "a refund with its working"),
        ("trial-balance --as-of 2026-03-31", "the books"),
        ("dead list", "messages that nobody could take"),
        ("serve --now 2026-03-31T18:00-04:00", "the front desk's page, on the evening it ended"),
        ("verify 2026-01", "prove that January has not changed"),
    ):
        console.print(f"  ledger{escape(folder)} {command}   [dim]{what}[/dim]", highlight=False)


def _print(sheets: Sequence[Sheet]) -> None:
    for sheet in sheets:
        print_sheet(sheet)
