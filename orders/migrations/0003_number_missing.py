from django.db import migrations, models

from foundation.lifecycle.migrating import AddIndexLive


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ('orders', '0002_number_prefix'),
    ]

    operations = [
        AddIndexLive(
            model_name='order',
            index=models.Index(
                condition=models.Q(('physically_shipped_at__isnull', False), ('tracking_uploaded_at__isnull', True)),
                fields=['shop', 'placed_at', 'id'], name='orders_number_missing',
            ),
        ),
    ]
