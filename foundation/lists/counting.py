"""Option lists that cost what they show, not what they come from."""

from django.db import connections
from django.db.models import QuerySet


def distinct_values(rows: QuerySet, column: str, limit: int = 50) -> list[str]:
    """The different non-empty values of an indexed text column, by hopping from one to the next along the index.

    One statement; costs the number of values, not of rows. `rows` is what the index starts with (the shop's rows).
    """
    connection = connections[rows.db]
    step = rows.order_by(column).values(column)
    first_sql, first_params = step.filter(**{f"{column}__gt": ""})[:1].query.get_compiler(connection=connection).as_sql()
    marker = "\x02previous\x02"
    next_sql, next_params = (
        step.filter(**{f"{column}__gt": marker})[:1].query.get_compiler(connection=connection).as_sql()
    )
    head, tail = _cut(next_sql, next_params.index(marker))
    rest = [param for param in next_params if param != marker]
    sql = (
        f"WITH RECURSIVE hop(v) AS (SELECT ({first_sql}) UNION ALL "
        f"SELECT ({head}hop.v{tail}) FROM hop WHERE hop.v IS NOT NULL) "
        f"SELECT v FROM hop WHERE v IS NOT NULL LIMIT {int(limit)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*first_params, *rest])
        return [row[0] for row in cursor.fetchall()]


def _cut(sql: str, index: int) -> tuple[str, str]:
    """Split the statement around its placeholder number `index`."""
    parts = sql.split("%s")
    return "%s".join(parts[: index + 1]), "%s".join(parts[index + 1 :])
