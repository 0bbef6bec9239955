"""A typed client of the HTTP API: one method for each operation of its description.

Made by scripts/client from the description of the API, not edited by hand.
"""

from ledger.client.adjustments import Adjustments
from ledger.client.approvals import Approvals
from ledger.client.bookings import Bookings
from ledger.client.charges import Charges
from ledger.client.check import Check
from ledger.client.clinic import Clinic
from ledger.client.communications import Communications
from ledger.client.disputes import Disputes
from ledger.client.documents import Documents
from ledger.client.events import Events
from ledger.client.evidence import Evidence
from ledger.client.exports import Exports
from ledger.client.goodwill import Goodwill
from ledger.client.holds import Holds
from ledger.client.offers import Offers
from ledger.client.patients import Patients
from ledger.client.payments import Payments
from ledger.client.payouts import Payouts
from ledger.client.periods import Periods
from ledger.client.refunds import Refunds
from ledger.client.reports import Reports
from ledger.client.reports_2 import Reports2
from ledger.client.reports_3 import Reports3
from ledger.client.services import Services
from ledger.client.store_credit import StoreCredit
from ledger.client.subscriptions import Subscriptions
from ledger.client.subscriptions_2 import Subscriptions2
from ledger.client.subscriptions_3 import Subscriptions3
from ledger.client.tick import Tick
from ledger.client.transport import Answer, Problem, Unreachable
from ledger.client.unclaimed import Unclaimed
from ledger.client.visits import Visits
from ledger.client.webhook_endpoints import WebhookEndpoints

__all__ = ["Answer", "Client", "Problem", "Unreachable"]


class Client(
    Adjustments,
    Approvals,
    Bookings,
    Charges,
    Check,
    Clinic,
    Communications,
    Disputes,
    Documents,
    Events,
    Evidence,
    Exports,
    Goodwill,
    Holds,
    Offers,
    Patients,
    Payments,
    Payouts,
    Periods,
    Refunds,
    Reports,
    Reports2,
    Reports3,
    Services,
    StoreCredit,
    Subscriptions,
    Subscriptions2,
    Subscriptions3,
    Tick,
    Unclaimed,
    Visits,
    WebhookEndpoints,
):
    """The whole API."""
