"""What fields are called, for the admin; nothing is asked of the database."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.lifecycle.migrating import StateOnly


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0002_removed_content"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        StateOnly(
            operations=[
                migrations.AlterField(
                    model_name="uploadpolicy",
                    name="created_at",
                    field=models.DateTimeField(auto_now_add=True, verbose_name="created"),
                ),
                migrations.AlterField(
                    model_name="uploadpolicy",
                    name="created_by",
                    field=models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
            ]
        ),
    ]
