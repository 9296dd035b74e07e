"""What fields are called, for the admin; nothing is asked of the database."""

import uuid
from django.db import migrations, models

from foundation.lifecycle.migrating import StateOnly


class Migration(migrations.Migration):
    dependencies = [
        ("lists", "0003_names"),
    ]

    operations = [
        StateOnly(
            operations=[
                migrations.AlterField(
                    model_name="savedview",
                    name="uuid",
                    field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="public key"),
                ),
            ]
        ),
    ]
