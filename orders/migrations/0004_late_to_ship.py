from django.db import migrations, models

from foundation.lifecycle.migrating import AddIndexLive


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ('orders', '0003_number_missing'),
    ]

    operations = [
        AddIndexLive(
            model_name='order',
            index=models.Index(
                condition=models.Q(('status', 'to_ship')), fields=['shop', 'promised_ship_at', 'id'],
                name='orders_late_to_ship',
            ),
        ),
    ]
