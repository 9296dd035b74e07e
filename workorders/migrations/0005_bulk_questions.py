from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ('workorders', '0004_evidence_library'),
    ]

    operations: list = []
