"""`house`: a function that makes a house; all are ended when the test is."""

from contextlib import ExitStack

import pytest

from tests.stack.house import House


@pytest.fixture
def house(tmp_path):
    with ExitStack() as houses:
        yield lambda **environment: houses.enter_context(House(tmp_path, **environment))
