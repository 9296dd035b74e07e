"""Statements PostgreSQL reads and plans once in a connection: for a page's own statements that costs more than running them.

Only for texts that are the same again and again but for ids, codes and moments: `PREPARE` at the first asking, then
`EXECUTE`. Words a partial index is about (a status) stay in the text, so every index stays usable. What belongs to a
connection ends with it, so PostgreSQL is spoken to directly or through a pooler that lends whole sessions; a connection
keeps at most `MOST`, everything further is asked as it stands.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from psycopg.sql import Literal

MOST = 200
ONE_PLAN = "SET plan_cache_mode = force_generic_plan"  # left alone, it plans anew where a shop holds more than its share
TABLE = re.compile(r'FROM "(\w+)"')
TYPES: dict[type, str] = {int: "bigint", date: "date", datetime: "timestamptz"}  # of a text the database finds out itself
_numbers = count(1)
_there: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()  # psycopg connection → names it knows


@dataclass(frozen=True)
class Plan:
    """What is sent once (`made`) and what is sent each time (`asked`), with the values that vary as its parameters."""

    name: str
    made: str
    asked: str


def plan_of(connection: Any, sql: str, params: Sequence[tuple[Any, bool]]) -> Plan:
    """Of a statement with %s; each parameter with whether it varies. The others become part of the text."""
    connection.ensure_connection()
    first, *texts = sql.split("%s")
    types: list[str] = []
    parts = [first]
    for (param, varies), text in zip(params, texts, strict=True):
        if varies:
            types.append(TYPES.get(type(param), "unknown"))
        parts += [f"${len(types)}" if varies else Literal(param).as_string(connection.connection), text]
    body = "".join(parts).replace("%%", "%")
    of = TABLE.search(body)
    name = f"houtai_{next(_numbers)}_{of[1] if of else ''}"[:63]  # a log then says what was asked
    if not types:
        return Plan(name, f"PREPARE {name} AS {body}", f"EXECUTE {name}")
    marks = ", ".join(["%s"] * len(types))
    return Plan(name, f"PREPARE {name} ({', '.join(types)}) AS {body}", f"EXECUTE {name} ({marks})")


def is_there(connection: Any, plan: Plan) -> bool:
    """Whether `plan.asked` can be executed, after making the plan where it is new; False where there is no room for more."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    known = _there.setdefault(connection.connection, set())
    if plan.name in known:
        return True
    if len(known) >= MOST:
        return False
    with connection.wrap_database_errors:
        if not known:
            connection.connection.execute(ONE_PLAN)
        connection.connection.execute(plan.made)
    known.add(plan.name)
    return True


def forget(connection: Any) -> None:
    """Let go of the connection's plans; each is made anew when it is asked for."""
    with connection.wrap_database_errors:
        connection.connection.execute("DEALLOCATE ALL")
    _there.pop(connection.connection, None)


def takes_plans(connection: Any) -> bool:
    return connection.vendor == "postgresql"
