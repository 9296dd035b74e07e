"""A purpose of its own for pictures about deposits; nothing is asked of the database."""

from django.db import migrations, models

PURPOSES = [
    ("evidence", "Evidence picture"),
    ("sheet", "Evidence sheet"),
    ("attachment", "Attachment"),
    ("deposit", "Picture about a deposit"),
    ("import", "Import file"),
    ("export", "Export file"),
]


class Migration(migrations.Migration):
    dependencies = [("files", "0003_labels")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("storedfile", "purpose", models.CharField(choices=PURPOSES, max_length=12)),
            ]
        ),
    ]
