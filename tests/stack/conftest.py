"""`house`: a function that makes a house; all are ended when the test is. `standing`: one that runs, shared by the tests."""

from contextlib import ExitStack

import pytest

from tests.stack.house import House

PEOPLE = """
from foundation.accounts.tests.factories import make_member, make_shop
make_member(make_shop(), "owner", "owner")
"""
STOOD_STILL = """
from datetime import timedelta
from celery.beat import PersistentScheduler
from django.conf import settings
from config.celery import app
beat = PersistentScheduler(app, schedule_filename=str(settings.HOUTAI_VAR_DIR / "beat-schedule"))
for entry in beat.schedule.values():
    entry.last_run_at -= timedelta(hours=1)
beat.close()
"""


@pytest.fixture
def house(tmp_path):
    with ExitStack() as houses:
        yield lambda **environment: houses.enter_context(House(tmp_path, **environment))


@pytest.fixture(scope="session")
def _standing(tmp_path_factory):
    """The house that stands now, if one does, and what ends them all."""
    with ExitStack() as houses:
        yield [lambda: houses.enter_context(House(tmp_path_factory.mktemp("house")))]


@pytest.fixture
def standing(_standing):
    """A house with a shop and its owner, running; the same for every test until one ends it.

    It stood still for an hour before it was started, so beat has everything to send at once.
    """
    made = _standing[-1] if len(_standing) > 1 else None
    if made is None or made.process.poll() is not None:
        made = _standing[0]()
        made.python(PEOPLE + STOOD_STILL)
        made.up()
        _standing.append(made)
    return made
