"""How far a projection is, per clinic: the library's tracking contract over ``views.mark``."""

from collections.abc import Sequence

from eventsourcing.persistence import IntegrityError, Tracking, TrackingRecorder

from ledger.store.pool import Connection, Pool, clinic_transaction, lent

_LAG = """
SELECT h.clinic, h.position - coalesce(m.position, 0)
FROM ledger.clinic_head h
LEFT JOIN views.mark m ON m.clinic = h.clinic AND m.projection = %s
WHERE h.position > coalesce(m.position, 0)
ORDER BY h.clinic
"""
# In one order, so that two who lock the marks of a clinic never wait for each other.
_LOCK_ALL = """
SELECT projection, position FROM views.mark
WHERE clinic = %s AND projection = ANY (%s)
ORDER BY projection FOR UPDATE
"""
_MAKE_ALL = """
INSERT INTO views.mark (clinic, projection, position)
SELECT %s, projection, 0 FROM unnest(%s::text[]) AS projection ORDER BY projection
ON CONFLICT (clinic, projection) DO NOTHING
"""
# One that is ahead of the others stays where it is.
_MOVE_ALL = """
UPDATE views.mark SET position = greatest(position, %s)
WHERE clinic = %s AND projection = ANY (%s)
"""
_BEHIND = """
SELECT h.clinic, array_agg(model)
FROM ledger.clinic_head h CROSS JOIN unnest(%s::text[]) AS model
LEFT JOIN views.mark m ON m.clinic = h.clinic AND m.projection = model
WHERE h.position > coalesce(m.position, 0)
GROUP BY h.clinic ORDER BY h.clinic
"""
_BEHIND_IN = """
SELECT h.position, array_agg(model) FILTER (WHERE h.position > coalesce(m.position, 0))
FROM ledger.clinic_head h CROSS JOIN unnest(%s::text[]) AS model
LEFT JOIN views.mark m ON m.clinic = h.clinic AND m.projection = model
WHERE h.clinic = %s GROUP BY h.position
"""


def lock_all(connection: Connection, clinic: str, projections: Sequence[str]) -> dict[str, int]:
    """The last position each has applied, 0 for none; held until the transaction ends."""
    asked = (clinic, list(projections))
    found: dict[str, int] = dict(connection.execute(_LOCK_ALL, asked).fetchall())
    if len(found) < len(projections):
        connection.execute(_MAKE_ALL, asked)
        found = dict(connection.execute(_LOCK_ALL, asked).fetchall())
    return found


def move_all(
    connection: Connection, clinic: str, projections: Sequence[str], position: int
) -> None:
    """Moves the marks that `lock_all` holds forward, up to `position`."""
    connection.execute(_MOVE_ALL, (position, clinic, list(projections)))


def behind(pool: Pool, projections: Sequence[str]) -> dict[str, list[str]]:
    """The clinics with news for some of the projections, each with the names of these."""
    with lent(pool) as connection:
        return dict(connection.execute(_BEHIND, (list(projections),)).fetchall())


def behind_in(pool: Pool, clinic: str, projections: Sequence[str]) -> tuple[int, set[str]]:
    """The clinic's last position, and the projections that have not seen it, in one round trip."""
    with lent(pool) as connection:
        row = connection.execute(_BEHIND_IN, (list(projections), clinic)).fetchone()
    position, names = row or (0, None)
    return position, set(names or ())


class Marks(TrackingRecorder):
    """The marks of one projection; a clinic is the library's application name."""

    def __init__(self, pool: Pool, projection: str) -> None:
        self.pool = pool
        self.projection = projection

    def lock(self, connection: Connection, clinic: str) -> int:
        """The last position applied, 0 for none; held until the clinic's transaction ends."""
        key = (clinic, self.projection)
        connection.execute(
            "INSERT INTO views.mark (clinic, projection, position) VALUES (%s, %s, 0)"
            " ON CONFLICT (clinic, projection) DO NOTHING",
            key,
        )
        [(position,)] = connection.execute(
            "SELECT position FROM views.mark WHERE clinic = %s AND projection = %s FOR UPDATE", key
        )
        return int(position)

    def move(self, connection: Connection, clinic: str, position: int) -> None:
        """Sets the mark that `lock` holds."""
        connection.execute(
            "UPDATE views.mark SET position = %s WHERE clinic = %s AND projection = %s",
            (position, clinic, self.projection),
        )

    def lag(self) -> dict[str, int]:
        """Positions yet to apply, for each clinic that has any."""
        with lent(self.pool) as connection:
            return dict(connection.execute(_LAG, (self.projection,)).fetchall())

    def insert_tracking(self, tracking: Tracking) -> None:
        """Moves a mark forward; raises the library's IntegrityError when it is there already."""
        clinic = tracking.application_name
        with lent(self.pool) as connection, clinic_transaction(connection, clinic):
            if self.lock(connection, clinic) >= tracking.notification_id:
                raise IntegrityError(f"{clinic} is past {tracking.notification_id}")
            self.move(connection, clinic, tracking.notification_id)

    def max_tracking_id(self, application_name: str) -> int | None:
        """The clinic's mark, or None when nothing was applied."""
        with lent(self.pool) as connection, clinic_transaction(connection, application_name):
            mark = connection.execute(
                "SELECT position FROM views.mark WHERE clinic = %s AND projection = %s",
                (application_name, self.projection),
            ).fetchone()
        return mark[0] or None if mark else None
