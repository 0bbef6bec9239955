"""Setting up: clinic, policies, services, patients, offers."""

from aggregates import publishing, setup
from aggregates.clinic.orders import DefineClinic, SetPolicy
from aggregates.offer.orders import PublishOffer, RetireOffer
from aggregates.patient.orders import RegisterPatient
from aggregates.service.orders import DefineService
from commands.desk import Desk
from commands.spec import Spec
from ledger.decider import Context, Decision


def define_clinic(desk: Desk, context: Context, order: DefineClinic) -> Decision:
    return setup.define_clinic(context, order, desk.clinic())


def set_policy(desk: Desk, context: Context, order: SetPolicy) -> Decision:
    return setup.set_policy(context, order, desk.clinic())


def define_service(desk: Desk, context: Context, order: DefineService) -> Decision:
    desk.services([order.service], context.at)
    return setup.define_service(context, order)


def register_patient(desk: Desk, context: Context, order: RegisterPatient) -> Decision:
    desk.patient(order.patient)
    return setup.register_patient(context, order)


def publish_offer(desk: Desk, context: Context, order: PublishOffer) -> Decision:
    names = [name for line in order.lines for name in publishing.named_services(line)]
    services = desk.services(names, context.at)
    return publishing.publish_offer(context, order, desk.offer(order.offer), services)


def retire_offer(desk: Desk, context: Context, order: RetireOffer) -> Decision:
    return publishing.retire_offer(context, order, desk.offer(order.offer))


SPECS = (
    Spec("define_clinic", DefineClinic, define_clinic),
    Spec("set_policy", SetPolicy, set_policy),
    Spec("define_service", DefineService, define_service),
    Spec("register_patient", RegisterPatient, register_patient),
    Spec("publish_offer", PublishOffer, publish_offer),
    Spec("retire_offer", RetireOffer, retire_offer),
)
