"""What fields are called, for the admin; nothing is asked of the database."""

import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lists", "0003_names"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="savedview",
                    name="uuid",
                    field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="public key"),
                ),
            ]
        ),
    ]
