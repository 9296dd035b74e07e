"""Unfinished cases of people who had left before leaving gave them back (rules §6.12)."""

from django.db import migrations
from django.db.models import Exists, OuterRef, Q

from foundation.lifecycle import clock

UNFINISHED = ['queued', 'open', 'answered']


def give_back(apps, schema_editor):
    membership, entry = apps.get_model('accounts', 'Membership'), apps.get_model('audit', 'Entry')
    cases = apps.get_model('workorders', 'WorkOrder').objects.filter(status__in=UNFINISHED, assigned_to__isnull=False)
    works_here = Exists(
        membership.objects.filter(shop_id=OuterRef('shop_id'), user_id=OuterRef('assigned_to_id'), ended_at=None)
    )
    left = cases.filter(~works_here | Q(assigned_to__is_active=False)).select_related('assigned_to')
    now = clock.now()
    for case in left.order_by('pk').iterator(chunk_size=500):
        who = case.assigned_to.display_name or case.assigned_to.username
        changed = cases.filter(pk=case.pk, assigned_to_id=case.assigned_to_id)
        if changed.update(assigned_to=None, claimed_until=None):
            entry.objects.create(
                verb='workorders.given_back', subject_type='workorders.workorder', subject_id=case.pk,
                shop_id=case.shop_id, order_id=case.order_id, at=now, data={'number': case.number, 'who': who},
            )


class Migration(migrations.Migration):
    dependencies = [
        ('accounts', '0003_password_tries'),
        ('audit', '0002_append_only'),
        ('workorders', '0006_forfeitures_by_time'),
    ]

    operations = [migrations.RunPython(give_back, migrations.RunPython.noop, elidable=True)]
