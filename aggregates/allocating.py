"""Which line takes what of a price: relative, a discount to a subset, the residual (4.2 to 4.6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from aggregates.offer.lines import Bundle
from ledger.codes import Code, Refused
from ledger.ratios import Remainder, allocated, rounded

#: Two discounts are essentially the same when they differ by no more of the contract's (4.4).
SAME_DISCOUNT = Fraction(1, 20)
#: A residual below this share of the price is evidence that the method is wrong (4.4).
NEAR_ZERO = Fraction(1, 20)


@dataclass(frozen=True, slots=True)
class Carrier:
    """A line that may carry value: its stand-alone price, or the `residual` of the price."""

    line: str
    ssp: Fraction
    residual: bool = False


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a sale and what decides how it is split. `bundle` is the part of the offer
    that is regularly sold together at a discount, where the policy lets it count.
    """

    amount: int
    carriers: tuple[Carrier, ...]
    remainder: Remainder = "largest_remainder"
    bundle: Bundle | None = None

    @property
    def has_residual(self) -> bool:
        """Whether one line takes what the observable prices of the others leave."""
        return any(carrier.residual for carrier in self.carriers)

    @property
    def discounted(self) -> Bundle | None:
        """The bundle that the whole discount belongs to, if it does (606-10-32-37; 4.4).

        Beside a residual line there is no other discount to compare with.
        """
        bundle = self.bundle
        if bundle is None or bundle.price > self.amount:
            return None
        others = any(part.ssp for part in self.carriers if part.line not in bundle.lines)
        if not others and not self.has_residual:
            return None
        observed = self._worth(bundle.lines) - bundle.price
        given = sum((carrier.ssp for carrier in self.carriers), Fraction(0)) - self.amount
        alike = self.has_residual or abs(given - observed) <= given * SAME_DISCOUNT
        return bundle if observed > 0 and alike else None

    def _worth(self, lines: Sequence[str]) -> Fraction:
        return sum((part.ssp for part in self.carriers if part.line in lines), Fraction(0))

    def parts(self) -> list[int]:
        """What each carrier is allocated; the parts add up to the amount.

        Raises ValueError when nothing can carry it.
        """
        bundle = self.discounted
        inside = () if bundle is None else bundle.lines
        first = 0 if bundle is None else bundle.price
        rest = [Fraction(0) if part.line in inside else part.ssp for part in self.carriers]
        second = rounded(sum(rest, Fraction(0))) if self.has_residual else self.amount - first
        of_bundle = [part.ssp if part.line in inside else Fraction(0) for part in self.carriers]
        return [
            self.amount - first - second if part.residual else one + other
            for part, one, other in zip(
                self.carriers, self._split(first, of_bundle), self._split(second, rest), strict=True
            )
        ]

    def _split(self, amount: int, weights: Sequence[Fraction]) -> list[int]:
        return allocated(amount, weights, self.remainder)


def problem_with(price: Price) -> Refused | None:
    """Why a price cannot be allocated: nothing says what its lines are worth, or what the
    observable prices leave for the residual line is near zero.
    """
    valued = price.has_residual or any(part.ssp for part in price.carriers)
    if price.amount and not valued:
        lines = [part.line for part in price.carriers]
        problem = "None of the lines has a stand-alone price."
        return Refused(Code.INVALID, problem, "data.offer", {"lines": lines})
    for part, amount in zip(price.carriers, price.parts(), strict=True):
        if part.residual and amount < price.amount * NEAR_ZERO:
            problem = f"The other lines leave {amount} of {price.amount} for line {part.line}."
            details = {"line": part.line, "residual": amount, "price": price.amount}
            return Refused(Code.AMOUNT_MISMATCH, problem, "data.price", details)
    return None
