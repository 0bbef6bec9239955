"""Pauses, cancellation, plan changes and modifications, as commands of the clinic in memory."""

from typing import Any

from aggregates import cancelling, modifying, pausing, replanning
from aggregates.selling import Catalogue
from aggregates.subscription import change_orders as o
from tests.support.clinic import DIGEST, day, parsed
from tests.support.club import Club


class Altered(Club):
    """A club whose contracts change on their way."""

    def gold(self, price: int = 20000, **more: Any) -> "Altered":
        """The dearer offer of accounting.md 21.3."""
        self.offers("gold", price, lines=[SAUNA_GOLD, MASSAGES_GOLD], **more)
        return self

    def pause(self, on: str, first: str, until: str | None = None, **more: Any) -> Any:
        fields = {"subscription": "s-1", "from": day(first), **more}
        order = parsed(o.PauseContract, fields | ({} if until is None else {"until": day(until)}))
        context = self.context(on)
        return self.take(context, pausing.pause(context, order, self.contract(order.subscription)))

    def resume(self, on: str, key: str = "s-1") -> Any:
        order = o.ResumeContract(subscription=key)
        context = self.context(on)
        return self.take(context, pausing.resume(context, order, self.contract(key)))

    def cancel(self, on: str, effective: str = "now", **more: Any) -> Any:
        named = effective in ("now", "period_end")
        fields = {
            "subscription": "s-1",
            "effective": effective if named else day(effective),
            "channel": "email",
            "reason": DIGEST,
            **more,
        }
        order = parsed(o.Cancel, fields)
        context = self.context(on)
        contract = self.contract(order.subscription)
        return self.take(context, cancelling.cancel(context, order, contract))

    def change_plan(self, on: str, offer: str, effective: str = "now", **more: Any) -> Any:
        named = effective in ("now", "next_cycle")
        fields = {
            "subscription": "s-1",
            "offer": offer,
            "effective": effective if named else day(effective),
            "proration": "days",
            **more,
        }
        order = parsed(o.ChangePlan, fields)
        context = self.context(on)
        found = self.state("offer", offer).at(context.at, order.version)
        catalogue = Catalogue(self.state("clinic"), found, self.services())
        contract = self.contract(order.subscription)
        return self.take(context, replanning.change_plan(context, order, contract, catalogue))

    def modify(self, on: str, price: int, *lines: dict[str, Any], **more: Any) -> Any:
        fields = {
            "subscription": "s-1",
            "modification": "m-1",
            "effective": day(on),
            "price": price,
            "lines": lines,
            "reason": DIGEST,
            **more,
        }
        order = parsed(o.ModifyContract, fields)
        context = self.context(on)
        contract = self.contract(order.subscription)
        decision = modifying.modify(context, order, contract, self.services())
        return self.take(context, decision)

    def accrued(self, grant: str, on: str) -> int:
        """What time has earned of a lot by the end of a day."""
        return self.contract().lots[grant].accrued(day(on))

    def expires(self, grant: str) -> str | None:
        """The last valid day of a lot."""
        last = self.contract().lots[grant].expires
        return None if last is None else f"{last:%m-%d}"


SAUNA_GOLD = {"kind": "unlimited", "line": "sauna", "services": ["sauna"], "ssp": 14000}
MASSAGES_GOLD = {"kind": "units", "line": "massage", "services": ["massage"], "quantity": "2"}
