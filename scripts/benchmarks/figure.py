"""What a benchmark tells, and how large it is made."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value beside another one of the same run and machine."""

    figure: str
    value: float
    unit: str
    against: str
    against_value: float

    def to_json(self) -> dict[str, str | float]:
        """The object that ``--json`` prints; `ratio` is value ÷ against_value."""
        return {
            "figure": self.figure,
            "value": _shown(self.value),
            "unit": self.unit,
            "against": self.against,
            "against_value": _shown(self.against_value),
            "ratio": round(self.value / self.against_value, 3),
        }


def _shown(value: float) -> float:
    """Few digits, but enough of a small value for the ratio to be seen in it."""
    return round(value, 2 if value >= 10 else 4)  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is done for each figure.

    `sales` and `visits` are commands per clinic in batches, `single` those one by one, per
    clinic; `stock` are all inserts of the library's recorder; `messages` are visits over NATS at
    the two sizes whose memory is compared; `events` are lengths of one clinic's history; `seconds`
    is how long a baseline runs. `batches` are those of visits to patients with many contracts,
    `years` the length of a membership.
    """

    sales: int
    visits: int
    single: int
    stock: int
    messages: tuple[int, int]
    events: tuple[int, ...]
    seconds: int
    batches: int
    years: int

    def up_to(self, events: int) -> "Sizes":
        """The same with so many events in the longest history and through the workers, a tenth
        of them for comparison; a visit is two events.
        """
        return replace(self, events=(events // 10, events), messages=(events // 20, events // 2))


FULL = Sizes(
    sales=2_000,
    visits=10_000,
    single=1_000,
    stock=4_000,
    messages=(50_000, 500_000),
    events=(10_000, 100_000, 1_000_000),
    seconds=10,
    batches=10,
    years=10,
)
QUICK = Sizes(
    sales=1_000,
    visits=2_000,
    single=200,
    stock=1_600,
    messages=(4_000, 12_000),
    events=(10_000, 100_000),
    seconds=2,
    batches=3,
    years=2,
)
