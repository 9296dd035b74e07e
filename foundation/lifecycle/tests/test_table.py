"""The transition table refuses, draws and explains."""

import pytest
from django.db.models import TextChoices

from foundation.lifecycle import table
from foundation.lifecycle.errors import IllegalMove


class Light(TextChoices):
    RED = "red", "Red"
    GREEN = "green", "Green"


@pytest.fixture
def lights(monkeypatch):
    monkeypatch.setattr(table, "LIFECYCLES", {})
    return table.Lifecycle(
        "test.light", Light, ["red"],
        [
            table.Move("go", ("red",), "green", "Go", needs="traffic.go"),
            table.Move("stop", ("green",), "red", "Stop", needs="traffic.stop", one_way=True),
            table.Move("expire", ("green",), "red", "Expire"),
        ],
    )


def test_a_legal_verb_gives_its_target(lights):
    assert lights.target("go", "red") == "green"


def test_an_illegal_verb_raises_a_sentence(lights):
    with pytest.raises(IllegalMove, match="Go.*Green"):
        lights.target("go", "green")


def test_an_unknown_verb_is_a_mistake_in_the_code(lights):
    with pytest.raises(KeyError):
        lights.target("fly", "red")


def test_buttons_leave_out_what_the_role_may_not_and_what_only_jobs_do(lights):
    buttons = lights.buttons("green", lambda perm: perm == "traffic.go")
    assert [button.verb for button in buttons] == ["go"]


def test_a_disabled_button_says_why(lights):
    go, stop = lights.buttons("green", lambda perm: True, blocked={"stop": "A parade is passing."})
    assert (go.enabled, stop.enabled) == (False, False)
    assert "Green" in go.why
    assert stop.why == "A parade is passing."


def test_a_table_with_an_unknown_state_is_refused(lights):
    with pytest.raises(ValueError, match="unknown states"):
        table.Lifecycle("test.bad", Light, ["red"], [table.Move("go", ("blue",), "green", "Go")])


def test_a_verb_leaving_a_state_twice_is_refused(lights):
    move = table.Move("go", ("red",), "green", "Go")
    with pytest.raises(ValueError, match="twice"):
        table.Lifecycle("test.bad", Light, ["red"], [move, move])
