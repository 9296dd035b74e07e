from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ('workorders', '0003_claims'),
    ]

    operations: list = []
