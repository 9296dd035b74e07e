from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ('workorders', '0002_types_and_stages'),
    ]

    operations: list = []
