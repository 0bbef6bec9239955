"""People who come with a token: at which clinics they work, and in which role."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from ledger.errors import LedgerError
from ledger.store.pool import Pool, lent

_FIELDS = "clinic, person, actor, role, scopes, since, ended_at"
_JOIN = f"""
INSERT INTO access.membership ({_FIELDS}) VALUES (%s, %s, %s, %s, %s, %s, NULL)
ON CONFLICT (clinic, person) DO UPDATE
SET actor = excluded.actor, role = excluded.role, scopes = excluded.scopes,
    since = excluded.since, ended_at = NULL
"""  # noqa: S608 - made of constants
_END = """
UPDATE access.membership SET ended_at = %s
WHERE clinic = %s AND person = %s AND ended_at IS NULL RETURNING person
"""
_OF_PERSON = f"""
SELECT {_FIELDS} FROM access.membership WHERE person = %s AND ended_at IS NULL ORDER BY clinic
"""  # noqa: S608
_OF_CLINIC = f"SELECT {_FIELDS} FROM access.membership WHERE clinic = %s ORDER BY person"  # noqa: S608


class NoMember(LedgerError):
    """The person is no member of the clinic now."""


@dataclass(frozen=True, slots=True)
class Membership:
    """`person` is the subject of the token; `actor` stands in the events of what he records."""

    clinic: str
    person: str
    actor: str
    role: str
    scopes: Sequence[str]
    since: datetime
    ended_at: datetime | None = None


class People:
    """The memberships of all clinics."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def join(self, membership: Membership) -> None:
        """Makes a person a member, or changes what he is."""
        one = membership
        row = (one.clinic, one.person, one.actor, one.role, list(one.scopes), one.since)
        with lent(self._pool) as connection:
            connection.execute(_JOIN, row)

    def end(self, clinic: str, person: str, now: datetime) -> None:
        """Ends a membership at once; raises NoMember when there is none."""
        with lent(self._pool) as connection:
            if connection.execute(_END, (now, clinic, person)).fetchone() is None:
                raise NoMember(f"{person} is no member of {clinic}")

    def of(self, person: str) -> list[Membership]:
        """Where the person works now."""
        with (
            lent(self._pool) as connection,
            connection.cursor(row_factory=class_row(Membership)) as read,
        ):
            return read.execute(_OF_PERSON, (person,)).fetchall()

    def at(self, clinic: str) -> list[Membership]:
        """The members of a clinic, those who left too."""
        with (
            lent(self._pool) as connection,
            connection.cursor(row_factory=class_row(Membership)) as read,
        ):
            return read.execute(_OF_CLINIC, (clinic,)).fetchall()
