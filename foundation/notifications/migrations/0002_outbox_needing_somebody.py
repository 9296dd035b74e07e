from django.db import migrations, models

from foundation.lifecycle.migrating import AddIndexLive


class Migration(migrations.Migration):
    atomic = False  # CREATE INDEX CONCURRENTLY

    dependencies = [
        ('notifications', '0001_notices_and_outbox'),
    ]

    operations = [
        AddIndexLive(
            model_name='outboxmessage',
            index=models.Index(condition=models.Q(('status__in', ['dead', 'unknown'])), fields=['status', 'id'], name='outbox_needs_somebody'),
        ),
    ]
