"""Every model × state × verb does what its table says, and docs/lifecycle.md is what the tables say."""

import pytest
from django.apps import apps

from config.management.commands.write_lifecycles import page
from foundation.lifecycle.errors import IllegalMove
from foundation.lifecycle.table import LIFECYCLES

from .house import ROOT

OURS = {"foundation", "logistics", "orders", "workorders"}
CASES = [
    (name, status, verb)
    for name, lifecycle in sorted(LIFECYCLES.items())
    for status in lifecycle.choices.values
    for verb in lifecycle.verbs
]


@pytest.mark.parametrize(("name", "status", "verb"), CASES)
def test_a_verb_moves_only_as_its_table_says(name, status, verb):
    lifecycle = LIFECYCLES[name]
    expected = [move.target for move in lifecycle.moves if move.verb == verb and status in move.sources]
    if expected:
        assert lifecycle.target(verb, status) == expected[0]
    else:
        with pytest.raises(IllegalMove) as refused:
            lifecycle.target(verb, status)
        assert str(lifecycle.choices(status).label) in str(refused.value)


@pytest.mark.parametrize("name", sorted(LIFECYCLES))
def test_every_state_is_reached_or_started_in_and_has_a_tone(name):
    lifecycle = LIFECYCLES[name]
    reached = {move.target for move in lifecycle.moves} | set(lifecycle.start)
    assert reached == set(lifecycle.choices.values)
    assert set(lifecycle.tones) == set(lifecycle.choices.values)


@pytest.mark.parametrize("name", sorted(LIFECYCLES))
def test_a_table_belongs_to_its_model(name):
    assert apps.get_model(name).LIFECYCLE is LIFECYCLES[name]


def test_every_model_with_a_status_has_a_table():
    house = [m for m in apps.get_models() if m.__module__.split(".")[0] in OURS and not m._meta.proxy]
    with_status = {m._meta.label_lower for m in house if any(f.name == "status" for f in m._meta.fields)}
    # a shop is opened and closed by the platform in admin; nothing else moves it
    assert with_status - set(LIFECYCLES) == {"accounts.shop"}


def test_the_page_of_lifecycles_is_what_the_tables_say():
    assert (ROOT / "docs" / "lifecycle.md").read_text() == page(), "run `manage.py write_lifecycles`"
