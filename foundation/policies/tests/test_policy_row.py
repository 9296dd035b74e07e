"""Rows in force are read-only; the newest whose day has come decides."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, models

from foundation.policies.models import NoPolicy, PolicyRow

START = datetime(2026, 1, 1, tzinfo=UTC)


class Rule(PolicyRow):
    """A rule row of this test's own; its table lives only while a test runs."""

    hours = models.PositiveIntegerField()

    class Meta:
        app_label = "policies"
        managed = False

    def __str__(self) -> str:
        return str(self.hours)


@pytest.fixture
def rule(transactional_db):
    with connection.constraint_checks_disabled(), connection.schema_editor() as editor:
        editor.create_model(Rule)
    yield Rule
    with connection.constraint_checks_disabled(), connection.schema_editor() as editor:
        editor.delete_model(Rule)


def test_the_newest_row_whose_day_has_come_is_in_force(rule):
    rule.objects.create(effective_from=START, hours=48, name_zh="旧", name_en="old")
    rule.objects.create(effective_from=START + timedelta(days=30), hours=24, name_zh="新", name_en="new")
    assert rule.objects.in_force(START + timedelta(days=29)).hours == 48
    assert rule.objects.in_force(START + timedelta(days=30)).hours == 24
    with pytest.raises(NoPolicy):
        rule.objects.in_force(START - timedelta(seconds=1))


def test_a_row_that_exists_is_never_changed(rule):
    row = rule.objects.create(effective_from=START, hours=48, name_zh="旧", name_en="old")
    row.hours = 1
    with pytest.raises(ValidationError):
        row.save()
    assert rule.objects.get().hours == 48
