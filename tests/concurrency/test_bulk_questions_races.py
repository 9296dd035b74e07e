"""The same table of questions uploaded and opened by two at once, and a table beside the single form: nobody is asked twice.

First with the guard off. PostgreSQL: the file's row and the order rows. SQLite: the IMMEDIATE transaction is the lock.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError

from foundation.accounts.tests.factories import make_reviewer
from foundation.jobs import services as jobs
from foundation.jobs.models import Job
from foundation.lifecycle import clock
from foundation.lifecycle.errors import Blocked
from orders.services import moves
from orders.tests.factories import make_order
from workorders import services
from workorders.bulk import files, steps
from workorders.models import QuestionFile, WorkOrder
from workorders.rule_rows import NOT_RECEIVED
from workorders.services import opening
from workorders.tests.bulk.conftest import row, table

from .rounds import ROUNDS, broken, refused, together
from .test_workorders_races import shop, unguard, violations  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
FEWER = max(1, ROUNDS // 10)
TEXT = "买家反馈未收到货。"
PER_FILE = 3
BOTH = threading.Barrier(2)


@pytest.fixture(autouse=True)
def unwoken(monkeypatch):
    """The click doesn't wait for a broker, which would let the other go first."""
    monkeypatch.setattr(jobs, "wake", lambda pk: None)


@pytest.fixture
def people():
    return [make_reviewer("first"), make_reviewer("second")]


def read_together(rows: Any, **_said: Any) -> list[Any]:
    """The rows without a lock, once the other has read them too or does not come."""
    found = list(rows)
    with suppress(threading.BrokenBarrierError):
        BOTH.wait(1)
    if BOTH.broken:
        BOTH.reset()
    return found


@pytest.fixture
def off(unguard, monkeypatch) -> Callable[[Any], list[str]]:  # noqa: F811
    """Nobody waits for the file's row, the orders or the shop's deposit account. Gives the list of chunks that stumbled over somebody's."""
    stumbled: list[str] = []
    real = steps._ask

    def asking(*given: Any, **said: Any) -> int:
        """A chunk that stumbles is tried again row by row and finds the other's questions: nothing else would tell."""
        try:
            return real(*given, **said)
        except DatabaseError as error:
            stumbled.append(type(error).__name__)
            raise

    def turned(race: Any) -> list[str]:
        unguard()
        meet = (files, "lock") if race is two_clicks else (moves, "lock")
        monkeypatch.setattr(files, "lock", list)
        monkeypatch.setattr(opening, "hold", lambda shop_ids: {})  # the deposit account is held there too
        monkeypatch.setattr(*meet, read_together)
        monkeypatch.setattr(steps, "_ask", asking)
        return stumbled

    return turned


def opened(pk: int, by: Any) -> None:
    """Click “open” on the looked-at file and do the job the click started."""
    jobs.run_to_end(files.start(pk, only_all=False, by=by, now=clock.now()).job_id)


def uploaded_and_opened(content: bytes, by: Any) -> None:
    upload = table([])
    upload.file.seek(0)
    upload.file.truncate()
    upload.file.write(content)
    upload.size = len(content)
    file, _new = files.take_in(upload, by=by, now=clock.now())
    opened(file.pk, by)


def two_uploads(shop: Any, people: list[Any]) -> tuple[list[Any], list[Any]]:  # noqa: F811
    orders = [make_order(shop) for _ in range(PER_FILE)]
    content = table([row(order) for order in orders]).read()
    outcomes = together(*[partial(uploaded_and_opened, content, by) for by in people])
    return outcomes, orders


def two_clicks(shop: Any, people: list[Any]) -> tuple[list[Any], list[Any]]:  # noqa: F811
    """The file is here and looked at; two open it at once."""
    orders = [make_order(shop) for _ in range(PER_FILE)]
    file, _new = files.take_in(table([row(order) for order in orders]), by=people[0], now=clock.now())
    return together(*[partial(opened, file.pk, by) for by in people]), orders


def bulk_beside_single(shop: Any, people: list[Any]) -> tuple[list[Any], list[Any]]:  # noqa: F811
    """A table with one order in it, and a colleague who asks the same on the single form."""
    order = make_order(shop)
    file, _new = files.take_in(table([row(order)]), by=people[0], now=clock.now())
    ask = partial(
        services.open_work_order, order.pk, type=NOT_RECEIVED, platform_text=TEXT, by=people[1], now=clock.now()
    )
    return together(partial(opened, file.pk, people[0]), ask), [order]


def asked(orders: list[Any]) -> list[int]:
    """How often each order was asked."""
    return [WorkOrder.objects.filter(order=order).count() for order in orders]


@pytest.mark.parametrize("race", [two_clicks, bulk_beside_single])
def test_without_the_lock_an_order_is_asked_twice_or_a_row_stumbles(shop, people, off, race):  # noqa: F811
    stumbled = off(race)
    for _ in range(100):
        outcomes, orders = race(shop, people)
        if broken(outcomes) or stumbled or set(asked(orders)) != {1} or Job.objects.exclude(error="").exists():
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


def test_the_same_table_uploaded_and_opened_by_two_asks_each_order_once(shop, people):  # noqa: F811
    for _ in range(FEWER):
        outcomes, orders = two_uploads(shop, people)
        assert broken(outcomes) == []
        assert {type(one) for one in refused(outcomes)} <= {Blocked}
        file = QuestionFile.objects.latest("pk")
        if any(one == 0 for one in asked(orders)):  # both came while the other's look ran: told so, a third click opens
            opened(file.pk, people[0])
        assert asked(orders) == [1] * PER_FILE
        assert file.rows.exclude(work_order=None).count() == PER_FILE
    assert QuestionFile.objects.count() == FEWER
    assert not Job.objects.exclude(error="").exists()
    assert violations() == []


def test_of_two_who_open_a_table_at_once_one_is_told(shop, people):  # noqa: F811
    for _ in range(FEWER):
        outcomes, orders = two_clicks(shop, people)
        assert [type(one) for one in refused(outcomes)] == [Blocked]
        assert asked(orders) == [1] * PER_FILE
    assert violations() == []


def test_a_table_beside_the_single_form_asks_once(shop, people):  # noqa: F811
    for _ in range(FEWER):
        outcomes, orders = bulk_beside_single(shop, people)
        assert broken(outcomes) == []
        assert asked(orders) == [1]
        [line] = QuestionFile.objects.latest("pk").rows.all()
        assert (line.outcome == "refused") != bool(refused(outcomes)), (
            "exactly one of them is told that it is asked already"
        )
    assert not Job.objects.exclude(error="").exists()
    assert violations() == []
