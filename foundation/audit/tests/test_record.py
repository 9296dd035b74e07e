"""The record is complete, readable and append-only."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.template import Context, Template

from foundation.audit import context
from foundation.audit.models import AppendOnly, Entry
from foundation.audit.services import record
from foundation.audit.verbs import UnregisteredVerb


def test_a_verb_nobody_registered_cannot_be_recorded(shop, now):
    before = Entry.objects.count()
    with pytest.raises(UnregisteredVerb):
        record("accounts.danced", shop, by=None, now=now)
    assert Entry.objects.count() == before


def test_an_entry_names_actor_subject_shop_and_request(shop, owner, now):
    with context.fresh_request_id("test-") as request_id:
        entry = record("accounts.restricted", shop, by=owner, now=now, reason="why", data={"reason": "x"})
    assert (entry.actor_name, entry.subject_id, entry.shop_id, entry.request_id) == (
        str(owner), shop.pk, shop.pk, request_id,
    )


def test_entries_are_never_changed_or_deleted_through_the_model(shop, now):
    entry = record("accounts.shop_created", shop, by=None, now=now, data={"name": "x"})
    for attempt in (entry.save, entry.delete, Entry.objects.all().delete, lambda: Entry.objects.update(reason="x")):
        with pytest.raises(AppendOnly):
            attempt()


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET reason = 'x'", "DELETE FROM audit_entry"])
def test_postgresql_itself_refuses_changes(shop, now, statement):
    if connection.vendor != "postgresql":
        pytest.skip("the trigger is PostgreSQL's")
    record("accounts.shop_created", shop, by=None, now=now, data={"name": "x"})
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_history_reads_as_sentences_with_escaped_text(shop, now):
    record("accounts.shop_created", shop, by=None, now=now, data={"name": "<b>x</b>"})
    html = Template("{% load audit %}{% history shop %}").render(Context({"shop": shop}))
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "<b>x</b>" not in html
