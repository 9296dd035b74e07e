"""On PostgreSQL a connection plans a page's own statements once and asks them by name from then on."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.accounts.models import User
from foundation.lifecycle import planned
from foundation.lifecycle.prepared import Prepared

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="what PostgreSQL keeps"),
]


def by_name() -> Prepared[User]:
    return Prepared(lambda pk, name: User.objects.filter(pk__gte=pk, username=name, display_name="100%"), int, str)


def asked_by(statement: Prepared[User], *values: object) -> tuple[list[User], list[str]]:
    with CaptureQueriesContext(connection) as captured:
        found = statement.rows(*values)
    return found, [query["sql"] for query in captured.captured_queries]


def test_the_words_stay_in_the_text_and_the_values_are_sent_each_time():
    users = [User.objects.create(username=f"o'person{number}", display_name="100%") for number in range(3)]
    statement = by_name()
    for user in [*users, users[0]]:
        found, (sql,) = asked_by(statement, user.pk, user.username)
        assert found == [user] and sql.startswith("EXECUTE houtai_")
    assert asked_by(statement, users[0].pk, "nobody")[0] == []


def test_a_connection_keeps_a_bounded_number(monkeypatch):
    user = User.objects.create(username="person", display_name="100%")
    monkeypatch.setattr(planned, "MOST", 0)
    monkeypatch.setattr(planned, "_there", planned.WeakKeyDictionary())
    found, (sql,) = asked_by(by_name(), user.pk, "person")
    assert found == [user] and sql.startswith("SELECT")


@pytest.mark.django_db(transaction=True)
def test_a_column_of_another_type_since_is_read_all_the_same():
    user, statement = User.objects.create(username="person", display_name="100%"), by_name()
    assert statement.rows(user.pk, "person") == [user]
    try:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE accounts_user ALTER COLUMN display_name TYPE varchar(77)")
        assert statement.rows(user.pk, "person") == [user]
        assert asked_by(statement, user.pk, "person")[1][0].startswith("EXECUTE houtai_")
    finally:
        length = User._meta.get_field("display_name").max_length
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE accounts_user ALTER COLUMN display_name TYPE varchar({length})")
