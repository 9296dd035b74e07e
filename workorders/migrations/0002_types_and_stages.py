from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ('workorders', '0001_work_orders'),
    ]

    operations: list = []
