from django.db import migrations, models

from foundation.lifecycle.migrating import AddIndexLive


class Migration(migrations.Migration):
    atomic = False  # CREATE INDEX CONCURRENTLY

    dependencies = [
        ('workorders', '0005_bulk_questions'),
    ]

    operations = [
        AddIndexLive(
            model_name='forfeiture',
            index=models.Index(fields=['at'], name='workorders_forfeited_at'),
        ),
    ]
