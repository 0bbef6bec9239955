"""The periods of a clinic's calendar as a replay's SQL asks for them: `period_of`, `period_end`."""

from functools import lru_cache

import duckdb
import pyarrow as pa

from ledger.calendar import MONTHS, ONE_DAY, YEARS, Calendar

_BY_MONTHS = """
CREATE MACRO period_of(day) AS strftime(day, '%Y-%m');
CREATE MACRO period_end(day) AS last_day(day);
"""
_BY_DAYS = """
CREATE SCHEMA spans;
CREATE TABLE spans.day AS
SELECT CAST(unnest(range(first, last + 1, INTERVAL 1 DAY)) AS DATE) AS day, period, last
FROM given_spans;
CREATE MACRO period_of(asked) AS (SELECT period FROM spans.day WHERE day = asked);
CREATE MACRO period_end(asked) AS (SELECT last FROM spans.day WHERE day = asked);
"""


def define(database: duckdb.DuckDBPyConnection, calendar: Calendar) -> None:
    """Defines both for every year that books are kept for."""
    if calendar == MONTHS:
        database.execute(_BY_MONTHS)
        return
    database.register("given_spans", _table(calendar))
    database.execute(_BY_DAYS)
    database.unregister("given_spans")


@lru_cache(maxsize=8)
def _table(calendar: Calendar) -> pa.Table:
    """Every period with its first and last day: a replay asks for the same ones again."""
    first, last = (calendar.period(f"{year}-01") for year in (YEARS.start, YEARS.stop))
    periods = list(first.until(last))
    days = [period.first for period in periods]
    columns = (
        pa.array(days[:-1], pa.date32()),
        pa.array([day - ONE_DAY for day in days[1:]], pa.date32()),
        pa.array([str(period) for period in periods[:-1]], pa.string()),
    )
    return pa.Table.from_arrays(columns, ["first", "last", "period"])
